using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// Descriptor 1, written without ever blocking. O_NONBLOCK belongs to the open file, which others may share (a shell, `docker exec`),
/// so it is never set on theirs: a pipe or terminal is opened a second time through /proc, a socket is sent to with MSG_DONTWAIT, and
/// where neither works (no /proc, a pipe of another user) each write follows a poll(2) that said there is room, and takes no more
/// than that promises: PIPE_BUF bytes for a pipe, one for a terminal.
/// A regular file or a device such as /dev/null takes whatever it is given.
/// </summary>
public sealed unsafe class NonBlockingOutput : IDisposable
{
    /// <summary>PIPE_BUF: a pipe that polls writable takes this much without blocking (pipe(7)). A terminal promises one byte.</summary>
    const int PipeChunk = 4096;

    const int EmptyPathFlag = 0x1000; // AT_EMPTY_PATH

    readonly Way _way;
    readonly Fd? _own;
    readonly int _safeChunk;
    readonly int _fd;

    /// <param name="fd">An open descriptor that stays the caller's.</param>
    public NonBlockingOutput(int fd)
    {
        var kind = KindOf(fd);
        if (kind == Libc.S_IFSOCK)
        {
            _way = Way.Send;
        }
        else if (kind == Libc.S_IFIFO || Libc.isatty(fd) == 1)
        {
            _own = Reopen(fd);
            _way = _own is null ? Way.PollFirst : Way.Plain;
            _safeChunk = kind == Libc.S_IFIFO ? PipeChunk : 1;
        }

        _fd = _own?.Number ?? fd;
    }

    enum Way
    {
        Plain,
        Send,
        PollFirst,
    }

    /// <summary>What to watch for room.</summary>
    public int Descriptor => _fd;

    /// <summary>Writes what fits now.</summary>
    /// <param name="bytes">At least one byte.</param>
    /// <param name="errno">EAGAIN when nothing fits; another value when the write failed; 0 otherwise.</param>
    /// <returns>Bytes taken, 0 when <paramref name="errno"/> is set.</returns>
    public int Write(ReadOnlySpan<byte> bytes, out int errno)
    {
        errno = 0;
        if (_way == Way.PollFirst && !HasRoom())
        {
            errno = Libc.EAGAIN;
            return 0;
        }

        var length = _way == Way.PollFirst ? Math.Min(bytes.Length, _safeChunk) : bytes.Length;
        fixed (byte* from = bytes)
        {
            var wrote = _way == Way.Send
                ? Libc.send(_fd, from, (nuint)length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL)
                : Libc.write(_fd, from, (nuint)length);
            if (wrote < 0)
            {
                errno = Libc.Errno;
                return 0;
            }

            return (int)wrote;
        }
    }

    /// <summary>Waits for room, for the last flush before the end.</summary>
    public void WaitForRoom(int timeoutMs)
    {
        var request = new Libc.pollfd { fd = _fd, events = Libc.POLLOUT };
        _ = Libc.poll(&request, 1, timeoutMs);
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    bool HasRoom()
    {
        var request = new Libc.pollfd { fd = _fd, events = Libc.POLLOUT };
        return Libc.poll(&request, 1, 0) == 1;
    }

    static int KindOf(int fd)
    {
        byte nothing = 0;
        Libc.statx_t status;
        return Libc.statx(fd, &nothing, EmptyPathFlag, Libc.STATX_BASIC_STATS, &status) == 0 ? status.stx_mode & Libc.S_IFMT : 0;
    }

    static Fd? Reopen(int fd)
    {
        Span<byte> path = stackalloc byte[32];
        var length = Encoding.ASCII.GetBytes($"/proc/self/fd/{fd}\0", path);
        fixed (byte* name = path[..length])
        {
            var own = Libc.open(name, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC | Libc.O_NOCTTY, 0);
            return own < 0 ? null : new Fd(own);
        }
    }
}
