using System.Collections.Immutable;

namespace Init.Core.Control;

/// <summary>
/// THE table of verbs. The command line, its help and completion, the control socket and the README's table all follow it: a verb that is
/// not here does not exist.
/// </summary>
public static class Commands
{
    /// <summary>The default verb, for a first word that is none.</summary>
    public static readonly Verb Run = new()
    {
        Name = "run",
        Arguments = [new VerbArgument("file or program", true, "An ecosystem file (- reads standard input), a script, or a program.")],
        Help = "Supervise the apps of a file, or one app. `run` may be left out before a name with a dot or slash.",
    };

    /// <summary>Validates a file.</summary>
    public static readonly Verb Check = new()
    {
        Name = "check",
        Arguments = [new VerbArgument("file or program", true, "As for run.")],
        Options = [new VerbOption("print", "Print what the file comes to, as JSON, with every default and variable worked in.")],
        Help = "Read what `run` would read, with its options; print every error, start nothing. Exit code 0 or 78.",
    };

    /// <summary>The field table for editors.</summary>
    public static readonly Verb Schema = new()
    {
        Name = "schema",
        Help = "Print a JSON Schema of the ecosystem file, for editors.",
    };

    /// <summary>The probe without an HTTP client.</summary>
    public static readonly Verb Health = new()
    {
        Name = "health",
        Options =
        [
            new VerbOption("ready", "Ask whether every app is ready to serve (the default)."),
            new VerbOption("live", "Ask only whether pminit turns its loop."),
        ],
        NeedsRunning = true,
        Help = "Answer a HEALTHCHECK or an exec probe. Exit code 0 or 1.",
    };

    /// <summary>The table of workers.</summary>
    public static readonly Verb List = new()
    {
        Name = "ls",
        Aliases = ["list", "ps", "status"],
        Options = [new VerbOption("json", "Print what `jlist` prints.")],
        NeedsRunning = true,
        Help = "List the workers.",
    };

    /// <summary>The same as data.</summary>
    public static readonly Verb JsonList = new()
    {
        Name = "jlist",
        Options = [new VerbOption("pss", "Measure each worker's proportional memory too, which takes the kernel a while.")],
        NeedsRunning = true,
        Help = "List the workers as JSON in pm2's shape, without any environment variables.",
    };

    static readonly VerbArgument Target = new("target", true, "App, app/instance, id, or all.", IsMany: true);

    static readonly VerbOption NoWait = new("no-wait", "Do not wait until it has come to be.");

    /// <summary>Everything about some workers.</summary>
    public static readonly Verb Describe = new()
    {
        Name = "describe",
        Aliases = ["desc", "info", "show"],
        Arguments = [Target],
        Options = [new VerbOption("json", "Print the same as JSON.")],
        NeedsRunning = true,
        Help = "Show workers in full: state, last exit, next run, resources, and the settings they run by.",
    };

    /// <summary>Be up.</summary>
    public static readonly Verb Start = new()
    {
        Name = "start",
        Arguments = [Target],
        Options = [NoWait],
        NeedsRunning = true,
        Help = "Start what is stopped or given up, and wait until it is ready. Exit code 1 when that fails.",
    };

    /// <summary>Be down.</summary>
    public static readonly Verb Stop = new()
    {
        Name = "stop",
        Arguments = [Target],
        Options = [NoWait],
        NeedsRunning = true,
        Help = "Stop workers and wait for their end. With the last one the container ends, but for --no-auto-exit.",
    };

    /// <summary>Be up with a new process.</summary>
    public static readonly Verb Restart = new()
    {
        Name = "restart",
        Arguments = [Target],
        Options = [NoWait],
        NeedsRunning = true,
        Help = "Stop workers, start them again, and wait until they are ready. Exit code 0, or 1 when one crashes on the way.",
    };

    /// <summary>A new process for each, and no request lost.</summary>
    public static readonly Verb Reload = new()
    {
        Name = "reload",
        Aliases = ["gracefulReload"],
        Arguments = [Target],
        Options = [new VerbOption("wait", "Print each step as it happens."), NoWait],
        NeedsRunning = true,
        Help = "Replace workers, each when its successor is ready. Exit code 1 when a new one fails: the old ones stay.",
    };

    /// <summary>More or fewer instances.</summary>
    public static readonly Verb Scale = new()
    {
        Name = "scale",
        Arguments = [new VerbArgument("app", true, "An app."), new VerbArgument("count", true, "A number, +n or -n.")],
        Options = [NoWait],
        NeedsRunning = true,
        Help = "Set the number of an app's instances until the file is read again; the highest numbers go first.",
    };

    /// <summary>Counters to nothing.</summary>
    public static readonly Verb Reset = new()
    {
        Name = "reset",
        Arguments = [Target],
        NeedsRunning = true,
        Help = "Set the counts of restarts and of unstable exits to 0.",
    };

    /// <summary>Any signal.</summary>
    public static readonly Verb Signal = new()
    {
        Name = "signal",
        Aliases = ["sendSignal"],
        Arguments = [new VerbArgument("signal", true, "Name or number."), Target],
        NeedsRunning = true,
        Help = "Send a signal to the workers' own processes.",
    };

    /// <summary>SIGTERM with an answer, as often as one likes: only signals hurry.</summary>
    public static readonly Verb Shutdown = new()
    {
        Name = "shutdown",
        Aliases = ["kill"],
        NeedsRunning = true,
        Help = "Begin the orderly stop of everything, as SIGTERM does.",
    };

    /// <summary>SIGHUP with an answer.</summary>
    public static readonly Verb ReloadConfig = new()
    {
        Name = "reload-config",
        Options = [NoWait],
        NeedsRunning = true,
        Help = "Read the file again, as SIGHUP does, and apply what differs. Exit code 1: reload failed; 78: nothing changed.",
    };

    /// <summary>Is somebody there.</summary>
    public static readonly Verb Ping = new()
    {
        Name = "ping",
        NeedsRunning = true,
        Help = "Ask the running pminit for its pid, version and uptime.",
    };

    /// <summary>Which binary is this.</summary>
    public static readonly Verb Version = new()
    {
        Name = "version",
        Help = "Print the version of this binary.",
    };

    /// <summary>Every verb, in the order of help and README.</summary>
    public static readonly ImmutableArray<Verb> All = [Run, Check, Schema, Health, List, JsonList, Describe, Start, Stop, Restart, Reload, Scale, Reset, Signal, ReloadConfig, Shutdown, Ping, Version];

    /// <summary>Finds a verb by name or alias; case-sensitive.</summary>
    /// <returns>Null when there is none.</returns>
    public static Verb? Find(string word)
    {
        foreach (var verb in All)
        {
            if (verb.Name == word || verb.Aliases.Contains(word))
            {
                return verb;
            }
        }

        return null;
    }
}
