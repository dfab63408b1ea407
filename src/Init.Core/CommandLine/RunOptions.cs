using System.Collections.Immutable;
using Init.Core.Config;

namespace Init.Core.CommandLine;

/// <summary>
/// THE table of the options of `pminit run`, `pminit check` and pm2-runtime. The parser of a start, help, completion and the README follow
/// it. An option with a field needs nothing else: its value is laid over the file and read by the field's own row.
/// </summary>
public static class RunOptions
{
    internal const string Idle = "Accepted without effect.";

    const string Apm = "pminit puts no code into apps and sends nothing anywhere";

    /// <summary>Which apps of the file.</summary>
    public static readonly RunOption Only = new()
    {
        Name = "only",
        Kind = OptionKind.List,
        ValueName = "APP,APP",
        Help = "Only these apps of the file, and what they depend on; other options then mean only those named.",
    };

    /// <summary>The profile.</summary>
    public static readonly RunOption Env = new()
    {
        Name = "env",
        Kind = OptionKind.Text,
        ValueName = "NAME",
        Help = "The profile: \"env_NAME\" of each app is merged over its \"env\" (also: PMINIT_ENV).",
    };

    /// <summary>The name of the app.</summary>
    public static readonly RunOption Name = Text("name", "NAME", "name", "Name of the app.") with { Short = 'n', IsForOneApp = true };

    /// <summary>Where probes are answered.</summary>
    public static readonly RunOption Health = new()
    {
        Name = "health",
        Kind = OptionKind.Text,
        ValueName = "HOST:PORT|PORT|off",
        Help = "Where probes are answered; default: port 9615 on every address (also: PMINIT_HEALTH).",
    };

    /// <summary>Where verbs are answered.</summary>
    public static readonly RunOption Socket = new()
    {
        Name = "socket",
        Kind = OptionKind.Text,
        ValueName = "PATH|off",
        Help = "The control socket; default: the first writable of /run, /dev/shm, /tmp (also: PMINIT_SOCKET).",
    };

    /// <summary>`check --print`.</summary>
    public static readonly RunOption Print = new()
    {
        Name = "print",
        Kind = OptionKind.Flag,
        Forms = RunForms.Check,
        Help = "Print what the apps come to, as JSON.",
    };

    /// <summary>pm2-runtime: where probes are answered, by port.</summary>
    public static readonly RunOption Web = new()
    {
        Name = "web",
        Kind = OptionKind.OptionalNumber,
        ValueName = "[PORT]",
        Forms = RunForms.Pm2,
        Help = "The port for probes, 9615 without a number; nothing of pm2's JSON is there.",
    };

    /// <summary>pm2-runtime: start later.</summary>
    public static readonly RunOption Delay = new()
    {
        Name = "delay",
        Kind = OptionKind.Text,
        ValueName = "SECONDS",
        Forms = RunForms.Pm2,
        Help = "Start the apps that much later.",
    };

    /// <summary>pm2-runtime: stay without apps.</summary>
    public static readonly RunOption NoAutoExit = new()
    {
        Name = "no-auto-exit",
        Kind = OptionKind.Negation,
        Forms = RunForms.Pm2,
        Help = "The container stays although no app is left.",
    };

    /// <summary>pm2 without its daemon, which is the only way here.</summary>
    public static readonly RunOption NoDaemon = Pm2Flag("no-daemon", "Needed by `pm2 start`; pminit never leaves the foreground.");

