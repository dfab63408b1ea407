using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Net;

/// <summary>
/// Accepts on one listening socket and runs a conversation per connection, all non-blocking and all bounded: number of connections,
/// bytes in, bytes out, and time. A client that floods, never reads or never speaks costs one slot until its deadline.
/// What can go wrong: descriptors run out (EMFILE). Accepting then pauses until a connection closes or a second has passed, for a level-triggered
/// listener would spin.
/// </summary>
public sealed unsafe class SocketServer : IPollable, IDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly EventLoop _loop;
    readonly Fd _listener;
    readonly Urgency _urgency;
    readonly Func<Fd, IConversation?> _admit;
    readonly List<SocketConnection> _connections = [];
    readonly int _maxConnections;
    readonly TimeSpan _patience;
    bool _isWatching;
    Instant _resumeAt = Instant.Never;

    /// <param name="loop">Where to be dispatched.</param>
    /// <param name="listener">A listening, non-blocking socket; owned from now on.</param>
    /// <param name="urgency">Order of dispatch.</param>
    /// <param name="maxConnections">The oldest connection is closed for one more.</param>
    /// <param name="patience">How long one connection may last.</param>
    /// <param name="admit">Looks at a new connection; null refuses it.</param>
    public SocketServer(
        EventLoop loop, Fd listener, Urgency urgency, int maxConnections, TimeSpan patience, Func<Fd, IConversation?> admit)
    {
        _loop = loop;
        _listener = listener;
        _urgency = urgency;
        _maxConnections = maxConnections;
        _patience = patience;
        _admit = admit;
        Watch();
    }

    /// <summary>When <see cref="Expire"/> has something to do; Never when there is no connection.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = _resumeAt;
            foreach (var connection in _connections)
            {
                next = Instant.Min(next, connection.Deadline);
            }

            return next;
        }
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        // One accept per turn would do; a handful saves turns when a prober opens several.
        for (var i = 0; i < 8; i++)
        {
            var fd = Libc.accept4(_listener.Number, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
            if (fd < 0)
            {
                Refused(Libc.Errno);
                return;
            }

            Serve(new Fd(fd));
        }
    }

    /// <summary>The listener stays: one bad connection must not make the server deaf.</summary>
    public void OnFault()
    {
        _isWatching = false;
        Watch();
    }

    /// <summary>Closes connections whose time is up.</summary>
    public void Expire(Instant now)
    {
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            if (_connections[i].Deadline <= now)
            {
                _connections[i].Dispose();
            }
        }

        if (_resumeAt <= now)
        {
            Watch();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isWatching)
        {
            _loop.Remove(_listener.Number);
            _isWatching = false;
        }

        _listener.Dispose();
        while (_connections.Count > 0)
        {
            _connections[^1].Dispose();
        }
    }

    void Serve(Fd fd)
    {
        var conversation = _admit(fd);
        if (conversation is null)
        {
            fd.Dispose();
            return;
        }

        if (_connections.Count >= _maxConnections)
        {
            _connections[0].Dispose();
        }

        var connection = new SocketConnection(_loop, fd, conversation, _urgency, Clock.Now + _patience, Closed);
        _connections.Add(connection);
        connection.Begin();
    }

    /// <summary>A descriptor is free again: a pause ends.</summary>
    void Closed(SocketConnection connection)
    {
        _connections.Remove(connection);
        Watch();
    }

    void Refused(int errno)
    {
        // EAGAIN: all taken. ECONNABORTED and the like: that client has gone; the next accept says how things are.
        if (errno is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM)
        {
            _loop.Remove(_listener.Number);
            _isWatching = false;
            _resumeAt = Clock.Now + Pause;
        }
    }

    void Watch()
    {
        _resumeAt = Instant.Never;
        if (!_isWatching && _listener.Number >= 0)
        {
            _loop.Add(_listener.Number, this, Libc.EPOLLIN, _urgency);
            _isWatching = true;
        }
    }
}
