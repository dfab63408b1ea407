using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Cluster;

/// <summary>
/// pminit as the primary of Node's `cluster` module: one <see cref="NodePrimary"/> for each app in cluster mode, and who of its processes is whose. What is
/// heard becomes events of the worker; nothing here decides when a process starts or ends.
/// </summary>
public sealed class NodeClusters(EventLoop loop, EventQueue queue, Action<LogEvent> report) : IDisposable
{
    readonly Dictionary<string, NodePrimary> _primaries = [];
    readonly Dictionary<int, Member> _members = [];

    /// <summary>Processes whose channel has ended without a word: mostly they end at once.</summary>
    readonly List<(Instant Due, int Pid, NodeWorker Process)> _silent = [];

    Ecosystem? _followed;

    /// <summary>So long after an end of the channel that nobody announced a process that lives on is told of: Node ends by itself then.</summary>
    static readonly TimeSpan SilentTime = TimeSpan.FromSeconds(2);

    /// <summary>Told at once of each process whose channel has ended, and which has not been reaped.</summary>
    public Action<WorkerId, int>? ChannelEnded { get; set; }

    /// <summary>When <see cref="Expire"/> has something to do; Never as long as nothing changes.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Never;
            foreach (var primary in _primaries.Values)
            {
                next = Instant.Min(next, primary.NextDeadline);
            }

            foreach (var (due, _, _) in _silent)
            {
                next = Instant.Min(next, due);
            }

