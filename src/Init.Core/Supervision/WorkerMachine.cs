using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// The life of one worker slot, as a pure function: state + event + time gives the next state and a list of effects.
/// Scheme: one method per event, each an exhaustive switch on Phase without default arm, so that a new phase does not compile until
/// every cell is decided; `worker-matrix.golden.txt` prints them all. A cell that cannot happen returns the state and reports an internal
/// error: nothing a worker or the kernel does may throw in PID 1.
/// Two axes: Phase is what is, Goal is what is wanted. A restart is Draining with Goal Up, a stop is Draining with Goal Down; changing
/// one's mind while it drains changes Goal only.
/// Trap: between the Spawn effect and its answer the pid is unknown. The runtime delivers the answer before any other event, but one step may
/// spawn several workers, and the first answer (an essential app that cannot be started) may then stop the others. So a Stop that finds
/// no pid yet is remembered in Goal and carried out when the answer comes.
/// </summary>
public static partial class WorkerMachine
{
    /// <summary>SIGKILL ends a process at once unless it sleeps uninterruptibly (a dead NFS mount, a failing disk).</summary>
    static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(5);

    /// <summary>From the first report of a stuck process to the next ones: a reminder, not a flood.</summary>
    static readonly TimeSpan StuckAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>Decides one event.</summary>
    /// <param name="s">The slot before.</param>
    /// <param name="e">What happened. About another incarnation than the slot's: dropped.</param>
    /// <param name="now">The time of this turn; never earlier than that of the turn before.</param>
    /// <param name="id">The slot's name, for effects.</param>
    /// <param name="spec">Its app.</param>
    /// <param name="effects">Effects are appended in the order in which they must be carried out.</param>
    /// <returns>The slot after. Never throws.</returns>
    public static WorkerState Step(
        in WorkerState s, WorkerEvent e, Instant now, WorkerId id, AppSpec spec, List<Effect> effects)
    {
        if (IncarnationOf(e) is { } incarnation && incarnation != s.Incarnation)
        {
            return s;
        }

        var turn = new Turn(now, id, spec, effects);
        return e switch
        {
            WorkerEvent.Start => OnStart(s, turn),
            WorkerEvent.Await wait => OnAwait(s, wait, turn),
            WorkerEvent.Abandon abandon => OnAbandon(s, abandon, turn),
            WorkerEvent.Stop => OnStop(s, turn),
            WorkerEvent.Retire => OnRetire(s, turn),
            WorkerEvent.Restart => OnRestart(s, turn),
            WorkerEvent.Hurry => OnHurry(s, turn),
            WorkerEvent.Reset => s with { Restarts = 0, UnstableExits = 0 },
            WorkerEvent.SendSignal send => OnSendSignal(s, send, turn),
            WorkerEvent.Spawned spawned => OnSpawned(s, spawned, turn),
            WorkerEvent.Executed => OnExecuted(s, turn),
            WorkerEvent.SpawnFailed failed => OnSpawnFailed(s, failed, turn),
            WorkerEvent.ReadyReceived => OnReadyReceived(s with { IsReloadingItself = false }, turn),
            WorkerEvent.Extended extended => OnExtended(s, extended.Time, turn),
            WorkerEvent.WatchdogFed => OnWatchdogFed(s, turn),
            WorkerEvent.WatchdogSet set => OnWatchdogSet(s, set.Time, turn),
            WorkerEvent.WatchdogTriggered => OnRemedy(s, Reason.Hung, "it said that it hangs (WATCHDOG=trigger)", turn),
            WorkerEvent.StoppingItself => OnStoppingItself(s, turn),
            WorkerEvent.Disconnected => OnDisconnected(s, turn),
            WorkerEvent.MainPidChanged main => OnMainPidChanged(s, main.Pid, turn),
            WorkerEvent.Described described => OnDescribed(s, described.Text),
            WorkerEvent.ReloadingItself => s.HasProcess ? s with { IsReloadingItself = true } : s,
            WorkerEvent.Exited exited => OnExited(s, exited, turn),
            WorkerEvent.DeadlinePassed => OnDeadlinePassed(s, turn),
            WorkerEvent.ProbeFailed probe => OnRemedy(s, Reason.Unhealthy, probe.Why, turn, probe.HasPassed),
            WorkerEvent.MemoryOver => OnRemedy(s, Reason.Memory, "it uses too much memory", turn),
            _ => Impossible(s, "unknown event", turn),
        };
    }

