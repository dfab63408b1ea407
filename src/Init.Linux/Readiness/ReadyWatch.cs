using System.Globalization;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Readiness;

/// <summary>
/// What living processes say of themselves: their notify sockets, channels, ready descriptors and lines. Everything here becomes an event of the worker;
/// nothing here decides.
/// </summary>
public sealed class ReadyWatch(EventLoop loop, EventQueue queue, Action<LogEvent> report)
{
    readonly Dictionary<int, Voice> _voices = [];

    /// <summary>What comparing lines may cost, by app.</summary>
    readonly Dictionary<string, PatternBudget> _budgets = [];

    /// <summary>Sees which workers listen.</summary>
    public ListenerLookup Listeners { get; } = new();

    /// <summary>Speaks with the processes of Node's clusters.</summary>
    public NodeClusters Clusters { get; } = new(loop, queue, report);

    /// <summary>Listens to a new process; takes what it was given for that over.</summary>
    public void Attach(SpawnedProcess process, WorkerId worker, int incarnation, AppSpec spec)
    {
        Listeners.Spawned(process.Pid);
        var channel = Clusters.Attach(process.Pid, process.Channel, worker, incarnation, spec) ? null : process.Channel;
        if (process.Notify is null && channel is null && process.Ready is null && spec.ReadyWhen.Kind != ReadyKind.Log)
        {
            return;
        }

        var voice = new Voice(process.Pid, worker, incarnation, process.Notify, spec.Process.Identity.Uid ?? Libc.geteuid());
        _voices[process.Pid] = voice;
        process.Notify?.Watch(loop, (sender, datagram) => OnDatagram(voice, sender, datagram));
        if (channel is not null)
        {
            // "ready" is a message like any other where something else decides.
            var isAsked = spec.ReadyWhen.Kind == ReadyKind.Message;
            voice.Channel = new WorkerChannel(channel, () =>
            {
                if (isAsked)
                {
                    TellReady(voice);
                }
            });
            voice.Channel.Watch(loop);
        }

        if (process.Ready is { } pipe)
        {
            voice.Pipe = new ReadyPipe(loop, pipe, () => TellReady(voice));
            voice.Pipe.Watch();
        }

        if (spec.ReadyWhen.Kind == ReadyKind.Log)
        {
            voice.Matcher = new LineMatcher(spec.ReadyWhen.Pattern, BudgetOf(worker.App), () => TellReady(voice), () => Warn(voice,
                $"ready_when: comparing lines with the pattern {spec.ReadyWhen.Pattern} takes too long. No more lines of this process are looked at, so that it fails after"
                + " listen_timeout; make the pattern simpler: no repetition within a repetition, as in (a+)+"));
        }
    }

    PatternBudget BudgetOf(string app)
    {
        if (!_budgets.TryGetValue(app, out var budget))
        {
            _budgets[app] = budget = new PatternBudget(Clock.Now);
        }

        return budget;
    }

    /// <summary>Who has to see the lines of a process; null: nobody.</summary>
    internal LineMatcher? MatcherOf(int pid) => _voices.GetValueOrDefault(pid)?.Matcher;

    /// <summary>Asks a process by message to stop.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="onUnheard">Called when it then closes its channel without having read the message.</param>
    /// <returns>Why that is not possible, for people; null when the message is on its way.</returns>
    public string? SendShutdown(int pid, Action onUnheard) =>
        _voices.GetValueOrDefault(pid)?.Channel is { } channel ? channel.SendShutdown(onUnheard) : Clusters.SendShutdown(pid, onUnheard);

    /// <summary>The process is killed: no message matters any more.</summary>
    public void Killed(int pid)
    {
        Clusters.Killed(pid);
        _voices.GetValueOrDefault(pid)?.Channel?.Forget();
    }

    /// <summary>The process has been reaped: what it said before its end is still heard, nothing after.</summary>
    public void Ended(int pid)
    {
        Listeners.Ended(pid);
        Clusters.Ended(pid);
        if (_voices.Remove(pid, out var voice))
        {
            voice.Notify?.OnReady(0);
            voice.Notify?.Dispose();
            voice.Channel?.Finish();
            voice.Pipe?.Dispose();
        }
    }

