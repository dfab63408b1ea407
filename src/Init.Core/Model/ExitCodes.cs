using System.Text;

namespace Init.Core.Model;

/// <summary>pminit's own exit codes (sysexits.h where it has one), and the one table that documents all of them.</summary>
public static class ExitCodes
{
    /// <summary>Done, or an orderly stop.</summary>
    public const int Ok = 0;

    /// <summary>A client verb's answer is "no": not ready, not running.</summary>
    public const int No = 1;

    /// <summary>EX_USAGE: the command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>EX_SOFTWARE: an internal fault.</summary>
    public const int Fault = 70;

    /// <summary>EX_CONFIG: the file, or what it names on this machine, is wrong.</summary>
    public const int Config = 78;

    /// <summary>As a shell says of a program that cannot be executed.</summary>
    public const int NotExecutable = 126;

    /// <summary>As a shell says of a program that is not there.</summary>
    public const int NotFound = 127;

    /// <summary>128 + SIGKILL: an orderly stop ran out of time.</summary>
    public const int Killed = 137;

    static readonly (string Code, string When)[] Rows =
    [
        ($"{Ok}", "an orderly stop, or all apps ended by plan"),
        ($"{No}", "`pminit health`: not ready; any verb: no running pminit answers, or what was asked for did not come to be"),
        ("the app's, 128+n for signal n", "an `essential` app ended, or a task failed; or no app is left: the code of the first that failed (1 if it was given up although each exit was 0, or because pminit had to stop it: not ready in time, health check, watchdog, memory)"),
        ($"{Killed}", "an orderly stop in which something had to be killed"),
        ("the command's, 128+n for signal n", "`pminit -- command`"),
        ($"{NotExecutable}, {NotFound}", "`pminit -- command`, or an app given up for it: the program cannot be executed, or is not found"),
        ($"{Usage}", "the command line is wrong"),
        ($"{Fault}", "a fault of pminit"),
        ($"{Config}", "the file, or what it names on this machine, is wrong; nothing was started"),
    ];

    /// <summary>The table for README, "\n" after every line. A test compares.</summary>
    public static string MarkdownTable()
    {
        var text = new StringBuilder("| code | when |\n| --- | --- |\n");
        foreach (var (code, when) in Rows)
        {
            text.Append("| ").Append(code).Append(" | ").Append(when).Append(" |\n");
        }

        return text.ToString();
    }
}
