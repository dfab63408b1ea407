using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>One listening socket. While it is only lent to workers the loop watches it for its end alone, which costs no wake-up for a connection.</summary>
sealed class ListenSocket : IPollable, IDisposable
{
    readonly EventLoop _loop;
    readonly Listener _owner;
    bool _isWatched;

    /// <param name="loop">Where to be dispatched.</param>
    /// <param name="owner">Told of what happens.</param>
    /// <param name="fd">Listens, or is about to; owned from now on.</param>
    /// <param name="slot">Whose it is; 0 when it is everybody's.</param>
    public ListenSocket(EventLoop loop, Listener owner, Fd fd, int slot)
    {
        _loop = loop;
        _owner = owner;
        Fd = fd;
        Slot = slot;
    }

    public Fd Fd { get; }

    public int Slot { get; }

    /// <summary>Connections are accepted here, by us.</summary>
    public bool IsAccepting { get; private set; }

    /// <summary>It listens no more, and for good.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Lets the loop tell of connections, or of the end only.</summary>
    public void Watch(bool isAccepting)
    {
        if (IsDeaf)
        {
            Unwatch();
            return;
        }

        var mask = isAccepting ? Libc.EPOLLIN : 0;
        if (!_isWatched)
        {
            _loop.Add(Fd.Number, this, mask, Urgency.Control);
            _isWatched = true;
        }
        else if (isAccepting != IsAccepting)
        {
            _loop.Change(Fd.Number, mask);
        }

        IsAccepting = isAccepting;
    }

    /// <summary>Leaves the loop.</summary>
    public void Unwatch()
    {
        if (_isWatched)
        {
            _loop.Remove(Fd.Number);
            _isWatched = false;
        }

        IsAccepting = false;
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        if ((events & Libc.EPOLLHUP) != 0)
        {
            _owner.WasShutDown(this);
        }
        else
        {
            _owner.Accept(this);
        }
    }

    /// <summary>The socket stays: one fault must not make an address deaf.</summary>
    public void OnFault()
    {
        _isWatched = false;
        IsAccepting = false;
        _owner.Arrange();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unwatch();
        Fd.Dispose();
    }
}
