using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Evaluation;
using Init.Linux.Files;
using Init.Linux.Interop;
using Init.Linux.Limits;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Probes;
using Init.Linux.Readiness;
using Init.Linux.Stage;
using Init.Linux.Watch;

namespace Init.Linux.Runtime;

/// <summary>
/// The server: wires loop, sources, supervisor and sinks, and runs until the supervisor says which code to end with. One turn: write
/// what is pending, sleep until something happens or the next deadline, then signals, exits, decisions, and only then everything that
/// merely talks. Nothing here decides anything.
/// What can go wrong: an exception that nobody expected. It is logged and the loop goes on; only one that repeats without end is fatal.
/// </summary>
public sealed class InitHost : IDisposable
{
    /// <summary>SIGPIPE comes from our own writes; it is blocked and left pending.</summary>
    const ulong NotForUs = 1UL << 12;

    const int SigKill = 9;

    const int FatalFaultsInARow = 100;

    static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(2);

    readonly EventLoop _loop = new();
    readonly LogSink _sink;

    /// <summary>Standard error, in the raw format only; else null.</summary>
    readonly LogSink? _errorSink;

    readonly Reaper _reaper = new();
    readonly EventQueue _queue = new();
    readonly Supervisor _supervisor;
    readonly Spawner _spawner;
    readonly WorkerLogs _logs;
    readonly StageWatch _stages;
    readonly ReadyWatch _readiness;
    readonly EffectRunner _runner;
    readonly WorkerVerbs _verbs;
    readonly SignalSource _signals;
    readonly ProcessTree _tree;
    readonly MemoryCgroup? _cgroup = MemoryCgroup.Find();
    readonly OomWatch _oomKills;
    MemoryWatch? _memoryWatch;
    readonly List<SocketServer> _servers = [];
    readonly FileWatch _files;
    readonly StartupMemory _memory = new();
    ClockWatch? _clockWatch;
    readonly List<Effect> _effects = [];
    bool _mayReap = true; // whoever exec'd us may have left children
    int _faultsInARow;
    ConfigEvaluation? _reading;

    /// <param name="ecosystem">What to run.</param>
    /// <param name="inherited">What we were started with.</param>
    public InitHost(Ecosystem ecosystem, Inherited inherited)
    {
        var isTerminal = Libc.isatty(1) == 1;
        var format = ecosystem.Settings.Log.Format ?? (isTerminal ? LogFormat.Pm2Prefixed : LogFormat.Json);
        var writer = LogWriter.Of(format, isTerminal && inherited.Variable("NO_COLOR") is null);
        _sink = new LogSink(_loop, 1, writer);
        _errorSink = format == LogFormat.Raw ? new LogSink(_loop, 2, writer) : null;
        _loop.Fault = Say;
        _supervisor = new Supervisor(ecosystem);
        _spawner = new Spawner(inherited);
        _logs = new WorkerLogs(_loop, _sink, _errorSink ?? _sink);
        _stages = new StageWatch(_loop);
        _readiness = new ReadyWatch(_loop, _queue, Report);
        _tree = new ProcessTree(_reaper);
        _runner = new EffectRunner(_supervisor, _spawner, _reaper, _tree, _logs, _stages, _readiness, Own, _queue) { TerminationLog = TerminationLog.Find(ecosystem.Settings.TerminationLog) };
        _verbs = new WorkerVerbs(_supervisor, _queue);
        _files = new FileWatch(_loop, (app, path, count) => _queue.Tell(new SupervisorEvent.FilesChanged(app, path, count)), Warn);
        _runner.WatchFiles = effect => _files.Set(effect.App, effect.Watch, effect.Cwd);
        _oomKills = new OomWatch(_loop, _cgroup, (count, limit) => _queue.Tell(new SupervisorEvent.OomKilled(count, limit)));
        _runner.Probes = new ProbeRunner(_loop, _queue, _spawner, _reaper, _tree, _stages) { Clusters = _readiness.Clusters };
        _runner.DisconnectWorker = _readiness.Clusters.Disconnect;
        _runner.ReadMemory = _cgroup is null ? null : ReadMemory;
        _signals = new SignalSource(_loop, SignalSet.Handled & ~NotForUs, OnSignal);
    }

    /// <summary>The loop, for listeners to join before <see cref="Run"/>.</summary>
    public EventLoop Loop => _loop;

