using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>
/// The primary of one Node app: which process gets which socket and which connection. A connection is kept until somebody has taken it, so none is lost with
/// a process; a socket is kept until none of those that live wants it, and none is about to start, so none is refused while processes come and go.
/// </summary>
sealed partial class NodePrimary : IConnectionTaker, IDisposable
{
    /// <summary>Sockets of one app.</summary>
    internal const int MostServers = 1024;

    /// <summary>Connections on their way to one process. Node itself has one.</summary>
    const int Window = 16;

    /// <summary>Who closes all servers often ends, or listens again, soon after; and who is up may open one more.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    readonly EventLoop _loop;
    readonly ListenerTable _table;
    readonly Action<string> _warn;
    readonly Dictionary<string, SharedServer> _servers = [];
    readonly List<NodeWorker> _workers = [];

    /// <summary>Those whose channel has ended too: they may still hold sockets.</summary>
    readonly List<NodeWorker> _alive = [];
    bool _hasWarnedOfServers;
    bool _hasWarnedOfDescriptor;
    bool _hasWarnedOfPath;
    Balance _expected;
    bool _isEnding;
    bool _isSteady;

    public NodePrimary(EventLoop loop, AppSpec spec, Action<string> warn)
    {
        _loop = loop;
        _warn = warn;
        Balance = _expected = spec.Balance;
        Slots = spec.Instances;
        _table = new ListenerTable(loop, spec.Balance, spec.Instances, this, warn);
    }

    /// <summary>Told what somebody may wonder at.</summary>
    public Action<string>? Told { get; set; }

    /// <summary>A process is ready by what it has said.</summary>
    public Action<NodeWorker>? Ready { get; set; }

    /// <summary>The channel of a process has ended, and the process lives on.</summary>
    public Action<NodeWorker>? Disconnected { get; set; }

    public Balance Balance { get; }

    public int Slots { get; private set; }

    /// <summary>A new process would have the sockets so, but there are others who share them as they are.</summary>
    public void Expect(Balance balance)
    {
        if (balance != _expected)
        {
            _expected = balance;
            if (balance != Balance)
            {
                _warn("a change of \"balance\" needs other sockets than those which the processes share now: it takes effect when all have ended, so at `pminit restart`, and not by a reload");
            }
        }
    }

    /// <summary>No process has a channel.</summary>
    public bool IsIdle => _workers.Count == 0;

    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Min(_table.NextDeadline, _retryAt);
            foreach (var server in _servers.Values)
            {
                next = Instant.Min(next, server.CloseAt);
            }

