using Init.Core.Cluster;
using Init.Core.Ipc;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>
/// One process of a Node app as its `cluster` primary sees it: the messages, the sockets it holds, and the connections that are on their way to it. Nothing here
/// trusts it: what it says costs bounded work and memory, and what it should not do ends its own channel.
/// </summary>
sealed partial class NodeWorker(NodePrimary primary, IpcChannel channel, int pid, WorkerId worker, int incarnation, ReadyWhen readyWhen) : RotaMember
{
    /// <summary>As Node itself: then the worker cannot take it.</summary>
    const int MostRepeats = 3;

    /// <summary>More than can be on their way to anybody who acknowledges.</summary>
    const int MostUnacknowledged = 2 * NodePrimary.MostServers;

    static readonly ByteBuffer Scratch = new();

    readonly List<Held> _held = [];
    readonly Queue<Posted> _unacknowledged = [];
    readonly List<Passed> _connections = [];
    long _seq;
    bool _isReady;
    bool _isReaped;
    Action? _onUnheard;

    public int Pid => pid;

    public WorkerId Worker => worker;

    public int Incarnation => incarnation;

    /// <summary>It speaks the protocol.</summary>
    public bool IsOnline { get; private set; }

    /// <summary>It gets no new connections: it is to end, or wants to.</summary>
    public bool IsRetiring { get; set; }

    /// <summary>Its channel has ended.</summary>
    public bool IsGone => channel.IsClosed;

    /// <summary>Its channel ends, or has ended.</summary>
    public bool IsEnding => channel.IsEnding;

    /// <summary>What the kernel had no room for may go now.</summary>
    public void Retry() => channel.Retry();

    public IReadOnlyList<Held> Servers => _held;

    public void Watch(EventLoop loop)
    {
        channel.Ended = OnEnded;
        channel.Stuck = primary.OnStuck;
        channel.Watch(loop, OnMessage);
    }

    /// <summary>It has been reaped.</summary>
    public void Finish()
    {
        _isReaped = true;
        primary.OnReaped(this);
        if (!channel.IsClosed)
        {
            channel.Finish();
            primary.OnGone(this, isReaped: true);
        }
    }

    public void Dispose()
    {
        channel.Dispose();
        _connections.ForEach(static one => one.Connection!.DisposeAtOnce());
        _connections.Clear();
        _offered?.Connection.DisposeAtOnce();
        _offered = null;
    }

    /// <summary>Passes a connection, and keeps it until it is taken.</summary>
    /// <returns>False when that is not possible.</returns>
    public bool Pass(Passed connection)
    {
        connection.Number = _seq++;
        if (!PostConnection(connection))
        {
            return false;
        }

        _connections.Add(connection);
        return true;
    }

    /// <returns>Why not, for people; null when the message is on its way.</returns>
    public string? Disconnect()
    {
        if (!IsOnline)
        {
            return "it has not said that it is a worker of Node's cluster";
        }

        Scratch.Clear();
        ClusterWriter.Disconnect(Scratch, _seq++);
        return channel.Post(Scratch.Span) ? null : "it has closed its channel";
    }

    /// <returns>Why not, for people; null when the message is on its way.</returns>
    public string? SendShutdown(Action onUnheard)
    {
        if (channel.IsHeldUp)
        {
            return "it does not read its channel";
        }

        if (IsOnline)
        {
            _ = channel.Post(IpcMessage.Drain); // where this fails, the next one does
        }

        var isPosted = channel.Post(IpcMessage.Shutdown);
        _onUnheard = isPosted ? onUnheard : null;
        return isPosted ? null : "it has closed its channel";
    }

    public void Forget() => _onUnheard = null;

    /// <summary>The socket of a server, or the reason why there is none.</summary>
    public void Answer(long question, string key, int errno, ReadOnlySpan<byte> data) => Answer(question, key, errno, data, default);

    /// <summary>The socket of a server.</summary>
    public void Give(SharedServer server, ServerQuery query, long question)
    {
        _held.Add(new Held(server, query));
        server.Holders++;
        var address = server.Listener.Address;
        if (server.Listener.FdFor(worker.Index) >= 0)
        {
            var passed = new Passed(server, null) { Number = question };
            if (!PostListener(passed))
            {
                Refuse(passed);
            }
        }
        else
        {
            var name = new ByteBuffer();
            if (address.IsTcp)
            {
                ClusterWriter.Name(name, address.Address, address.Port);
            }

            Answer(question, server.Key, 0, server.Data, name.Span);
        }
    }

    /// <summary>It accepts connections there, or takes what is passed.</summary>
    public bool IsServing(SharedServer server) => Find(server.Key) is { IsListening: true };

    public bool Holds(string key) => Find(key) is not null;

    public bool HasRoom => _held.Count < NodePrimary.MostServers;

    void OnMessage(ReadOnlySpan<byte> message)
    {
        switch (IpcMessage.KindOf(message))
        {
            case IpcMessageKind.Other:
                break;
            case IpcMessageKind.Ready when readyWhen.Kind == ReadyKind.Message:
                TellReady();
                break;
            case IpcMessageKind.Ready:
                break;
            case IpcMessageKind.Handle:
                _ = channel.Post(IpcMessage.HandleReceived);
                break;
            case IpcMessageKind.HandleReceived:
                _ = _unacknowledged.TryDequeue(out _);
                break;
            case IpcMessageKind.HandleLost:
                OnLost();
                break;
            case IpcMessageKind.Preloaded:
                IsPreloaded = true;
                break;
            case IpcMessageKind.Cluster:
                OnCluster(ClusterMessage.Read(message));
                break;
        }
    }