    /// <summary>Orphans reaped so far.</summary>
    public long OrphansReaped => _reaper.OrphansReaped;

    /// <summary>Carries out the verbs that change something.</summary>
    public IWorkerVerbs Verbs => _verbs;

    /// <summary>The supervisor's state, for whoever answers questions about it.</summary>
    public Supervisor Supervisor => _supervisor;

    /// <summary>Makes processes.</summary>
    public Spawner Spawner => _spawner;

    /// <summary>Reads the ecosystem file again when SIGHUP asks for it; null: there is none.</summary>
    public Action? Reader
    {
        get => _runner.ReadConfig;
        set => _runner.ReadConfig = value;
    }

    /// <summary>Something that the supervisor must know; it decides within this turn of the loop, or the next.</summary>
    public void Tell(SupervisorEvent e) => _queue.Tell(e);

    /// <summary>Watches a process that reads the configuration, to its end. One at a time.</summary>
    public void Watch(ConfigEvaluation reading)
    {
        _reading = reading;
        reading.Watch(_loop);
        _reaper.Expect(reading.Pid, status =>
        {
            _ = _tree.KillLeftovers(reading.Pid);
            _reading = null;
            reading.OnExit(status);
        });
    }

    /// <summary>Adds a listener whose deadlines the loop keeps.</summary>
    public void Serve(SocketServer server) => _servers.Add(server);

    /// <summary>Writes one of pminit's own events.</summary>
    public void Report(LogEvent item) => Own.Write(item);

    /// <summary>Where pminit's own events go: in the raw format they must not stand between an app's lines.</summary>
    LogSink Own => _errorSink ?? _sink;

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        Guarded(Begin);
        while (_runner.ExitCode is null)
        {
            Guarded(Turn);
            if (_faultsInARow > FatalFaultsInARow)
            {
                return ExitCodes.Fault;
            }
        }