            return next;
        }
    }

    /// <summary>What is no worker of a cluster binds by itself: what its predecessors shared must not be in its way.</summary>
    public void BeforeSpawn(AppSpec spec)
    {
        if (spec.Cluster != ClusterMode.Node && _primaries.TryGetValue(spec.Name, out var primary))
        {
            primary.CloseAll();
        }
    }

    /// <summary>Takes over the channel of a new process, if its app is one of Node's clusters.</summary>
    /// <returns>False: it is none.</returns>
    public bool Attach(int pid, IpcChannel? channel, WorkerId worker, int incarnation, AppSpec spec)
    {
        if (spec.Cluster != ClusterMode.Node || channel is null)
        {
            return false;
        }

        var primary = PrimaryOf(spec);
        if (worker.Index >= primary.Slots) // an older process has an older spec, which says nothing of today
        {
            primary.Resize(spec.Instances);
        }

        _members[pid] = new Member(primary, primary.Attach(channel, pid, worker, incarnation, spec.ReadyWhen));
        return true;
    }

    /// <summary>Connects to a process by itself, where whoever answers at the check's address may be another of the app's.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="spec">Its app, which has a `health_check` over a socket.</param>
    /// <param name="index">Its instance.</param>
    /// <param name="answered">What came of it; not told before this returns, and not after the connection is disposed of.</param>
    /// <returns>Null: what answers at the address is as good.</returns>
    public InstanceConnection? Connect(int pid, AppSpec spec, int index, Action<OfferAnswer> answered)
    {
        var check = spec.HealthCheck!;
        if (!check.IsLocal || Find(pid) is not { Process.IsGone: false } member)
        {
            return null;
        }

        var port = check.PortOf(index);
        var shared = member.Primary.FindShared(check.UnixPath, port);
        if (member.Process.IsPreloaded)
        {
            var path = check.UnixPath is null ? null : shared?.Address.Address ?? check.UnixPath;
            return InstanceConnection.Offer(member.Process, path, port, shared is not null, answered);
        }

        // It may be well or not: but ready, by the word of the one that it is to replace, it must not be.
        return shared is not null && spec.ReadyWhen.Kind == ReadyKind.HealthCheck
            ? new InstanceConnection("the port is that of all instances, and the script by which one of them can be asked (\"keepalive_drain\") is not loaded in it")
            : null;
    }

    /// <summary>It is to end: new connections go to others.</summary>
    public void Retire(int pid)
    {
        if (Find(pid) is { } member)
        {
            member.Primary.Retire(member.Process);
        }
    }

    /// <summary>Asks a process to close its servers and, when its connections have ended, its channel; new connections go to others from now on.</summary>
    /// <returns>Why that is not possible, for people; null when it is asked. Its end, or the event Disconnected, follows, but it may take its time.</returns>
    public string? Disconnect(int pid)
    {
        if (Find(pid) is not { } member)
        {
            return "it is no process of Node's cluster";
        }

        member.Primary.Retire(member.Process);
        return member.Process.Disconnect();
    }

    /// <summary>Asks a process by message to stop; new connections go to others from now on.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="onUnheard">Called when it then closes its channel without having read the message.</param>
    /// <returns>Why that is not possible, for people; null when the message is on its way.</returns>
    public string? SendShutdown(int pid, Action onUnheard)
    {
        if (Find(pid) is not { } member)
        {
            return "it was started without a channel";
        }

        member.Primary.Retire(member.Process);
        return member.Process.SendShutdown(onUnheard);
    }

    /// <summary>The process is killed: no message matters any more.</summary>
    public void Killed(int pid)
    {
        Retire(pid);
        Find(pid)?.Process.Forget();
    }

    /// <summary>The process has been reaped: what it said before its end is still heard, nothing after.</summary>
    public void Ended(int pid)
    {
        if (_members.Remove(pid, out var member))
        {
            member.Process.Finish();
        }

        _silent.RemoveAll(one => one.Pid == pid);
    }

    /// <summary>After each decision: as many sockets as there are instances, and none for an app that is down for good, or about to be and closing its own.</summary>
    public void Follow(Supervisor supervisor)
    {
        if (_primaries.Count == 0)
        {
            return;
        }

        if (!ReferenceEquals(_followed, supervisor.Ecosystem))
        {
            _followed = supervisor.Ecosystem;
            foreach (var app in _followed.Apps)
            {
                _primaries.GetValueOrDefault(app.Name)?.Resize(app.Instances);
            }
        }

        foreach (var (app, primary) in _primaries)
        {
            primary.Follow(supervisor.IsWanted(app), supervisor.IsSteady(app));
        }

        foreach (var (app, primary) in _primaries)
        {
            if (primary.IsIdle && !supervisor.IsActive(app))
            {
                Close(app);
                return; // one at a time will do
            }
        }
    }

    /// <summary>Nobody listens for the app any more. Its processes have ended.</summary>
    public void Close(string app)
    {
        if (_primaries.Remove(app, out var primary))
        {
            primary.Dispose();
        }
    }

    /// <summary>Does what is due.</summary>
    public void Expire(Instant now)
    {
        foreach (var primary in _primaries.Values)
        {
            if (primary.NextDeadline <= now)
            {
                primary.Expire(now);
            }
        }

        for (var i = _silent.Count - 1; i >= 0; i--)
        {
            if (_silent[i].Due <= now)
            {
                TellDisconnected(_silent[i].Process);
                _silent.RemoveAt(i);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var primary in _primaries.Values)
        {
            primary.Dispose();
        }

        _primaries.Clear();
        _members.Clear();
    }

    internal NodePrimary? Of(string app) => _primaries.GetValueOrDefault(app);

    /// <summary>Another balance needs other sockets, which is possible when no process has the old ones.</summary>
    NodePrimary PrimaryOf(AppSpec spec)
    {
        if (_primaries.TryGetValue(spec.Name, out var known) && (known.Balance == spec.Balance || !known.IsIdle))
        {
            known.Expect(spec.Balance);
            return known;
        }

        known?.Dispose();
        var app = spec.Name;
        var primary = new NodePrimary(loop, spec, problem => report(new LogEvent(EventName.Warning, LogLevel.Warn, $"{app}: {problem}")))
        {
            Told = news => report(new LogEvent(EventName.Warning, LogLevel.Info, $"{app}: {news}")),
            Ready = process => queue.Tell(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.ReadyReceived(process.Incarnation))),
            Disconnected = OnDisconnected,
        };
        return _primaries[app] = primary;
    }

    /// <summary>A crash closes the channel a moment before it can be reaped, and is no farewell.</summary>
    void OnDisconnected(NodeWorker process)
    {
        ChannelEnded?.Invoke(process.Worker, process.Incarnation);
        if (process.IsRetiring)
        {
            TellDisconnected(process);
        }
        else
        {
            _silent.Add((Clock.Now + SilentTime, process.Pid, process));
        }
    }

    void TellDisconnected(NodeWorker process) => queue.Tell(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.Disconnected(process.Incarnation)));

    Member? Find(int pid) => _members.GetValueOrDefault(pid);

    sealed class Member(NodePrimary primary, NodeWorker process)
    {
        public NodePrimary Primary => primary;

        public NodeWorker Process => process;
    }
}