            return next;
        }
    }

    public NodeWorker Attach(IpcChannel channel, int pid, WorkerId worker, int incarnation, ReadyWhen readyWhen)
    {
        var added = new NodeWorker(this, channel, pid, worker, incarnation, readyWhen);
        _workers.Add(added);
        _alive.Add(added);
        added.Watch(_loop);
        return added;
    }

    public void Resize(int slots)
    {
        Slots = slots;
        _table.Resize(slots);
    }

    /// <summary>
    /// As soon as nobody will serve, new clients are refused, so that they can go elsewhere. The last requests may take long: what counts is that
    /// all processes have closed a socket. Until then one that lives may still take what waits there.
    /// </summary>
    /// <param name="isWanted">A process of the app is to live.</param>
    /// <param name="isSteady">Those that live are up, and none is about to start or to end.</param>
    public void Follow(bool isWanted, bool isSteady)
    {
        if (_isEnding == isWanted || _isSteady != isSteady)
        {
            (_isEnding, _isSteady) = (!isWanted, isSteady);
            LookAgain();
        }
    }

    /// <summary>The socket of all processes at a place; null when there is none. A path leads to it by whatever name.</summary>
    public Listener? FindShared(string? path, int port)
    {
        var identity = path is null ? 0 : UnixPath.IdentityAt(path);
        foreach (var server in _servers.Values)
        {
            var listener = server.Listener;
            if (path is null ? listener.Address.IsTcp && listener.Port == port : listener.Address.Kind == ListenKind.Unix && listener.IsAt(path, identity))
            {
                return listener;
            }
        }

        return null;
    }

    /// <summary>It gets no new connections from now on.</summary>
    public void Retire(NodeWorker worker)
    {
        worker.IsRetiring = true;
        foreach (var held in worker.Servers)
        {
            held.Server.Rota.Leave(worker);
            Steer(held.Server, worker.Worker.Index);
        }

        LookAgain();
    }

    /// <summary>The app is a cluster no longer. Processes that it still has may go on with their copies of the sockets.</summary>
    public void CloseAll()
    {
        foreach (var server in new List<SharedServer>(_servers.Values))
        {
            Close(server);
        }
    }

    /// <summary>Closes what nobody wants any more.</summary>
    public void Expire(Instant now)
    {
        RetryIfDue(now);
        _table.Expire(now);
        foreach (var server in new List<SharedServer>(_servers.Values))
        {
            if (server.CloseAt <= now)
            {
                Close(server);
                Told?.Invoke($"{server.Listener.Address} is closed: no instance listens there any more");
            }
        }
    }

    /// <inheritdoc/>
    public bool HasProcess(int slot) => _alive.Exists(worker => worker.Worker.Index == slot);

    /// <summary>The process has ended.</summary>
    public void OnReaped(NodeWorker worker) => _alive.Remove(worker);

    public void OnQuery(NodeWorker worker, in ClusterMessage message)
    {
        var query = ServerQuery.Read(message);
        if (query is null)
        {
            var isDescriptor = ServerQuery.IsForDescriptor(message);
            if (isDescriptor && !_hasWarnedOfDescriptor)
            {
                _hasWarnedOfDescriptor = true;
                _warn($"{worker.Worker} wants to listen on descriptor {message.Fd} of its cluster primary, which is pminit and has none for it; let it listen on a port or a path");
            }

            worker.Answer(message.Seq, "", isDescriptor ? Libc.EBADF : Libc.EINVAL, message.SharedData);
            return;
        }

        var errno = worker.Holds(query.Key) ? Libc.EADDRINUSE : 0;
        var server = _servers.GetValueOrDefault(query.Key);
        if (errno == 0 && (!worker.HasRoom || (server is null && _servers.Count == MostServers)))
        {
            errno = Libc.EMFILE;
            if (!_hasWarnedOfServers)
            {
                _hasWarnedOfServers = true;
                _warn($"{worker.Worker} wants to listen on {query.Address}: no app may listen on more than {MostServers} addresses at a time; it is told that there are too many open files");
            }
        }

        // Who removes the file before it listens, as many do, would be deaf with the old socket, and look healthy.
        var isPathLost = errno == 0 && server is { Listener.IsPathLost: true };
        if (isPathLost)
        {
            Close(server!);
            server = null;
        }

        if (errno == 0 && server is null)
        {
            var (listener, problem) = _table.Open(query.Key, query.Address);
            if (problem == Libc.EADDRINUSE && CloseIdle(query.Address))
            {
                (listener, problem) = _table.Open(query.Key, query.Address);
            }

            errno = problem;
            server = listener is null ? null : _servers[query.Key] = new SharedServer(listener, Window);
            if (isPathLost && errno == 0 && !_hasWarnedOfPath)
            {
                _hasWarnedOfPath = true;
                _warn($"{query.Address}: the app has removed this file, so that it is bound anew: instances that listened there before get no connections until they are restarted;"
                    + " let the app not remove it, pminit replaces one that is left over");
            }
        }

        if (server?.Data.Length == 0)
        {
            server.Data = message.SharedData.ToArray();
        }

        if (errno != 0 || server is null)
        {
            worker.Answer(message.Seq, query.Key, errno, server is null ? message.SharedData : server.Data);
            return;
        }

        worker.Give(server, query, message.Seq);
        LookAgain();
    }

    public void OnServing(NodeWorker worker, SharedServer server)
    {
        if (!worker.IsRetiring)
        {
            server.Rota.Join(worker);
            Steer(server, worker.Worker.Index);
            OnRoom();
        }
    }

    /// <summary>A process has closed a server.</summary>
    public void OnClosed(NodeWorker worker, SharedServer server, bool isOfAnyPort)
    {
        server.Rota.Leave(worker);
        Steer(server, worker.Worker.Index);
        if (isOfAnyPort && server.Holders == 0 && !worker.IsRetiring && IsCurrent(server))
        {
            Close(server); // who looks for a free port in this way wants it now, and another one the next time
        }

        LookAgain();
    }

    /// <summary>The channel of a process has ended.</summary>
    public void OnGone(NodeWorker worker, bool isReaped)
    {
        if (!_workers.Remove(worker))
        {
            return;
        }

        var servers = new List<SharedServer>();
        foreach (var held in worker.Servers)
        {
            held.Server.Rota.Leave(worker);
            servers.Add(held.Server);
        }

        var left = worker.LetGo();
        servers.ForEach(server => Steer(server, worker.Worker.Index));
        left.ForEach(Distribute);
        LookAgain();
        if (!isReaped)
        {
            Disconnected?.Invoke(worker);
        }
    }

    public void TellReady(NodeWorker worker) => Ready?.Invoke(worker);

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.ForEach(static worker => worker.Dispose());
        foreach (var server in _servers.Values)
        {
            Drop(server);
        }

        _workers.Clear();
        _servers.Clear();
        _table.Dispose();
    }

    /// <summary>Processes of one slot may overlap: the old one and its successor.</summary>
    void Steer(SharedServer server, int slot)
    {
        if (!IsCurrent(server))
        {
            return;
        }

        var isServing = _workers.Exists(worker => worker.Worker.Index == slot && !worker.IsRetiring && worker.IsServing(server));
        if (server.SetServing(slot, isServing))
        {
            _table.SetServing(server.Key, slot, isServing);
        }
    }

    /// <summary>What nobody holds is closed: at once when nobody will want it, after a while when nobody seems to.</summary>
    void LookAgain()
    {
        var isSettled = _isSteady && !_workers.Exists(static worker => worker.IsRetiring);
        foreach (var server in new List<SharedServer>(_servers.Values))
        {
            if (server.Holders == 0 && _isEnding)
            {
                Close(server);
            }
            else if (server.Holders > 0 || !isSettled)
            {
                server.CloseAt = Instant.Never;
            }
            else if (!server.CloseAt.IsSet)
            {
                server.CloseAt = Clock.Now + Linger;
            }
        }
    }

    /// <summary>The app looked whether a port is free, at one address, and wants it at another one now: what it has closed is not in its way.</summary>
    bool CloseIdle(ListenAddress wanted)
    {
        var isAny = false;
        foreach (var server in new List<SharedServer>(_servers.Values))
        {
            var address = server.Listener.Address;
            if (server.Holders == 0 && address.IsTcp && wanted.IsTcp && server.Listener.Port == wanted.Port)
            {
                Close(server);
                isAny = true;
            }
        }

        return isAny;
    }

    bool IsCurrent(SharedServer server) => _servers.GetValueOrDefault(server.Key) == server;

    void Close(SharedServer server)
    {
        _servers.Remove(server.Key);
        _table.Close(server.Key);
        Drop(server);
    }

    static void Drop(SharedServer server)
    {
        server.Waiting.ForEach(static one => one.Connection!.DisposeAtOnce());
        server.Waiting.Clear();
    }
}