    /// <summary>Every option, in the order of help and README.</summary>
    public static readonly ImmutableArray<RunOption> All =
    [
        Only,
        Env,
        Text("instances", "N|max", "instances", "Number of copies.") with { Short = 'i', MayBeginWithDash = true },
        Name,
        Text("interpreter", "PROGRAM", "interpreter", "Program that runs the script, or none."),
        Text("interpreter-args", "ARGS", "interpreter_args", "Arguments between interpreter and script.", "node-args") with { MayBeginWithDash = true },
        Text("cwd", "PATH", "cwd", "Working directory."),
        Text("uid", "USER", "uid", "User to run as.") with { Short = 'u', Aliases = ["user"] },
        Text("gid", "GROUP", "gid", "Group to run as."),
        Text("namespace", "NAME", "namespace", "A name for several apps."),
        No("autorestart", "autorestart", "Every exit is final."),
        No("autostart", "autostart", "Do not start before somebody asks."),
        new() { Name = "stop-exit-codes", Kind = OptionKind.List, ValueName = "CODE,CODE", Field = "stop_exit_codes", Help = "Exit codes after which the app stays down." },
        Text("max-restarts", "N", "max_restarts", "Unstable exits that are answered with a restart."),
        Text("min-uptime", "TIME", "min_uptime", "A run shorter than this is unstable."),
        Text("restart-delay", "TIME", "restart_delay", "Wait before a restart."),
        Text("exp-backoff-restart-delay", "TIME", "exp_backoff_restart_delay", "First wait of a growing series."),
        Text("max-memory-restart", "SIZE", "max_memory_restart", "Restart an app that needs more than this."),
        Text("cron", "PATTERN", "cron_restart", "When to restart.", "cron-restart") with { Short = 'c' },
        Text("kill-timeout", "TIME", "kill_timeout", "From the stop signal to SIGKILL.") with { Short = 'k' },
        Text("kill-signal", "SIGNAL", "kill_signal", "The signal that asks an app to stop."),
        Flag("shutdown-with-message", "shutdown_with_message", "Ask a Node app to stop by message."),
        No("treekill", "treekill", "Signal the app's own process only."),
        Flag("wait-ready", "wait_ready", "An app is ready when it says so."),
        Text("listen-timeout", "TIME", "listen_timeout", "How long an app may take to be ready."),
        Flag("essential", "essential", "When the app ends for good, the container ends with its code."),
        Flag("watch", "watch", "Restart when a file changes."),
        new() { Name = "ignore-watch", Kind = OptionKind.List, ValueName = "PATTERN,…", Field = "ignore_watch", Help = "Files whose changes mean nothing." },
        Text("increment-var", "NAME", "increment_var", "A variable that counts up per copy."),
        Text("instance-var", "NAME", "instance_var", "The variable that holds the number of the copy."),
        new() { Name = "filter-env", Kind = OptionKind.List, ValueName = "PART,…|true", Field = "filter_env", Help = "Variables that apps do not get." },
        Text("error", "PATH", "error_file", "File for stderr.") with { Short = 'e' },
        Text("output", "PATH", "out_file", "File for stdout.") with { Short = 'o' },
        Text("log", "PATH", "log_file", "File for both.") with { Short = 'l' },
        Flag("merge-logs", "merge_logs", "One log file for all copies."),
        Flag("time", "time", "Times in log lines."),
        Health,
        Socket,
        new()
        {
            Name = "update-env", Short = 'a', Kind = OptionKind.Flag, Help = Idle,
            NoEffect = "apps are started with the environment that pminit has",
        },
        Print,
        Pm2Flag("json", "Log lines as pm2's --json."),
        Pm2Flag("format", "Log lines as key=value."),
        Pm2Flag("formatted", "Log lines with a prefix."),
        Pm2Flag("raw", "Log lines as the apps print them."),
        Delay,
        Web,
        NoAutoExit,
        NoDaemon,
        Pm2Field(Text("log-date-format", "FORMAT", "log_date_format", "Format of times in log lines.")),
        Pm2Field(Text("log-type", "TYPE", "log_type", "Form of lines in log files.")),
        Pm2Field(Flag("disable-logs", "disable_logs", "Drop what apps print.")),
        Pm2Field(Text("pid", "PATH", "pid_file", "File for the pid.") with { Short = 'p' }),
        Pm2Field(Text("watch-delay", "MS", "watch_delay", "Wait after a change.")),
        Pm2Flag("source-map-support", Idle, "for Node write --node-args=--enable-source-maps"),
        Pm2Flag("disable-source-map-support", Idle),
        Pm2Flag("silent", Idle) with { Short = 's' },
        Pm2Flag("force", Idle) with { Short = 'f' },
        Pm2Flag("attach", Idle),
        Pm2Flag("no-color", Idle),
        Pm2Flag("no-vizion", Idle),
        Pm2Flag("no-pmx", Idle),
        Pm2Flag("no-automation", Idle),
        Pm2Service("secret", "KEY"),
        Pm2Service("public", "KEY"),
        Pm2Service("machine-name", "NAME"),
        Pm2Flag("trace", Idle, Apm),
        Pm2Flag("v8", Idle, Apm),
        Pm2Flag("event-loop-inspector", Idle, Apm),
        Pm2Flag("deep-monitoring", Idle, Apm),
    ];

    /// <summary>The option of a long name (without dashes) in one form of the command line, or null.</summary>
    public static RunOption? Find(ReadOnlySpan<char> name, RunForms form)
    {
        foreach (var option in All)
        {
            if ((option.Forms & form) != 0 && option.IsCalled(name))
            {
                return option;
            }
        }

        return null;
    }

    /// <summary>The option of a letter, or null.</summary>
    public static RunOption? Find(char letter, RunForms form)
    {
        foreach (var option in All)
        {
            if ((option.Forms & form) != 0 && option.Short == letter)
            {
                return option;
            }
        }

        return null;
    }

    /// <summary>The nearest option to a misspelt name, with its dashes; null when none is near.</summary>
    public static string? Suggest(string name, RunForms form)
    {
        var names = new List<string>();
        foreach (var option in All)
        {
            if ((option.Forms & form) != 0)
            {
                names.Add(option.Name);
                names.AddRange(option.Aliases);
            }
        }

        return new Suggestion(names).Find(name) is { } nearest ? "--" + nearest : null;
    }

    static RunOption Text(string name, string valueName, string field, string help, params ImmutableArray<string> aliases)
        => new() { Name = name, Kind = OptionKind.Text, ValueName = valueName, Field = field, Help = help, Aliases = aliases };

    static RunOption Flag(string name, string field, string help) => new() { Name = name, Kind = OptionKind.Flag, Field = field, Help = help };

    static RunOption No(string name, string field, string help) => new() { Name = "no-" + name, Kind = OptionKind.Negation, Field = field, Help = help };

    static RunOption Pm2Field(RunOption option) => option with { Forms = RunForms.Pm2 };

    static RunOption Pm2Flag(string name, string help, string noEffect = "")
        => new() { Name = name, Kind = OptionKind.Flag, Forms = RunForms.Pm2, Help = help, NoEffect = noEffect };

    static RunOption Pm2Service(string name, string valueName)
        => new() { Name = name, Kind = OptionKind.Text, ValueName = valueName, Forms = RunForms.Pm2, Help = Idle, NoEffect = Apm };
}