    void OnCluster(in ClusterMessage message)
    {
        switch (message.Act)
        {
            case ClusterAct.Online:
                IsOnline = true;
                break;
            case ClusterAct.QueryServer when message.Seq >= 0:
                primary.OnQuery(this, message);
                break;
            case ClusterAct.Listening:
                OnListening(message);
                break;
            case ClusterAct.Close when JsonMembers.Text(message.Key) is { } key && Find(key) is { } held:
                Release(held);
                primary.OnClosed(this, held.Server, held.Query.IsOfAnyPort);
                break;
            case ClusterAct.ExitedAfterDisconnect when message.Seq >= 0:
                primary.Retire(this);
                Scratch.Clear();
                ClusterWriter.Heard(Scratch, message.Seq, _seq++);
                _ = channel.Post(Scratch.Span);
                break;
            case ClusterAct.Reply:
                OnReply(message.Ack, message.IsAccepted);
                break;
            default:
                break;
        }
    }

    void OnListening(in ClusterMessage message)
    {
        foreach (var held in _held)
        {
            if (!held.IsListening && held.Query.IsOf(message, held.Server.Listener.Port))
            {
                held.IsListening = true;
                primary.OnServing(this, held.Server);
                break;
            }
        }

        if (readyWhen.Kind == ReadyKind.Listening && (readyWhen.Number == 0 || readyWhen.Number == message.Port))
        {
            TellReady();
        }
    }

    void OnReply(long number, bool isAccepted)
    {
        if (_offered?.Number == number)
        {
            EndOffer(isAccepted ? OfferAnswer.Taken : OfferAnswer.NotServed);
            return;
        }

        if (_connections.Find(one => one.Number == number) is not { } connection)
        {
            return;
        }

        _connections.Remove(connection);
        Answered();
        if (isAccepted)
        {
            connection.Connection!.DisposeAtOnce();
        }
        else
        {
            connection.RefusedBy.Add(this);
            primary.Distribute(connection);
        }

        primary.OnRoom();
    }

    void OnLost(Passed passed)
    {
        var isConnection = passed.Connection is not null;
        if (isConnection && !_connections.Contains(passed))
        {
            return; // it has answered for it nevertheless
        }

        if (++passed.Repeats <= MostRepeats && (isConnection ? PostConnection(passed) : PostListener(passed)))
        {
            return;
        }

        if (isConnection)
        {
            OnReply(passed.Number, isAccepted: false);
        }
        else
        {
            Refuse(passed);
        }
    }

    /// <summary>The descriptor of a listener cannot be passed.</summary>
    void Refuse(Passed listener)
    {
        if (Find(listener.Server.Key) is { } held)
        {
            Release(held);
        }

        Answer(listener.Number, listener.Server.Key, Libc.EMFILE, listener.Server.Data);
    }

    void OnEnded(bool isUnread)
    {
        if (isUnread)
        {
            _onUnheard?.Invoke();
        }

        primary.OnGone(this, _isReaped);
    }

    /// <summary>Its sockets are nobody's, and what was on its way to it goes to others.</summary>
    public List<Passed> LetGo()
    {
        _held.ForEach(static held => held.Server.Holders--);
        _held.Clear();
        _unacknowledged.Clear();
        EndOffer(OfferAnswer.Lost);
        var left = _connections.FindAll(static _ => true);
        _connections.Clear();
        return left;
    }

    bool PostConnection(Passed connection)
    {
        Scratch.Clear();
        ClusterWriter.NewConnection(Scratch, connection.Number, connection.Server.Key);
        return Post(connection, connection.Connection!.Number);
    }

    bool PostListener(Passed passed)
    {
        var fd = passed.Server.Listener.FdFor(worker.Index);
        Scratch.Clear();
        ClusterWriter.Server(Scratch, passed.Number, _seq++, passed.Server.Key, 0, passed.Server.Data, passed.Server.Listener.Address.IsUdp ? PassedSocket.Datagram : PassedSocket.Stream);
        return fd >= 0 && Post(passed, fd);
    }

    bool Post(Posted posted, int fd)
    {
        if (_unacknowledged.Count == MostUnacknowledged)
        {
            channel.GiveUp();
            return false;
        }

        if (!channel.Post(Scratch.Span, fd))
        {
            return false;
        }

        _unacknowledged.Enqueue(posted);
        return true;
    }

    void Answer(long question, string key, int errno, ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        Scratch.Clear();
        ClusterWriter.Server(Scratch, question, _seq++, key, errno, data, PassedSocket.None, name);
        _ = channel.Post(Scratch.Span);
    }

    void Release(Held held)
    {
        _held.Remove(held);
        held.Server.Holders--;
    }

    Held? Find(string key) => _held.Find(held => held.Server.Key == key);

    void TellReady()
    {
        if (!_isReady)
        {
            _isReady = true;
            primary.TellReady(this);
        }
    }

    /// <summary>A server of the process.</summary>
    public sealed class Held(SharedServer server, ServerQuery query)
    {
        public SharedServer Server => server;

        public ServerQuery Query => query;

        /// <summary>It has said that it listens.</summary>
        public bool IsListening { get; set; }
    }
}
