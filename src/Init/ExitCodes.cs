namespace Init;

/// <summary>pminit's own exit codes (sysexits.h where it has one); the README's table is checked against them.</summary>
static class ExitCodes
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
}
