using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Evaluation;

/// <summary>
/// Keeps what comes through a pipe, up to a limit; the rest is read and dropped, so that the writer never waits for us.
/// In the loop or without it: <see cref="Read"/> takes what is there and never blocks.
/// </summary>
public sealed unsafe class BoundedPipe(Fd fd, int limit) : IPollable, IDisposable
{
    /// <summary>Reads per call; level-triggered, so what is left comes again.</summary>
    const int Budget = 4;

    const int Chunk = 16 * 1024;

    readonly MemoryStream _kept = new();
    EventLoop? _loop;

    /// <summary>The descriptor; -1 once disposed.</summary>
    public int Number => fd.Number;

    /// <summary>Every writer has closed its end.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>More came than is kept.</summary>
    public bool IsOverLimit { get; private set; }

    /// <summary>Told after each read in the loop.</summary>
    public Action? Changed { get; set; }

    /// <summary>What was kept.</summary>
    public byte[] Bytes => _kept.ToArray();

    /// <summary>Reads in a loop from now on, until the end.</summary>
    public void Watch(EventLoop loop)
    {
        loop.Add(fd.Number, this, Libc.EPOLLIN, Urgency.Control);
        _loop = loop;
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        Read(Budget);
        if (IsEnded)
        {
            Unwatch();
        }

        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _loop = null;
        IsEnded = true;
        Changed?.Invoke();
    }

    /// <summary>Takes what is there now.</summary>
    /// <param name="most">Reads at most.</param>
    public void Read(int most = int.MaxValue)
    {
        var buffer = stackalloc byte[Chunk];
        for (var i = 0; i < most && !IsEnded; i++)
        {
            var got = Libc.read(fd.Number, buffer, Chunk);
            if (got < 0)
            {
                var errno = Libc.Errno;
                if (errno == Libc.EINTR)
                {
                    continue;
                }

                if (errno == Libc.EAGAIN)
                {
                    return;
                }

                throw new LinuxException("read", errno, "reading what a configuration file's runtime wrote");
            }

            IsEnded = got == 0;
            var room = Math.Min((int)got, limit - (int)_kept.Length);
            _kept.Write(new ReadOnlySpan<byte>(buffer, room));
            IsOverLimit |= room < got;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unwatch();
        fd.Dispose();
    }

    void Unwatch()
    {
        _loop?.Remove(fd.Number);
        _loop = null;
    }
}
