using System.Globalization;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>
/// A machine for a Supervisor: answers spawns before any other event, as the runtime promises, knows which processes live, and checks that
/// every effect names the right one. Pids count from 101.
/// </summary>
sealed class World(Ecosystem ecosystem)
{
    readonly Dictionary<int, Process> _alive = [];
    readonly Dictionary<int, WorkerId> _dead = [];
    (SpawnStage Stage, int Errno)? _failure;
    bool _holdsSpawns;
    int _lastPid = 100;
    bool _shutdownWasSeen;
    bool _hurryWasSeen;
    SupervisorEvent? _event;

    public sealed record Process(WorkerId Worker, int Incarnation, int Pid, Signal StopSignal)
    {
        public bool IsAsked { get; set; }

        public bool IsKilled { get; set; }

        /// <summary>An operator stops it together with others, each in its turn.</summary>
        public bool IsInOrder { get; set; }

        /// <summary>It was only being spawned when the shutdown began: nobody relied on it yet.</summary>
        public bool IsLate { get; set; }
    }

    /// <summary>A shutdown asks nobody to stop on whom something that lives depends. Off where graphs may hold circles.</summary>
    public bool ChecksStopOrder { get; set; } = true;

    public Supervisor Supervisor { get; } = new(ecosystem);

    public Instant Now { get; private set; } = Specs.At(1_000_000);

    public List<Effect> Effects { get; } = [];

    public IReadOnlyCollection<Process> Alive => _alive.Values;

    public int? ExitCode { get; private set; }

    /// <summary>Told of every event before it is decided.</summary>
    public Action<SupervisorEvent>? Stepping { get; set; }

    /// <summary>Each spawn asks here; null succeeds.</summary>
    public Func<(SpawnStage Stage, int Errno)?>? SpawnFate { get; set; }

    /// <summary>What a worker's tree holds when it is measured.</summary>
    public Func<WorkerId, long> MemoryOf { get; set; } = static _ => 0;

    /// <summary>What is watched, by app.</summary>
    public Dictionary<string, Effect.WatchFiles> Watched { get; } = [];

    /// <summary>When files changed last.</summary>
    public Instant? LastChange { get; private set; }

    /// <summary>What is seen at a look at the container's memory.</summary>
    public Func<SupervisorEvent.MemoryRead> ContainerMemory { get; set; } = static () => new SupervisorEvent.MemoryRead(0, 0, false);

    /// <summary>Whether a worker listens when it is looked at.</summary>
    public Func<WorkerId, bool> Listens { get; set; } = static _ => false;

    /// <summary>What becomes of a check: answered at once (null: it passes), or left open.</summary>
    public Func<WorkerId, (bool IsAnswered, string? Problem)>? CheckFate { get; set; }

    /// <summary>Whether a process has closed its servers as soon as it is asked to (or has no channel).</summary>
    public Func<bool> DisconnectFate { get; set; } = static () => false;

    /// <summary>Checks that wait for their answers, by process.</summary>
    public Dictionary<(WorkerId Worker, int Incarnation), int> Checks { get; } = [];

    public World Answer(WorkerId worker, string? problem) => Answer(Checks.Keys.Single(key => key.Worker == worker), problem);

    public World Answer((WorkerId Worker, int Incarnation) process, string? problem)
    {
        Assert.True(Checks.Remove(process, out var number));
        return Step(new SupervisorEvent.Checked(process.Worker, number, problem));
    }

    public World HoldSpawns()
    {
        _holdsSpawns = true;
        return this;
    }

    public World FailSpawns(SpawnStage stage, int errno)
    {
        _failure = (stage, errno);
        return this;
    }

    public World HealSpawns()
    {
        _failure = null;
        return this;
    }

    public World Begin()
    {
        var effects = new List<Effect>();
        Supervisor.Begin(Now, effects);
        Run(effects);
        return this;
    }

    public World Signal(Signal signal) => Step(new SupervisorEvent.SignalReceived(signal));

    public World Send(string worker, WorkerEvent e) => Step(new SupervisorEvent.ToWorker(IdOf(worker), e));

    public World Exit(string worker, int code) => End(PidOf(worker), ExitStatus.Exited(code));

    public World Die(string worker, int signal) => End(PidOf(worker), ExitStatus.Signalled(signal));