    void OnDatagram(Voice voice, Libc.ucred sender, ReadOnlySpan<byte> datagram)
    {
        if (WhyNot(voice, sender) is { } reason)
        {
            Warn(voice, $"a notification of pid {sender.pid} was ignored: {reason}");
            return;
        }

        var events = new List<WorkerEvent>();
        NotifyMessage.Read(datagram, voice.Incarnation, events, out var mainPid);
        foreach (var e in events)
        {
            queue.Tell(new SupervisorEvent.ToWorker(voice.Worker, e));
        }

        // Not before the process that we started has ended: until then its parent, not we, would hear of the other one's end.
        voice.MainPid = mainPid > 0 ? mainPid : voice.MainPid;
    }

    /// <summary>A leader has been reaped: looks whether it had named another process that goes on, which is then listened to in its place.</summary>
    /// <param name="pid">The leader.</param>
    /// <param name="tree">Tells whose an orphan is.</param>
    /// <returns>The process that is the worker's now; 0 when there is none.</returns>
    public int TakeOver(int pid, ProcessTree tree)
    {
        if (_voices.GetValueOrDefault(pid) is not { Notify: not null } voice)
        {
            return 0;
        }

        voice.Notify.OnReady(0);
        if (voice.MainPid is 0 || voice.MainPid == pid || !tree.IsStrayOf(voice.MainPid, voice.Worker, voice.Incarnation, voice.Session))
        {
            return 0;
        }

        _ = _voices.Remove(pid);
        voice.Pid = voice.MainPid;
        _voices[voice.Pid] = voice;
        Listeners.Ended(pid);
        return voice.Pid;
    }

    /// <summary>
    /// Heard are the worker itself, a process of its session (which it leads), one below it, and an orphan of it. Of a sender that has ended nobody can say whose it was; `systemd-notify`
    /// in a shell script is gone before anybody can look. It knew the name, which is random and of this process only. But /proc/net/unix shows names to everybody, so it must also have been of the
    /// user that the worker is of, or root: who is that could read the worker's memory, too.
    /// </summary>
    /// <returns>Null: it is heard.</returns>
    static string? WhyNot(Voice voice, Libc.ucred sender)
    {
        if (sender.pid == voice.Pid)
        {
            return null;
        }

        for (var pid = sender.pid; pid > 1;)
        {
            if (ProcFile.Stat(pid) is not { } stat)
            {
                return pid != sender.pid ? NoProcessOfIt
                    : sender.uid == 0 || sender.uid == voice.Uid || sender.uid == UidOf(voice.Pid) ? null
                    : $"it has ended, so that nobody can say whose it was, and user {sender.uid} is not the worker's; let it wait (systemd-notify does since version 246), or send from the worker itself";
            }

            if (stat.Session == voice.Session || stat.Parent == voice.Pid || (stat.Parent == Libc.getpid() && ProcessTree.HasMark(pid, voice.Worker, voice.Incarnation)))
            {
                return null;
            }

            pid = stat.Parent;
        }

        return NoProcessOfIt;
    }

    const string NoProcessOfIt = "it is no process of this worker";

    /// <summary>The user that a process has become (gosu, su-exec); null when it is gone.</summary>
    static uint? UidOf(int pid)
    {
        var text = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"));
        var start = text.IndexOf("\nUid:\t"u8);
        if (start < 0)
        {
            return null;
        }

        var rest = text[(start + "\nUid:\t"u8.Length)..];
        var end = rest.IndexOf((byte)'\t');
        return end > 0 && uint.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : null;
    }

    void TellReady(Voice voice) => queue.Tell(new SupervisorEvent.ToWorker(voice.Worker, new WorkerEvent.ReadyReceived(voice.Incarnation)));

    void Warn(Voice voice, string message) => report(new LogEvent(EventName.Warning, LogLevel.Warn, message) { Worker = voice.Worker, Pid = voice.Pid });

    /// <summary>One process.</summary>
    sealed class Voice(int pid, WorkerId worker, int incarnation, NotifySocket? notify, uint uid)
    {
        public int Pid { get; set; } = pid;

        /// <summary>Of the process that was started.</summary>
        public int Session { get; } = pid;

        /// <summary>What it said its main process is; 0: nothing.</summary>
        public int MainPid { get; set; }

        /// <summary>The user it was started as.</summary>
        public uint Uid { get; } = uid;

        public WorkerId Worker { get; } = worker;

        public int Incarnation { get; } = incarnation;

        public NotifySocket? Notify { get; } = notify;

        public WorkerChannel? Channel { get; set; }

        public ReadyPipe? Pipe { get; set; }

        public LineMatcher? Matcher { get; set; }
    }
}
