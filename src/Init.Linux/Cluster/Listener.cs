using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>
/// One address: its sockets, who of the slots gets new connections, and the connections that we accept ourselves, either because that is how they are
/// balanced or because nobody else would (rescue). Made and held by <see cref="ListenerTable"/>.
/// </summary>
public sealed unsafe partial class Listener : IDisposable
{
    /// <summary>Accepted per turn: the loop has other things to do.</summary>
    const int Batch = 32;

    /// <summary>How long the socket of a removed slot waits for connections that were begun before new ones were steered away.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing is accepted when descriptors have run out.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly EventLoop _loop;
    readonly IConnectionTaker _taker;
    readonly Action<string> _warn;
    readonly SlotGroup _group;
    readonly List<ListenSocket> _sockets = [];
    readonly UnixPath? _path;
    Balance _balance;
    ulong[] _steering = [];
    Fd? _held;
    Instant _resumeAt = Instant.Never;
    Instant _lingerUntil = Instant.Never;
    bool _hasWarnedOfSteering;
    bool _hasWarnedOfAccept;
    bool _isClosed;

    Listener(string key, ListenAddress bound, Fd first, UnixPath? path, Balance balance, int slots, EventLoop loop, IConnectionTaker taker, Action<string> warn)
    {
        Key = key;
        Address = bound;
        _balance = bound.IsUdp || (bound.Kind == ListenKind.Unix && balance != Balance.RoundRobin) ? Balance.Shared : balance;
        _loop = loop;
        _taker = taker;
        _warn = warn;
        _group = new SlotGroup(slots) { IsSticky = balance == Balance.ClientIp };
        _sockets.Add(new ListenSocket(loop, this, first, 0));
        _path = path;
    }

    /// <summary>As it was opened.</summary>
    public string Key { get; }

    /// <summary>As it is bound: the port that the kernel chose, and what a wildcard has become ("::" or "0.0.0.0", with the kind that follows).</summary>
    public ListenAddress Address { get; }

    /// <summary>The real port; that of the request for a path.</summary>
    public int Port => Address.Port;

    /// <summary>The kernel or a sandbox refused to steer, so all workers share one socket. It will refuse for other addresses too.</summary>
    internal bool IsSteeringRefused { get; private set; }

    /// <summary>What people should know when all workers share one socket for want of descriptors; one address is not the only one then, and once is enough.</summary>
    internal string? Shortage { get; private set; }

    /// <summary>This name is of its unix socket too: /var/run is /run.</summary>
    internal bool IsAt(string path, ulong identity) => Address.Address == path || (identity != 0 && identity == _path?.Identity);

    /// <summary>Its file has been removed, or another one is in its place: nobody finds the way here.</summary>
    internal bool IsPathLost => _path is { Identity: not 0 } && UnixPath.IdentityAt(Address.Address) != _path.Identity;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    internal Instant NextDeadline => Instant.Min(_resumeAt, CanRescue ? _lingerUntil : Instant.Never);

    /// <summary>What is accepted can be given to somebody.</summary>
    bool CanRescue => !_isClosed && _group.IsAnyServing && _held is null && !_resumeAt.IsSet;

    /// <summary>Every slot has a socket of its own.</summary>
    bool IsSplit => _balance is Balance.PerWorker or Balance.ClientIp;

    /// <summary>The socket a slot accepts from: borrowed, so send it or duplicate it. -1: its connections are passed one by one.</summary>
    public int FdFor(int slot) => _balance == Balance.RoundRobin ? -1 : (Find(slot) ?? _sockets[0]).Fd.Number;

    /// <summary>Binds and listens.</summary>
    /// <returns>The listener, or null and a positive error number.</returns>
    internal static (Listener? Listener, int Errno) Open(
        string key, ListenAddress address, Balance balance, int slots, EventLoop loop, IConnectionTaker taker, Action<string> warn)
    {
        UnixPath? path = null;
        var bound = address;
        var fd = address.Kind == ListenKind.Unix ? UnixPath.Bind(address, out var errno, out path) : SocketMaker.Bind(address, out errno, out bound);
        if (fd is null)
        {
            return (null, errno);
        }

        var listener = new Listener(key, bound, fd, path, balance, slots, loop, taker, warn);
        var isOpen = false;
        try
        {
            errno = listener.Begin();
            isOpen = errno == 0;
            return (isOpen ? listener : null, errno);
        }
        finally
        {
            if (!isOpen)
            {
                listener.Dispose();
            }
        }
    }

    /// <summary>The app has as many slots from now on.</summary>
    internal void Resize(int slots)
    {
        _group.Slots = slots;
        if (IsSplit)
        {
            for (var slot = 0; slot < slots; slot++)
            {
                if (Find(slot) is null && Join(slot) is var errno and not 0)
                {
                    _warn($"{Address}: no socket for instance {slot} ({Libc.Describe(errno)}): it shares that of another");
                    break;
                }
            }

            _lingerUntil = _sockets.Count > slots ? Clock.Now + Linger : Instant.Never;
        }

        Arrange();
    }

