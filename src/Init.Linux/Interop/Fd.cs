namespace Init.Linux.Interop;

/// <summary>Owns one descriptor and closes it once. No finalizer: the server is one thread and every owner is known.</summary>
public sealed class Fd : IDisposable
{
    int _number;

    /// <param name="number">A descriptor nobody else will close.</param>
    public Fd(int number) => _number = number;

    /// <summary>The descriptor; -1 once disposed.</summary>
    public int Number => _number;

    /// <summary>Takes the result of a call: an owned descriptor, or a <see cref="LinuxException"/> for -1.</summary>
    public static Fd Take(int result, string call, string doing) =>
        result >= 0 ? new Fd(result) : throw new LinuxException(call, Libc.Errno, doing);

    /// <summary>
    /// Closes what a worker has had too. Ours may be the last copy, and a TCP socket whose SO_LINGER is set blocks in close(2) until its peer has read all:
    /// that would be PID 1.
    /// </summary>
    public unsafe void DisposeAtOnce()
    {
        var off = 0L; // struct linger: two ints
        _ = _number < 0 ? 0 : Libc.setsockopt(_number, Libc.SOL_SOCKET, Libc.SO_LINGER, &off, sizeof(long)); // ENOTSOCK for anything else
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_number >= 0)
        {
            // close(2): after EINTR the descriptor is gone on Linux, so there is nothing to repeat.
            _ = Libc.close(_number);
            _number = -1;
        }
    }
}
