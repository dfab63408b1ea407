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

    /// <summary>The channel of a process has ended, and the process has not been reaped: it has closed all its servers, or it is about to end.</summary>
    public Action<WorkerId, int>? OnDisconnected { get; set; }

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

            return next;
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
        if (spec.Instances > primary.Slots)
        {
            primary.Resize(spec.Instances);
        }

        _members[pid] = new Member(primary, primary.Attach(channel, pid, worker, incarnation, spec.ReadyWhen));
        return true;
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
    /// <returns>Why that is not possible, for people; null when it is asked. Its end, or <see cref="OnDisconnected"/>, follows, but it may take its time.</returns>
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
    }

    /// <summary>The app has as many instances from now on.</summary>
    public void Resize(string app, int instances) => _primaries.GetValueOrDefault(app)?.Resize(instances);

    /// <summary>The app is to stay down: nobody listens for it any more. Its processes have ended.</summary>
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

    /// <summary>Another balance needs other sockets, which is possible when no process has the old ones.</summary>
    NodePrimary PrimaryOf(AppSpec spec)
    {
        if (_primaries.TryGetValue(spec.Name, out var known) && (known.Balance == spec.Balance || !known.IsIdle))
        {
            return known;
        }

        known?.Dispose();
        var app = spec.Name;
        var primary = new NodePrimary(loop, spec, problem => report(new LogEvent(EventName.Warning, LogLevel.Warn, $"{app}: {problem}")))
        {
            Ready = process => queue.Tell(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.ReadyReceived(process.Incarnation))),
            Disconnected = process => OnDisconnected?.Invoke(process.Worker, process.Incarnation),
        };
        return _primaries[app] = primary;
    }

    Member? Find(int pid) => _members.GetValueOrDefault(pid);

    sealed class Member(NodePrimary primary, NodeWorker process)
    {
        public NodePrimary Primary => primary;

        public NodeWorker Process => process;
    }
}
