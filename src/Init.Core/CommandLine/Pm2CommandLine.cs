namespace Init.Core.CommandLine;

/// <summary>
/// The command lines of pm2-runtime, pm2-docker and pm2, for when pminit is called by one of these names: `[start] WORD [options] [-- args]`,
/// and the verbs that pminit has. What it lacks is refused by name, never taken for a program to run.
/// </summary>
public static class Pm2CommandLine
{
    const string InImage = "an image holds its apps; change it and build anew";
    const string Unneeded = "nothing is sent or installed here";

    /// <summary>pm2's verbs, each with what to do instead; empty where the version is all there is to say. One that is in Commands is never looked up here.</summary>
    static readonly (string Words, string Instead)[] Verbs =
    [
        ("restart reload stop delete del describe desc info show logs monit dashboard dash imonit scale sendSignal env reset pid id flush reloadLogs", ""),
        ("prettylist", "use jlist"),
        ("startOrRestart startOrReload startOrGracefulReload gracefulReload softReload", "use pm2-runtime FILE"),
        ("send attach trigger actions inspect profile", ""),
        ("save dump resurrect cleardump backward forward pull deploy ecosystem init", InImage),
        ("kill", "stop the container"),
        ("serve autoinstall", "use a web server for files"),
        ("startup unstartup update report updatePM2", "the container's engine starts and updates containers"),
        ("install uninstall module:update module:install module:generate publish package plus link unlink register login logout open monitor unmonitor set get conf config unset multiset slist sysinfos", Unneeded),
    ];

    /// <summary>The pm2 name in argv[0], or null when pminit is called by a name of its own.</summary>
    public static string? NameOf(string program)
        => program[(program.LastIndexOf('/') + 1)..] is var name && name is "pm2-runtime" or "pm2-docker" or "pm2" ? name : null;

    /// <summary>Reads the words behind the name.</summary>
    /// <param name="name">As from <see cref="NameOf"/>.</param>
    /// <param name="args">The words.</param>
    public static RunLineReading Read(string name, ReadOnlySpan<string> args)
    {
        if (args.Length == 0)
        {
            return new RunLineReading { Help = name };
        }

        var first = args[0];
        if (first is "--version" or "-v" or "-V")
        {
            return new RunLineReading { Verb = ["version"] };
        }

        if (first != "run" && first != "check" && Control.Commands.Find(first == "l" ? "ls" : first) is { } verb && first != "start")
        {
            return new RunLineReading { Verb = [verb.Name, .. args[1..]] };
        }

        foreach (var (words, instead) in Verbs)
        {
            if (Array.IndexOf(words.Split(' '), first) >= 0)
            {
                return RunLineReading.Wrong($"{name} {first} is not available in this version{(instead.Length > 0 ? "; " : "")}{instead}");
            }
        }

        var read = RunLineParser.Read(args, RunForms.Pm2, $"{name} --help");
        if (read.Line is null)
        {
            return read.Problem is null ? new RunLineReading { Help = name } : read;
        }

        if (name == "pm2" && first != "start")
        {
            return RunLineReading.Wrong($"\"{first}\" is no command of pm2; to run a file or a program: pm2-runtime {first}");
        }

        return name == "pm2" && read.Line[RunOptions.NoDaemon] is null
            ? RunLineReading.Wrong($"pm2 start would leave nothing in the foreground, and the container would end; use pm2-runtime {read.Line.Word}, or add --no-daemon")
            : read;
    }
}