    /// <summary>Which process an event speaks of; null for those about the slot.</summary>
    internal static int? IncarnationOf(WorkerEvent e) => e switch
    {
        WorkerEvent.Spawned spawned => spawned.Incarnation,
        WorkerEvent.Executed executed => executed.Incarnation,
        WorkerEvent.SpawnFailed failed => failed.Incarnation,
        WorkerEvent.ReadyReceived ready => ready.Incarnation,
        WorkerEvent.Extended extended => extended.Incarnation,
        WorkerEvent.WatchdogFed fed => fed.Incarnation,
        WorkerEvent.WatchdogSet set => set.Incarnation,
        WorkerEvent.WatchdogTriggered triggered => triggered.Incarnation,
        WorkerEvent.StoppingItself stopping => stopping.Incarnation,
        WorkerEvent.Disconnected disconnected => disconnected.Incarnation,
        WorkerEvent.MainPidChanged main => main.Incarnation,
        WorkerEvent.Described described => described.Incarnation,
        WorkerEvent.ReloadingItself reloading => reloading.Incarnation,
        WorkerEvent.Exited exited => exited.Incarnation,
        WorkerEvent.ProbeFailed probe => probe.Incarnation,
        WorkerEvent.MemoryOver memory => memory.Incarnation,
        _ => null,
    };

    static WorkerState OnStart(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => SpawnAnew(s, turn),
        Phase.Starting => s with { Goal = Goal.Up },
        Phase.Ready => s with { Goal = Goal.Up },
        Phase.Draining => s with { Goal = Goal.Up },
        Phase.Killing => s with { Goal = Goal.Up },
        Phase.Waiting => SpawnAnew(s, turn),
        Phase.Failed => SpawnAnew(s, turn),
        Phase.Held => SpawnAnew(s, turn),
    };

    static WorkerState OnStop(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => KillLeft(s, turn),
        Phase.Starting => s.Pid == 0
            ? s with { Goal = Goal.Down }
            : Drain(s, Goal.Down, Reason.Asked, turn),
        Phase.Ready => Drain(s, Goal.Down, Reason.Asked, turn),
        Phase.Draining => s.Reason == Reason.Own ? Drain(s, Goal.Down, Reason.Asked, turn) : s with { Goal = Goal.Down, Reason = Reason.Asked },
        Phase.Killing => s with { Goal = Goal.Down, Reason = Reason.Asked },
        Phase.Waiting => s with { Phase = Phase.Down, Goal = Goal.Down, Deadline = Instant.Never },
        Phase.Failed => KillLeft(s, turn) with { Phase = Phase.Down, Goal = Goal.Down },
        Phase.Held => KillLeft(s, turn) with { Phase = Phase.Down, Goal = Goal.Down },
    };

    static WorkerState OnRestart(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => SpawnAnew(s, turn),
        Phase.Starting => s.Pid == 0
            ? s with { Goal = Goal.Up }
            : Drain(s, Goal.Up, Reason.Asked, turn),
        Phase.Ready => Drain(s, Goal.Up, Reason.Asked, turn),
        Phase.Draining => s.Reason == Reason.Own ? Drain(s, Goal.Up, Reason.Asked, turn) : s with { Goal = Goal.Up, Reason = Reason.Asked },
        Phase.Killing => s with { Goal = Goal.Up, Reason = Reason.Asked },
        Phase.Waiting => SpawnAnew(s, turn),
        Phase.Failed => SpawnAnew(s, turn),
        Phase.Held => SpawnAnew(s, turn),
    };

