using System.Globalization;

namespace Init.Core.Model;

/// <summary>A Linux signal by number; names as in signal(7). The numbers are those of x86-64 and arm64, which agree.</summary>
/// <param name="Number">1..64.</param>
public readonly record struct Signal(int Number)
{
    public static readonly Signal Hup = new(1);
    public static readonly Signal Int = new(2);
    public static readonly Signal Quit = new(3);
    public static readonly Signal Kill = new(9);
    public static readonly Signal Usr1 = new(10);
    public static readonly Signal Usr2 = new(12);
    public static readonly Signal Pipe = new(13);
    public static readonly Signal Term = new(15);
    public static readonly Signal Chld = new(17);
    public static readonly Signal Cont = new(18);
    public static readonly Signal Stop = new(19);
    public static readonly Signal Tstp = new(20);
    public static readonly Signal Ttin = new(21);
    public static readonly Signal Ttou = new(22);
    public static readonly Signal Winch = new(28);

    /// <summary>Highest signal number (SIGRTMAX).</summary>
    public const int Highest = 64;

    /// <summary>First real-time signal of the kernel; libc keeps 32 and 33 for itself, so SIGRTMIN as users know it is 34.</summary>
    const int RtMin = 34;

    /// <summary>Index = number; empty where there is no name.</summary>
    static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Signals a parent must not pass on: they speak of the receiver itself, or cannot be caught.</summary>
    public bool IsForwardable => Number is > 0 and <= Highest
        && this != Kill && this != Stop && this != Chld
        && Number is not (4 or 5 or 6 or 7 or 8 or 11 or 31 or 32 or 33);

    /// <summary>Reads "SIGTERM", "term", "15", "RTMIN+3" or "SIGRTMAX-1".</summary>
    /// <returns>False when it names no signal; then <paramref name="signal"/> is default.</returns>
    public static bool TryParse(string text, out Signal signal)
    {
        signal = default;
        var name = text.Trim();
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            signal = new Signal(number);
            return number is >= 1 and <= Highest;
        }

        if (name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase))
        {
            name = name[3..];
        }

        for (var i = 1; i < Names.Length; i++)
        {
            if (Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                signal = new Signal(i);
                return true;
            }
        }

        return TryParseRealTime(name, out signal);
    }

    /// <summary>"SIGTERM", "SIGRTMIN+2", or "signal 32" where there is no name.</summary>
    public override string ToString() => Number switch
    {
        > 0 and < 32 => "SIG" + Names[Number],
        RtMin => "SIGRTMIN",
        > RtMin and <= Highest => string.Create(CultureInfo.InvariantCulture, $"SIGRTMIN+{Number - RtMin}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {Number}"),
    };

    static bool TryParseRealTime(string name, out Signal signal)
    {
        signal = default;
        int start;
        if (name.StartsWith("RTMIN", StringComparison.OrdinalIgnoreCase))
        {
            start = RtMin;
        }
        else if (name.StartsWith("RTMAX", StringComparison.OrdinalIgnoreCase))
        {
            start = Highest;
        }
        else
        {
            return false;
        }

        var offset = 0;
        if (name.Length > 5
            && !int.TryParse(name[5..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out offset))
        {
            return false;
        }

        signal = new Signal(start + offset);
        return signal.Number is >= RtMin and <= Highest;
    }
}