        // The reader may be slow, or gone without saying so; the end does not wait for it without end.
        var deadline = Clock.Now + FlushPatience;
        _logs.Finish(deadline);
        Guarded(TellWhy);
        _sink.FlushFinally(deadline);
        _errorSink?.FlushFinally(deadline);
        return _runner.ExitCode.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Dispose();
        }

        _reading?.Dispose();
        _clockWatch?.Dispose();
        _files.Dispose();
        _readiness.Clusters.Dispose();
        _memoryWatch?.Dispose();
        _oomKills.Dispose();
        _signals.Dispose();
        _spawner.Dispose();
        _sink.Dispose();
        _errorSink?.Dispose();
        _loop.Dispose();
    }

    void Begin()
    {
        var now = Clock.Now;
        _supervisor.Begin(now, _effects);
        CarryOut();
        TellClock();
        if (_cgroup?.ReadLimit() is not null)
        {
            _oomKills.Begin();
            OnMemoryNotice();
        }

        Decide(now);
        WatchClock(now);
        Flush();
        _memory.GiveBackSoon(now);
    }

    void Turn()
    {
        Flush();
        var before = Clock.Now;
        _loop.Wait(before, _mayReap || _queue.HasAny ? before : NextDeadline());
        _loop.Dispatch(Urgency.Signals);

        var now = Clock.Now;
        Reap();
        if (_reading?.Deadline <= now)
        {
            _reading.OnDeadline();
        }

        if (_oomKills.NextDeadline <= now)
        {
            _oomKills.Expire(now);
        }

        if (_supervisor.NextDeadline <= now)
        {
            if (_supervisor.HasSchedules)
            {
                TellClock();
            }

            _queue.Tell(new SupervisorEvent.Tick());
        }

        Decide(now);
        WatchClock(now);
        _loop.Dispatch(Urgency.Control);
        _loop.Dispatch(Urgency.Logs);
        _loop.Dispatch(Urgency.Health);
        foreach (var server in _servers)
        {
            server.Expire(now);
        }

        _files.Turn(now);
        _readiness.Clusters.Expire(now);
        _memory.Expire(now);
        _faultsInARow = 0;
    }

    /// <summary>After a failure, and when the last words of all workers are known.</summary>
    void TellWhy()
    {
        if (_runner.ExitCause is { } cause && _runner.TerminationLog?.Write(cause, _runner.ExitCode!.Value) is { } problem)
        {
            Warn(problem);
        }
    }

    void Flush()
    {
        _sink.Flush();
        _errorSink?.Flush();
    }

    Instant NextDeadline()
    {
        var next = Instant.Min(Instant.Min(Instant.Min(_supervisor.NextDeadline, _oomKills.NextDeadline), _files.NextDeadline), Instant.Min(Instant.Min(_readiness.Clusters.NextDeadline, _memory.NextDeadline), _reading?.Deadline ?? Instant.Never));
        foreach (var server in _servers)
        {
            next = Instant.Min(next, server.NextDeadline);
        }

        return next;
    }

    void OnMemoryNotice() => _queue.Tell(new SupervisorEvent.MemoryNotice());

    SupervisorEvent.MemoryRead ReadMemory(int closePercent, int atPercent)
    {
        _oomKills.Look(Clock.Now); // of children of workers, too: no later exit is to be explained by them
        _memoryWatch ??= new MemoryWatch(_loop, _cgroup!, OnMemoryNotice);
        return _memoryWatch.Read(closePercent, atPercent);
    }

    void TellClock() => _queue.Tell(new SupervisorEvent.ClockSet(Clock.Wall));

    /// <summary>Only who has a schedule needs to know that the wall clock was set.</summary>
    void WatchClock(Instant now)
    {
        if (_clockWatch is not null || !_supervisor.HasSchedules)
        {
            return;
        }

        _clockWatch = new ClockWatch(_loop, TellClock, Warn);
        TellClock();
        Decide(now);
    }

    void Warn(string problem) => Report(new LogEvent(EventName.Warning, LogLevel.Warn, problem));

    void OnSignal(Signal signal)
    {
        if (signal == Signal.Chld)
        {
            _mayReap = true;
        }
        else
        {
            _queue.Tell(new SupervisorEvent.SignalReceived(signal));
        }
    }

    /// <summary>SIGCHLD coalesces: one hint, then waitid until there is none left (or the budget is used up: once more next turn).</summary>
    void Reap()
    {
        if (_mayReap)
        {
            _mayReap = _reaper.Reap(OnExit);
            if (_reaper.TakeKilledOrphan())
            {
                _oomKills.Look(Clock.Now);
            }
        }
    }

    void OnExit(WorkerId worker, int incarnation, int pid, ExitStatus status)
    {
        if (_readiness.TakeOver(pid, _tree) is > 0 and var main)
        {
            _reaper.Own(main, worker, incarnation);
            _logs.Move(pid, main);
            _runner.MovePidFile(worker, pid, main);
            _queue.Tell(new SupervisorEvent.ToWorker(worker, new WorkerEvent.MainPidChanged(incarnation, main)));
            return;
        }

        _logs.DrainEnded(pid);
        _runner.PidFiles.Remove(pid);
        _readiness.Ended(pid);
        if (status.IsSignal && status.Value == SigKill && _oomKills.Claim(Clock.Now))
        {
            status = ExitStatus.OutOfMemory(_oomKills.LimitBytes);
        }

        WorkerEvent what = _stages.Ended(pid) is { } problem
            ? new WorkerEvent.SpawnFailed(incarnation, problem.Stage, problem.Errno, problem.Detail)
            : new WorkerEvent.Exited(incarnation, status);
        _queue.Tell(new SupervisorEvent.ToWorker(worker, what));
    }

    void Decide(Instant now)
    {
        var hasDecided = _queue.HasAny;
        while (_queue.TryTake(out var item))
        {
            _supervisor.Step(item!, now, _effects);
            CarryOut();
        }

        if (hasDecided)
        {
            _readiness.Clusters.Follow(_supervisor); // looks at every instance, while most turns only carry lines
        }

        if (_runner.TakeReloadEnd())
        {
            _memory.GiveBackSoon(now); // nothing else needs what a reload needed, and the next one is far off
        }

        _verbs.Settle();
    }

    void CarryOut()
    {
        // Taken out first: an effect that throws must not be carried out again.
        var effects = _effects.ToArray();
        _effects.Clear();
        foreach (var effect in effects)
        {
            Guarded(() => _runner.Run(effect));
        }
    }

    void Guarded(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // The law: PID 1 does not end because of an error; it says so and goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _faultsInARow++;
            Say(error);
        }
    }

    void Say(Exception error) =>
        Report(new LogEvent(EventName.InternalError, LogLevel.Error, $"{error.GetType().Name}: {error.Message}")
        {
            Fields = [new LogField("stack", error.StackTrace ?? "")],
        });
}
