using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>
/// Random walks. The plausible world keeps the runtime's promises (a spawn is answered first, one exit per process); the implausible one
/// sends anything at any time. Seeds are walk numbers: a failure names its own.
/// </summary>
public class WorkerInvariantTests
{
    const int Walks = 5_000;
    const int EventsPerWalk = 200;

    static readonly AppSpec[] AllSpecs =
    [
        Specs.Api,
        Specs.Api with { MaxRestarts = 2, RestartDelay = Specs.Ms(300) },
        Specs.Api with { MaxRestarts = 5, ExpBackoffRestartDelay = Specs.Ms(50), StopExitCodes = [0, 2] },
        Specs.Api with { AutoRestart = false },
        Specs.Api with { IsTask = true, MaxRestarts = 3 },
        Specs.Api with { MinUptime = TimeSpan.Zero, KillTimeout = TimeSpan.Zero },
        Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), ListenTimeout = Specs.Ms(700), Watchdog = Specs.Ms(400), ShutdownWithMessage = true },
        Specs.Api with { Cluster = ClusterMode.Node, ReadyWhen = new ReadyWhen(ReadyKind.Listening) { IsAssumed = true }, ListenTimeout = Specs.Ms(900) },
        Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Uptime) { Time = Specs.Ms(60) }, MaxRestarts = 3 },
    ];

    [Fact]
    public void PlausibleWorld_KeepsAllInvariants()
    {
        for (var seed = 0; seed < Walks; seed++)
        {
            var walk = new Walk(seed, AllSpecs[seed % AllSpecs.Length]);
            for (var i = 0; i < EventsPerWalk; i++)
            {
                walk.StepPlausibly();
            }

            Assert.True(walk.InternalErrors == 0, $"seed {seed}: internal error in a plausible world");
            walk.StopAndEnd();
        }
    }

    [Fact]
    public void ImplausibleWorld_KeepsTheStateSound()
    {
        for (var seed = 0; seed < Walks; seed++)
        {
            var walk = new Walk(seed, AllSpecs[seed % AllSpecs.Length]);
            for (var i = 0; i < EventsPerWalk; i++)
            {
                walk.StepImplausibly();
            }
        }
    }

    sealed class Walk(int seed, AppSpec spec)
    {
        static readonly WorkerId Id = new("api", 0);
        readonly List<Effect> _effects = [];
        readonly Lcg _random = new(seed);
        WorkerState _state = WorkerState.Initial;
        Instant _now = Specs.At(1_000_000);

        // The world's own ledger, kept without looking at the machine's counts.
        bool _spawnIsOpen;
        int _livePid;
        int _nextPid = 100;
        int _unstable;
        int _spawns;
        TimeSpan _ran;

        /// <summary>Readiness that somebody has to say was said; and no check has failed without ever having passed.</summary>
        bool _isOfUse;

        public int InternalErrors { get; private set; }

        public void StepPlausibly()
        {
            _now += Specs.Ms(_random.Below(4) == 0 ? _random.Below(3000) : _random.Below(20));
            if (_spawnIsOpen)
            {
                Step(_random.Below(6) == 0
                    ? new WorkerEvent.SpawnFailed(_state.Incarnation, (SpawnStage)_random.Below(6), _random.Below(14), "")
                    : new WorkerEvent.Spawned(_state.Incarnation, ++_nextPid));
                return;
            }

            var isLive = _livePid != 0;
            Step(_random.Below(17) switch
            {
                0 => new WorkerEvent.Start(),
                1 => _random.Below(4) == 0 ? new WorkerEvent.Stop() : new WorkerEvent.DeadlinePassed(),
                2 => _random.Below(4) == 0 ? new WorkerEvent.Restart() : new WorkerEvent.DeadlinePassed(),
                3 => new WorkerEvent.Hurry(),
                4 => _random.Below(4) switch
                {
                    0 => new WorkerEvent.Await("db"),
                    1 => new WorkerEvent.Abandon("db"),
                    2 => new WorkerEvent.Retire(),
                    _ => new WorkerEvent.SendSignal(Signal.Usr1),
                },
                5 when isLive => new WorkerEvent.ReadyReceived(_state.Incarnation),
                6 when isLive => new WorkerEvent.ProbeFailed(_state.Incarnation, _random.Below(2) == 0),
                7 when isLive => new WorkerEvent.MemoryOver(_state.Incarnation),
                11 when isLive => new WorkerEvent.SpawnFailed(_state.Incarnation, SpawnStage.Settings, _random.Below(14), ""),
                12 when isLive => new WorkerEvent.Executed(_state.Incarnation),
                13 when isLive => AnyWord(_state.Incarnation),
                14 when isLive => new WorkerEvent.MainPidChanged(_state.Incarnation, ++_nextPid),
                8 or 9 or 10 when isLive => new WorkerEvent.Exited(_state.Incarnation, AnyStatus()),
                _ => new WorkerEvent.DeadlinePassed(),
            });
        }

        public void StepImplausibly()
        {
            _now += Specs.Ms(_random.Below(2000));
            var incarnation = _state.Incarnation - 1 + _random.Below(3);
            var before = _state;
            var kind = _random.Below(18);
            Step(kind switch
            {
                0 => new WorkerEvent.Start(),
                1 => new WorkerEvent.Stop(),
                2 => new WorkerEvent.Restart(),
                3 => new WorkerEvent.Hurry(),
                4 => new WorkerEvent.SendSignal(Signal.Usr1),
                5 => new WorkerEvent.ReadyReceived(incarnation),
                6 => new WorkerEvent.ProbeFailed(incarnation, _random.Below(2) == 0),
                7 => new WorkerEvent.MemoryOver(incarnation),
                8 => new WorkerEvent.Exited(incarnation, AnyStatus()),
                9 => new WorkerEvent.Spawned(incarnation, _random.Below(20)),
                10 => new WorkerEvent.SpawnFailed(incarnation, (SpawnStage)_random.Below(6), _random.Below(40), ""),
                11 => new WorkerEvent.Executed(incarnation),
                12 => new WorkerEvent.Await("db"),
                13 => new WorkerEvent.Abandon("db"),
                14 => new WorkerEvent.Retire(),
                15 => new WorkerEvent.DeadlinePassed(),
                16 => AnyWord(incarnation),
                17 => new WorkerEvent.MainPidChanged(incarnation, _random.Below(20)),
                _ => new WorkerEvent.DeadlinePassed(),
            });
            Check(kind is < 5 or (> 11 and < 16) || incarnation == before.Incarnation || (_state == before && _effects.Count == 0), "news of another incarnation change nothing");
        }

        /// <summary>After Stop, deadlines and the kernel lead to Down, whatever was before.</summary>
        public void StopAndEnd()
        {
            while (_spawnIsOpen)
            {
                Step(new WorkerEvent.Spawned(_state.Incarnation, ++_nextPid));
            }

            Step(new WorkerEvent.Stop());
            for (var i = 0; i < 4 && _state.Phase != Phase.Down; i++)
            {
                if (_state.Phase == Phase.Killing)
                {
                    Step(new WorkerEvent.Exited(_state.Incarnation, ExitStatus.Signalled(9)));
                    continue;
                }

                _now = _state.Deadline;
                Step(new WorkerEvent.DeadlinePassed());
            }

            Check(_state.Phase == Phase.Down && _livePid == 0, "Stop leads to Down");
        }

        WorkerEvent AnyWord(int incarnation) => _random.Below(8) switch
        {
            7 => new WorkerEvent.ReloadingItself(incarnation),
            6 => new WorkerEvent.Disconnected(incarnation),
            0 => new WorkerEvent.Extended(incarnation, Specs.Ms(_random.Below(5000))),
            1 => new WorkerEvent.WatchdogFed(incarnation),
            2 => new WorkerEvent.WatchdogSet(incarnation, Specs.Ms(_random.Below(3) * 300)),
            3 => new WorkerEvent.WatchdogTriggered(incarnation),
            4 => new WorkerEvent.StoppingItself(incarnation),
            _ => new WorkerEvent.Described(incarnation, "busy"),
        };

        ExitStatus AnyStatus() => _random.Below(3) == 0 ? ExitStatus.Signalled(_random.Below(2) == 0 ? 9 : 15) : ExitStatus.Exited(_random.Below(4));

        void Step(WorkerEvent e)
        {
            var before = _state;
            _effects.Clear();
            _state = WorkerMachine.Step(before, e, _now, Id, spec, _effects);
            CheckState();
            CheckEffects(before, e);
            CheckLedger(before, e);
        }

        void CheckState()
        {
            var s = _state;
            var answered = s.Pid != 0;
            Check(s.Pid >= 0, "a pid is a pid");
            Check(answered == (s.Phase is Phase.Ready or Phase.Draining or Phase.Killing) || s.Phase == Phase.Starting, "pid set iff there is a process");
            var proves = s.Phase == Phase.Starting && answered;
            var isWatched = s.Phase == Phase.Ready && s.Watchdog > TimeSpan.Zero;
            Check(s.Deadline.IsSet == (proves || isWatched || s.Phase is Phase.Draining or Phase.Killing or Phase.Waiting), "deadline set iff one is awaited");
            Check(!proves || spec.ReadyWhen.Kind != ReadyKind.Running || (s.BackoffStep > 0 && spec.MinUptime > TimeSpan.Zero), "only successors of crashes prove themselves");
            Check(!s.HasSaidReady || (proves && spec.MinUptime > TimeSpan.Zero), "who has said so is still starting");
            Check(s.Goal == Goal.Up || s.Phase is not (Phase.Waiting or Phase.Failed or Phase.Held), "goal Down has these phases");
            Check(s.Goal == Goal.Down || s.Phase != Phase.Down, "Down wants nothing");
            Check((s.Reason != Reason.None) == (s.Phase is Phase.Draining or Phase.Killing), "a reason exactly while stopping");
            Check(s.Reason == Reason.None || s.Goal == Goal.Up || s.Reason is Reason.Asked or Reason.Own, "only a request leads down");
            Check(!s.IsDisconnecting || (s.Phase == Phase.Draining && spec.Disconnects), "only who drains disconnects");
            Check(s.HasServed || s.Phase != Phase.Ready, "who is ready has served");
            Check(s.Habit == ListenHabit.Unknown || spec.ReadyWhen.IsAssumed, "a habit matters only where it is assumed");
            Check((s.Fault is not null) == s.Reason is Reason.NotReady or Reason.Unhealthy or Reason.Hung or Reason.Memory || s.Reason is Reason.None or Reason.Asked, "who is stopped as ill has a fault");
            Check(s.Fault is null || s.Phase is not (Phase.Starting or Phase.Ready), "a fault is that of the last process");
            Check(s.LeftBy == 0 || s.Phase is Phase.Down or Phase.Held or Phase.Failed, "who left something has ended");
            Check(!s.EndedByPlan || s.Phase == Phase.Down, "the plan's end is Down");
            Check(s.UnstableExits == 0 || s.BackoffStep > 0, "an unstable exit is an unexpected one");
            Check(s.UnstableExits <= spec.MaxRestarts + (s.Phase is Phase.Failed or Phase.Down ? 1 : 0), "the limit holds");
            Check(s.Restarts == Math.Max(0, s.Incarnation - 1), "each process but the first is a restart");
        }

        void CheckEffects(WorkerState before, WorkerEvent e)
        {
            var pid = e is WorkerEvent.Spawned spawned && before.Pid == 0 ? spawned.Pid : before.Pid;
            if (e is WorkerEvent.MainPidChanged main)
            {
                var isTaken = before.Pid != 0 && main.Pid > 0 && main.Incarnation == before.Incarnation;
                pid = isTaken ? main.Pid : pid;
                Check(_state == (isTaken ? before with { Pid = main.Pid } : before), "another main process changes nothing else");
                var isAsked = isTaken && before.Phase == Phase.Draining && before.Reason != Reason.Own && !before.IsDisconnecting;
                Check(_effects.Exists(effect => effect is Effect.SignalLeader) == isAsked, "what was asked of the old one is asked of the new one");
                Check(_effects.Exists(effect => effect is Effect.KillTree) == (isTaken && before.Phase == Phase.Killing), "what has to die dies");
            }

            var spawns = 0;
            foreach (var effect in _effects)
            {
                Check(spawns == 0, "nothing follows a spawn in one step");
                switch (effect)
                {
                    case Effect.Spawn spawn:
                        spawns++;
                        Check(spawn.Incarnation == before.Incarnation + 1 && _state.Phase == Phase.Starting && _state.Pid == 0, "a spawn is a new incarnation");
                        Check(!before.HasProcess || e is WorkerEvent.Exited or WorkerEvent.SpawnFailed, "one process at a time");
                        break;
                    case Effect.SignalLeader signal:
                        Check(signal.Pid == pid && pid > 0, "signals name the process");
                        break;
                    case Effect.SendShutdown message:
                        Check(message.Pid == pid && pid > 0 && spec.ShutdownWithMessage && _state.Phase == Phase.Draining, "messages name the process");
                        break;
                    case Effect.Disconnect disconnect:
                        Check(disconnect.Pid == pid && pid > 0 && spec.Disconnects && _state.IsDisconnecting, "who is disconnected is the process");
                        break;
                    case Effect.KillTree kill:
                        Check(kill.Pid == pid && pid > 0 && _state.Phase == Phase.Killing, "kills name the process");
                        break;
                    case Effect.KillLeftovers leftovers:
                        var isOfNow = leftovers.Pid == pid && e is WorkerEvent.Exited or WorkerEvent.SpawnFailed;
                        Check(leftovers.Pid > 0 && _state.Pid == 0 && _state.LeftBy == 0 && leftovers.Incarnation == before.Incarnation && (leftovers.IsLate ? leftovers.Pid == before.LeftBy : isOfNow), "leftovers are those of the dead");
                        break;
                    case Effect.Report report:
                        InternalErrors += report.Event.Name == EventName.InternalError ? 1 : 0;
                        break;
                    default:
                        Check(false, $"a worker has no {effect}");
                        break;
                }
            }

            Check(spawns == 0 || !(e is WorkerEvent.Exited || before.LeftBy != 0) || _effects.Exists(x => x is Effect.KillLeftovers), "leftovers go before a successor");
        }

        /// <summary>Between two requests: no more unstable exits than the limit, plus one for each whole min_uptime that was run.</summary>
        void CheckLedger(WorkerState before, WorkerEvent e)
        {
            switch (e)
            {
                case WorkerEvent.Spawned spawned when before.Incarnation == spawned.Incarnation && _spawnIsOpen && spawned.Pid > 0:
                    _livePid = spawned.Pid;
                    _spawnIsOpen = false;
                    _isOfUse = spec.ReadyWhen is { IsSaid: false } or { IsAssumed: true };
                    break;
                case WorkerEvent.SpawnFailed failed when before.Incarnation == failed.Incarnation && _spawnIsOpen:
                    _unstable++;
                    _spawnIsOpen = false;
                    break;
                case WorkerEvent.SpawnFailed failed when before.Incarnation == failed.Incarnation && _livePid != 0 && (before.Phase is Phase.Starting or Phase.Ready || before.Reason == Reason.Own):
                    _livePid = 0;
                    _unstable++;
                    break;
                case WorkerEvent.SpawnFailed failed when before.Incarnation == failed.Incarnation && _livePid != 0:
                    OnEnd();
                    break;
                case WorkerEvent.ReadyReceived said when before.Incarnation == said.Incarnation && before.Phase == Phase.Starting:
                    _isOfUse = true;
                    break;
                case WorkerEvent.ProbeFailed { HasPassed: false } probe when before.Incarnation == probe.Incarnation && before is { Phase: Phase.Ready, Goal: Goal.Up }:
                    _isOfUse = false;
                    break;
                case WorkerEvent.MainPidChanged main when before.Incarnation == main.Incarnation && _livePid != 0:
                    _livePid = main.Pid;
                    break;
                case WorkerEvent.Exited exited when before.Incarnation == exited.Incarnation && _livePid != 0:
                    OnEnd();
                    break;
                case WorkerEvent.Start or WorkerEvent.Restart or WorkerEvent.Stop:
                    (_unstable, _ran) = (0, TimeSpan.Zero);
                    break;
            }

            if (_state.Incarnation != before.Incarnation)
            {
                _spawnIsOpen = true;
                _spawns++;
            }

            var forgiven = spec.MinUptime > TimeSpan.Zero ? _ran / spec.MinUptime : int.MaxValue;
            Check(_unstable <= spec.MaxRestarts + 1 + forgiven, "restarts obey the policy");
            Check(_spawns == _state.Incarnation, "every incarnation was spawned once");

            void OnEnd()
            {
                _livePid = 0;
                var uptime = _now - before.StartedAt;
                _unstable += uptime < spec.MinUptime || !_isOfUse ? 1 : 0;
                _ran += _isOfUse ? uptime : TimeSpan.Zero;
                (_unstable, _ran) = before.Reason == Reason.Asked ? (0, TimeSpan.Zero) : (_unstable, _ran);
            }
        }

        void Check(bool holds, string invariant)
        {
            if (!holds)
            {
                Assert.Fail($"seed {seed}: {invariant}; state {_state}; effects {EffectText.Of(_effects)}");
            }
        }
    }
}
