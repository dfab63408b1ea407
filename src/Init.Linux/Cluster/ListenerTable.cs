using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>
/// The listening sockets of one app. They outlive its workers: what comes while a worker is away waits or goes to another one, and nobody is refused.
/// Workers borrow them, by whatever way; the table only has to know who accepts where.
/// </summary>
public sealed class ListenerTable : IDisposable
{
    readonly EventLoop _loop;
    readonly IConnectionTaker _taker;
    readonly Action<string> _warn;
    readonly Dictionary<string, Listener> _listeners = [];
    Balance _balance;
    int _slots;
    bool _hasWarnedOfShortage;

    /// <param name="loop">Where the sockets are watched.</param>
    /// <param name="balance">How connections are spread.</param>
    /// <param name="slots">How many slots the app has.</param>
    /// <param name="taker">Gets the connections that we accept.</param>
    /// <param name="warn">Told in a sentence what people should know; once for each thing.</param>
    public ListenerTable(EventLoop loop, Balance balance, int slots, IConnectionTaker taker, Action<string> warn)
    {
        _loop = loop;
        _balance = balance;
        _slots = slots;
        _taker = taker;
        _warn = warn;
    }

    /// <summary>When <see cref="Expire"/> has something to do; Never when nothing is paused and no socket waits for its end.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Never;
            foreach (var listener in _listeners.Values)
            {
                next = Instant.Min(next, listener.NextDeadline);
            }

            return next;
        }
    }

    /// <summary>Finds the listener of a key, or makes it: binds, and listens for all slots.</summary>
    /// <param name="key">The same for all who share the address.</param>
    /// <param name="address">Counts at the first time.</param>
    /// <returns>The listener; or null and the error number (positive), which is not kept.</returns>
    public (Listener? Listener, int Errno) Open(string key, ListenAddress address)
    {
        if (_listeners.TryGetValue(key, out var known))
        {
            return (known, 0);
        }

        var (listener, errno) = Listener.Open(key, address, _balance, _slots, _loop, _taker, _warn);
        if (listener is not null)
        {
            _listeners.Add(key, listener);
            _balance = listener.IsSteeringRefused ? Balance.Shared : _balance;
            if (listener.Shortage is { } shortage && !_hasWarnedOfShortage)
            {
                _hasWarnedOfShortage = true;
                _warn(shortage);
            }
        }

        return (listener, errno);
    }

    /// <summary>
    /// The app has as many slots from now on. New ones get sockets; a removed one gets no new connections, what waits in its queue goes to others, and
    /// its socket is closed some seconds later, when no handshake can be under way any more.
    /// </summary>
    public void Resize(int slots)
    {
        _slots = slots;
        foreach (var listener in _listeners.Values)
        {
            listener.Resize(slots);
        }
    }

    /// <summary>Some process of the slot accepts connections there, or none does any more. No listener: nothing.</summary>
    public void SetServing(string key, int slot, bool isServing) => Find(key)?.SetServing(slot, isServing);

    /// <summary>The taker has room again.</summary>
    public void Resume(string key) => Find(key)?.Resume();

    /// <summary>No worker wants it any more.</summary>
    public void Close(string key)
    {
        if (_listeners.Remove(key, out var listener))
        {
            listener.Dispose();
        }
    }

    /// <summary>Does what is due.</summary>
    public void Expire(Instant now)
    {
        if (NextDeadline > now)
        {
            return;
        }

        foreach (var listener in new List<Listener>(_listeners.Values)) // a taker may close one meanwhile
        {
            listener.Expire(now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var listener in _listeners.Values)
        {
            listener.Dispose();
        }

        _listeners.Clear();
    }

    Listener? Find(string key) => _listeners.TryGetValue(key, out var listener) ? listener : null;
}