    public World End(int pid, ExitStatus status)
    {
        Assert.True(_alive.Remove(pid, out var process));
        _dead.Add(pid, process.Worker);
        return Step(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.Exited(process.Incarnation, status)));
    }

    /// <summary>The process ends, and another one that it has named is the worker's from now on (MAINPID): it has heard of nothing.</summary>
    public World Move(int pid)
    {
        Assert.True(_alive.Remove(pid, out var process));
        process = process with { Pid = ++_lastPid, IsAsked = false, IsKilled = false };
        _alive.Add(process.Pid, process);
        return Step(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.MainPidChanged(process.Incarnation, process.Pid)));
    }

    /// <summary>Lets time pass and ticks at every deadline on the way.</summary>
    public World After(double ms)
    {
        var until = Now + Specs.Ms(ms);
        for (var fired = 0; Supervisor.NextDeadline <= until; fired++)
        {
            Assert.True(fired < 10_000, "a deadline that stays due");
            Now = Instant.Max(Now, Supervisor.NextDeadline);
            Step(new SupervisorEvent.Tick());
        }

        Now = until;
        return this;
    }

    /// <summary>Time passes and nobody notices: the container was paused.</summary>
    public World Jump(double ms)
    {
        Now += Specs.Ms(ms);
        return this;
    }

    public World Change(string app, string path = "/app/a.js", int count = 1) => Step(new SupervisorEvent.FilesChanged(app, path, count));

    public World Step(SupervisorEvent e)
    {
        LastChange = e is SupervisorEvent.FilesChanged ? Now : LastChange;
        Stepping?.Invoke(e);
        var effects = new List<Effect>();
        _event = e;
        MarkOrder(e);
        Supervisor.Step(e, Now, effects);
        Run(effects);
        return this;
    }

    public World Clear()
    {
        Effects.Clear();
        return this;
    }

    public IEnumerable<T> Take<T>()
        where T : Effect
    {
        var taken = Effects.OfType<T>().ToList();
        Effects.Clear();
        return taken;
    }

    public int PidOf(string worker) => _alive.Values.Single(process => process.Worker == IdOf(worker)).Pid;

    public Phase PhaseOf(string worker) => Supervisor.Snapshot().Workers.Single(w => w.Worker == IdOf(worker)).Phase;

    /// <summary>Carries out effects in order; the answers to spawns come first of all that follows.</summary>
    void Run(List<Effect> effects)
    {
        Assert.True(ExitCode is null || effects.Count == 0, "an effect after Exit");
        var answers = new List<SupervisorEvent>();
        foreach (var effect in effects)
        {
            Assert.True(ExitCode is null, "an effect after Exit");
            Effects.Add(effect);
            CarryOut(effect, answers);
        }

        foreach (var answer in answers)
        {
            if (answer is SupervisorEvent.ToWorker { Event: WorkerEvent.Spawned spawned })
            {
                _alive[spawned.Pid].IsLate = _shutdownWasSeen;
            }

            Step(answer);
        }
    }

    void CarryOut(Effect effect, List<SupervisorEvent> answers)
    {
        switch (effect)
        {
            case Effect.Spawn spawn:
                Assert.False(_shutdownWasSeen, "a spawn after the shutdown started");
                Assert.False(_dead.ContainsValue(spawn.Worker), "leftovers go before any successor");
                var isSuccessor = Supervisor.IsSuccessor(spawn.Worker, spawn.Incarnation);
                Assert.DoesNotContain(_alive.Values, process => process.Worker == spawn.Worker && (process.Incarnation == spawn.Incarnation || (!isSuccessor && !IsBeside(process))));
                if (!_holdsSpawns)
                {
                    answers.Add(new SupervisorEvent.ToWorker(spawn.Worker, Answer(spawn)));
                }

                break;
            case Effect.SignalLeader signal:
                Assert.Equal(signal.Worker, _alive[signal.Pid].Worker);
                CheckStopOrder(signal);
                _alive[signal.Pid].IsAsked |= signal.Signal == _alive[signal.Pid].StopSignal || signal.Signal == Supervisor.SpecOf(signal.Worker, _alive[signal.Pid].Incarnation).KillSignal;
                break;
            case Effect.Disconnect disconnect:
                Assert.Equal((disconnect.Worker, disconnect.Incarnation), (_alive[disconnect.Pid].Worker, _alive[disconnect.Pid].Incarnation));
                CheckStopOrder(new Effect.SignalLeader(disconnect.Worker, disconnect.Pid, _alive[disconnect.Pid].StopSignal));
                _alive[disconnect.Pid].IsAsked = true;
                if (DisconnectFate())
                {
                    answers.Add(new SupervisorEvent.ToWorker(disconnect.Worker, new WorkerEvent.Disconnected(disconnect.Incarnation)));
                }

                break;
            case Effect.Promote promote:
                Assert.Equal((promote.Worker, promote.Incarnation), (_alive[promote.Pid].Worker, _alive[promote.Pid].Incarnation));
                Assert.False(_alive[promote.Pid].IsAsked, "one that drains takes over");
                break;
            case Effect.SendShutdown message:
                CarryOut(new Effect.SignalLeader(message.Worker, message.Pid, message.Signal), answers);
                break;
            case Effect.KillTree kill:
                Assert.Equal(kill.Worker, _alive[kill.Pid].Worker);
                _alive[kill.Pid].IsKilled = true;
                break;
            case Effect.KillLeftovers leftovers:
                Assert.True(_dead.Remove(leftovers.Pid), "leftovers of a process that lives, or twice");
                break;
            case Effect.SampleMemory sample:
                answers.Add(new SupervisorEvent.MemorySampled([.. sample.Questions.Select(question =>
                {
                    Assert.Equal(question.Worker, _alive[question.Pid].Worker);
                    return new MemorySample(question.Worker, question.Incarnation, MemoryOf(question.Worker));
                })])
                { IsForGuard = sample.IsForGuard });
                break;
            case Effect.ReadMemory:
                answers.Add(ContainerMemory());
                break;
            case Effect.WatchFiles { Watch.IsOn: true } watch:
                Watched[watch.App] = watch;
                break;
            case Effect.WatchFiles watch:
                Assert.True(Watched.Remove(watch.App), "a watch that is not there ends");
                break;
            case Effect.Check check:
                Assert.Equal(check.Worker, _alive[check.Pid].Worker);
                Assert.False(_alive[check.Pid].IsAsked, "a check of one that drains");
                Assert.True(Checks.TryAdd((check.Worker, check.Incarnation), check.Number), "two checks at a time");
                if (CheckFate is { } fate && fate(check.Worker) is var (isAnswered, problem) && isAnswered)
                {
                    Checks.Remove((check.Worker, check.Incarnation));
                    answers.Add(new SupervisorEvent.Checked(check.Worker, check.Number, problem));
                }

                break;
            case Effect.EndCheck end:
                // It may have answered already, and the answer waits to be heard.
                if (Checks.FirstOrDefault(one => one.Value == end.Number) is { Value: > 0 } open)
                {
                    Checks.Remove(open.Key);
                    answers.Add(new SupervisorEvent.Checked(end.Worker, end.Number, "no answer"));
                }

                break;
            case Effect.LookForListeners look:
                Assert.All(look.Questions, question => Assert.Equal(question.Worker, _alive[question.Pid].Worker));
                answers.Add(new SupervisorEvent.ListenersSeen([.. look.Questions.Where(question => Listens(question.Worker))]));
                break;
            case Effect.Exit exit:
                Assert.Empty(_alive);
                ExitCode = exit.Code;
                break;
        }

        // By its report, not by the supervisor's state: one step may start workers and then find that the end has come.
        _hurryWasSeen |= effect is Effect.Report { Event: { Name: Init.Core.Logging.EventName.ShutdownHurried, Level: Init.Core.Logging.LogLevel.Warn } };
        _shutdownWasSeen |= effect is Effect.Report { Event.Name: Init.Core.Logging.EventName.ShutdownStarted or Init.Core.Logging.EventName.ShutdownFinished };
    }

    void CheckStopOrder(Effect.SignalLeader signal)
    {
        var process = _alive[signal.Pid];
        var isAskedByOperator = _event is SupervisorEvent.ToWorker { Event: WorkerEvent.Stop or WorkerEvent.MainPidChanged }; // the latter: it, or its forerunner, was
        if (ChecksStopOrder && _shutdownWasSeen && !_hurryWasSeen && !process.IsLate && !process.IsAsked && signal.Signal == process.StopSignal && !isAskedByOperator)
        {
            Assert.DoesNotContain(_alive.Values, other => Supervisor.SpecOf(other.Worker, other.Incarnation).DependsOn.Any(d => d.App == signal.Worker.App));
        }

        if (ChecksStopOrder && !_shutdownWasSeen && process.IsInOrder && !process.IsAsked && signal.Signal == process.StopSignal && Supervisor.Snapshot().Workers.Any(w => w.Pid == process.Pid && w.Goal == Goal.Down))
        {
            Assert.DoesNotContain(_alive.Values, other => other.IsInOrder && Supervisor.SpecOf(other.Worker, other.Incarnation).DependsOn.Any(d => d.App == signal.Worker.App));
        }
    }

    /// <summary>Whom an operator stops together with others; until somebody says something else.</summary>
    void MarkOrder(SupervisorEvent e)
    {
        if (e is not (SupervisorEvent.Operate or SupervisorEvent.Reconfigure or SupervisorEvent.Scale or SupervisorEvent.Reload or SupervisorEvent.FilesChanged
            or SupervisorEvent.ToWorker { Event: WorkerEvent.Start or WorkerEvent.Stop or WorkerEvent.Restart or WorkerEvent.Hurry }))
        {
            return;
        }

        foreach (var process in _alive.Values)
        {
            process.IsInOrder = e is SupervisorEvent.Operate { What: not Operation.Start } operate && operate.Workers.Contains(process.Worker) && !IsBeside(process);
        }
    }

    bool IsBeside(Process process) => Supervisor.Snapshot().Workers.Any(w => w.Pid == process.Pid && w.IsBeside);

    WorkerEvent Answer(Effect.Spawn spawn)
    {
        if ((_failure ?? SpawnFate?.Invoke()) is { } failure)
        {
            return new WorkerEvent.SpawnFailed(spawn.Incarnation, failure.Stage, failure.Errno, "detail");
        }

        var process = new Process(spawn.Worker, spawn.Incarnation, ++_lastPid, Supervisor.SpecOf(spawn.Worker, spawn.Incarnation).KillSignal);
        _alive.Add(process.Pid, process);
        return new WorkerEvent.Spawned(spawn.Incarnation, process.Pid);
    }

    static WorkerId IdOf(string worker)
    {
        var slash = worker.IndexOf('/', StringComparison.Ordinal);
        return new WorkerId(worker[..slash], int.Parse(worker[(slash + 1)..], CultureInfo.InvariantCulture));
    }
}
