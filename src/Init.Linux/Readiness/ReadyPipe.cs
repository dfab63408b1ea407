using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Readiness;

/// <summary>
/// The descriptor to which a worker writes a newline when it is ready (s6's notification-fd). One that closes it without a newline will never be
/// ready: the machine hears nothing, and the time that the start may take decides.
/// </summary>
/// <param name="loop">Where it is watched.</param>
/// <param name="pipe">Our end; owned.</param>
/// <param name="onReady">Called once.</param>
sealed unsafe class ReadyPipe(EventLoop loop, Fd pipe, Action onReady) : IPollable, IDisposable
{
    bool _isWatched;

    public void Watch()
    {
        loop.Add(pipe.Number, this, Libc.EPOLLIN, Urgency.Signals);
        _isWatched = true;
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        const int Size = 256;
        var text = stackalloc byte[Size];
        var got = Libc.read(pipe.Number, text, Size);
        if (got < 0 && Libc.Errno is Libc.EAGAIN or Libc.EINTR)
        {
            return;
        }

        var isReady = got > 0 && new ReadOnlySpan<byte>(text, (int)got).Contains((byte)'\n');
        if (isReady || got <= 0)
        {
            Dispose();
        }

        if (isReady)
        {
            onReady();
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _isWatched = false;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isWatched)
        {
            loop.Remove(pipe.Number);
            _isWatched = false;
        }

        pipe.Dispose();
    }
}