    /// <summary>Some process of the slot accepts here, or none does any more.</summary>
    internal void SetServing(int slot, bool isServing)
    {
        _group.SetServing(slot, isServing);
        Arrange();
        if (isServing)
        {
            Resume();
        }
    }

    /// <summary>The taker has room again.</summary>
    internal void Resume()
    {
        _resumeAt = Instant.Never;
        if (_held is { } connection)
        {
            _held = null;
            Pass(connection);
        }

        Arrange();
    }

    /// <summary>Ends a pause, and the sockets of removed slots.</summary>
    internal void Expire(Instant now)
    {
        if (_resumeAt <= now)
        {
            Resume();
        }

        if (_lingerUntil > now || !CanRescue)
        {
            return;
        }

        var isHeld = false;
        for (var i = _sockets.Count - 1; i >= 0; i--)
        {
            var socket = _sockets[i];
            if (socket.Slot < _group.Slots)
            {
                continue;
            }

            // What somebody else holds stays in the kernel's array: closed here, it would move there unseen.
            if (_taker.HasProcess(socket.Slot))
            {
                isHeld = true;
                continue;
            }

            while (AcceptOne(socket))
            {
            }

            if (!CanRescue)
            {
                return; // the rest goes when there is room again
            }

            _group.Leave(socket.Slot);
            _sockets.RemoveAt(i);
            socket.Dispose();
        }

        _lingerUntil = isHeld ? now + Linger : Instant.Never;
        Arrange();
    }

    /// <summary>Takes what is there, as far as somebody has room.</summary>
    internal void Accept(ListenSocket socket)
    {
        for (var i = 0; i < Batch && socket.IsAccepting && AcceptOne(socket); i++)
        {
        }
    }

    /// <summary>
    /// A worker has called shutdown(2), which ends the socket for everybody (.NET's TcpListener and WEBrick do). The address is still ours, so it listens
    /// again; the socket has left the kernel's array and is its last member now.
    /// </summary>
    internal void WasShutDown(ListenSocket socket)
    {
        _group.Leave(socket.Slot);
        SocketMaker.BindAgain(socket.Fd, Address);
        if (Libc.listen(socket.Fd.Number, Address.Backlog) == 0)
        {
            JoinGroup(socket.Slot);
        }
        else
        {
            _warn($"{Address}: a worker has shut down the socket of instance {socket.Slot}, and it cannot listen again: {Libc.Describe(Libc.Errno)}; restart the app");
            socket.IsDeaf = true;
        }

        _steering = [];
        Arrange();
    }

    /// <summary>Steers new connections, and accepts where nobody else would.</summary>
    internal void Arrange()
    {
        if (_isClosed)
        {
            return;
        }

        if (!TrySteer() && !_hasWarnedOfSteering)
        {
            _hasWarnedOfSteering = true;
            _warn($"{Address}: new connections cannot be steered to the workers that serve: {Libc.Describe(Libc.Errno)}");
        }

        foreach (var socket in _sockets)
        {
            if (Address.IsTcp || _balance == Balance.RoundRobin)
            {
                socket.Watch(CanRescue && (_balance == Balance.RoundRobin || (IsSplit && _group.IsRescued(socket.Slot))));
            }
        }
    }

    /// <summary>Closes everything; connections that wait are reset.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _path?.Remove();
        _path?.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _held?.DisposeAtOnce();
        _held = null;
    }

    /// <summary>True when there may be more.</summary>
    bool AcceptOne(ListenSocket socket)
    {
        if (IsSplit)
        {
            _ = Libc.fcntl(socket.Fd.Number, Libc.F_SETFL, Libc.O_NONBLOCK); // of all who have the socket: one that became somebody's stdin blocks, for us too
        }

        var number = Libc.accept4(socket.Fd.Number, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        if (number >= 0)
        {
            Pass(new Fd(number));
            return CanRescue;
        }

        var errno = Libc.Errno;
        if (errno is Libc.EAGAIN or Libc.EINTR or Libc.ECONNABORTED)
        {
            return errno != Libc.EAGAIN;
        }

        // Descriptors have run out, or something forbids it: the connection stays in the queue, and the loop would spin.
        _resumeAt = Clock.Now + Pause;
        if (!_hasWarnedOfAccept)
        {
            _hasWarnedOfAccept = true;
            _warn($"{Address}: connections wait: accept: {Libc.Describe(errno)}{(errno == Libc.EMFILE ? "; raise the limit of open files (ulimit -n) of the container" : "")}");
        }

        Arrange();
        return false;
    }

    void Pass(Fd connection)
    {
        var isTaken = false;
        try
        {
            isTaken = _taker.TryTake(this, connection);
        }
        catch
        {
            connection.DisposeAtOnce();
            throw;
        }

        if (isTaken)
        {
            return;
        }

        if (_isClosed)
        {
            connection.Dispose();
            return;
        }

        _held = connection;
        Arrange();
    }
}