    /// <summary>Only a drain can be hurried. Who wants a slot down sends Stop first.</summary>
    static WorkerState OnHurry(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s,
        Phase.Ready => s,
        Phase.Draining => Kill(s, turn),
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    static WorkerState OnSendSignal(in WorkerState s, WorkerEvent.SendSignal e, in Turn turn) => s.Phase switch
    {
        Phase.Down => NoProcess(s, e.Signal, turn),
        Phase.Starting => s.Pid == 0 ? NoProcess(s, e.Signal, turn) : Send(s, e.Signal, turn),
        Phase.Ready => Send(s, e.Signal, turn),
        Phase.Draining => Send(s, e.Signal, turn),
        Phase.Killing => Send(s, e.Signal, turn),
        Phase.Waiting => NoProcess(s, e.Signal, turn),
        Phase.Failed => NoProcess(s, e.Signal, turn),
        Phase.Held => NoProcess(s, e.Signal, turn),
    };

    /// <summary>The deadline is looked at again here, so that a DeadlinePassed that comes too early does nothing.</summary>
    static WorkerState OnDeadlinePassed(in WorkerState s, in Turn turn) => turn.Now < s.Deadline || !s.Deadline.IsSet
        ? s
        : s.Phase switch
        {
            Phase.Down => s,
            Phase.Starting => ReadinessIsDue(s, turn),
            Phase.Ready => OnRemedy(s with { Deadline = WatchdogDeadline(s, turn) }, Reason.Hung, $"its watchdog of {Milliseconds(s.Watchdog)} ms was not fed", turn),
            Phase.Draining => s.IsDisconnecting ? AskToStop(s, turn) : Kill(s, turn),
            Phase.Killing => KillAgain(s, turn),
            Phase.Waiting => Spawn(s, turn),
            Phase.Failed => s,
            Phase.Held => s,
        };

    /// <summary>The worker is ill. One that is not ready yet has its own deadline; one on its way down, or soon to be, needs no second reason.</summary>
    static WorkerState OnRemedy(in WorkerState s, Reason reason, string fault, in Turn turn, bool hasServed = true) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s,
        Phase.Ready => s.Goal == Goal.Down ? s : Drain(s with { Fault = fault, HasServed = s.HasServed && hasServed }, Goal.Up, reason, turn),
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    /// <summary>
    /// A cluster worker first closes its servers and ends what it has begun, for half of its time; the stop signal ends what is left. One that is ill is not trusted
    /// with that, and an app with `shutdown_with_message` does it all by itself.
    /// </summary>
    static WorkerState Drain(in WorkerState s, Goal goal, Reason reason, in Turn turn)
    {
        var draining = s with { Phase = Phase.Draining, Goal = goal, Reason = reason, HasSaidReady = false };
        if ((s.Phase == Phase.Ready || s.HasSaidReady) && reason is Reason.Asked or Reason.Memory && turn.Spec.Disconnects)
        {
            ReportDisconnecting(s, reason, turn);
            turn.Effects.Add(new Effect.Disconnect(turn.Id, s.Incarnation, s.Pid));
            return draining with { IsDisconnecting = true, Deadline = turn.Now + (turn.Spec.KillTimeout / 2) };
        }

        ReportStopping(s, reason, turn);
        SendStop(s.Pid, turn);
        return draining with { Deadline = turn.Now + turn.Spec.KillTimeout };
    }

    static void SendStop(int pid, in Turn turn) => turn.Effects.Add(turn.Spec.ShutdownWithMessage
        ? new Effect.SendShutdown(turn.Id, pid, turn.Spec.KillSignal)
        : new Effect.SignalLeader(turn.Id, pid, turn.Spec.KillSignal) { IsStop = true });

    /// <summary>It has closed its servers, or its time for that is over.</summary>
    static WorkerState AskToStop(in WorkerState s, in Turn turn)
    {
        SendStop(s.Pid, turn);
        return s with { IsDisconnecting = false, Deadline = turn.Now + (turn.Spec.KillTimeout / 2) };
    }

    static WorkerState Kill(in WorkerState s, in Turn turn)
    {
        ReportKilled(s, turn);
        turn.Effects.Add(new Effect.KillTree(turn.Id, s.Pid));
        return s with { Phase = Phase.Killing, IsDisconnecting = false, Deadline = turn.Now + StuckAfter };
    }

    /// <summary>Killing again costs nothing and catches what the tree has forked since.</summary>
    static WorkerState KillAgain(in WorkerState s, in Turn turn)
    {
        ReportStuck(s, turn);
        turn.Effects.Add(new Effect.KillTree(turn.Id, s.Pid));
        return s with { Deadline = turn.Now + StuckAgainAfter };
    }

    static WorkerState Send(in WorkerState s, Signal signal, in Turn turn)
    {
        turn.Effects.Add(new Effect.SignalLeader(turn.Id, s.Pid, signal));
        return s;
    }
}
