namespace Init.Linux.Interop;

/// <summary>A system call failed in a way its caller has no answer for. Says which call, which error, and what we were doing.</summary>
public sealed class LinuxException : Exception
{
    public LinuxException(string call, int errno, string doing)
        : base($"{doing}: {call}: {Libc.Describe(errno)}")
    {
        Errno = errno;
        Call = call;
    }

    /// <summary>errno(3).</summary>
    public int Errno { get; }

    /// <summary>The call's name.</summary>
    public string Call { get; }
}
