using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// What a process says of itself, over sd_notify(3), Node's channel, a descriptor or its log, and what follows when it says nothing in time. Late
/// words of a process that is on its way down, or gone, change nothing.
/// </summary>
public static partial class WorkerMachine
{
    /// <summary>Node ends by itself when nothing is left to do, and runs the app's exit handlers then, which the signal may not.</summary>
    static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(200);

    static WorkerState OnReadyReceived(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s.Pid == 0 ? Impossible(s, "ready before the spawn was answered", turn) : SaidReady(s, turn),
        Phase.Ready => WithHabit(s, turn),
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    /// <summary>Only what has a deadline can be given more time, and a crash loop proves itself no faster or slower for its words.</summary>
    static WorkerState OnExtended(in WorkerState s, TimeSpan time, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => turn.Spec.ReadyWhen.IsSaid && !s.HasSaidReady && s.Pid != 0 ? Extend(s, time, turn) : s,
        Phase.Ready => s,
        Phase.Draining => Extend(s, time, turn),
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    static WorkerState OnWatchdogFed(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s,
        Phase.Ready => s with { Deadline = WatchdogDeadline(s, turn) },
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    static WorkerState OnWatchdogSet(in WorkerState s, TimeSpan time, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s with { Watchdog = time },
        Phase.Ready => OnWatchdogFed(s with { Watchdog = time }, turn),
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    /// <summary>From now on it serves no more. One that does not end is helped as if we had asked it to.</summary>
    static WorkerState OnStoppingItself(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s.Pid == 0 ? s : StopsItself(s, turn),
        Phase.Ready => StopsItself(s, turn),
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    /// <summary>Only the number changes: what was asked of the process that has ended is asked of its successor, which may not have heard it.</summary>
    static WorkerState OnMainPidChanged(in WorkerState s, int pid, in Turn turn)
    {
        if (!s.HasProcess || s.Pid == 0 || pid <= 0)
        {
            return s;
        }

        Report(turn, pid, EventName.WorkerMainPid, LogLevel.Info, $"its main process is {pid} now; {s.Pid} has ended", new LogField("main_pid", pid));
        var moved = s with { Pid = pid };
        if (s.Phase == Phase.Draining && s.Reason != Reason.Own && !s.IsDisconnecting)
        {
            turn.Effects.Add(new Effect.SignalLeader(turn.Id, pid, turn.Spec.KillSignal) { IsStop = true });
        }
        else if (s.Phase == Phase.Killing)
        {
            turn.Effects.Add(new Effect.KillTree(turn.Id, pid));
        }

        return moved;
    }

    /// <summary>A worker that has closed its servers by itself serves nobody any more, and one that lives on for another reason would keep its place for nothing.</summary>
    static WorkerState OnDisconnected(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s.Pid == 0 ? s : StopsItself(s, turn),
        Phase.Ready => StopsItself(s, turn),
        Phase.Draining => s.IsDisconnecting ? s with { Deadline = Instant.Min(s.Deadline, turn.Now + FarewellTime) } : s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    static WorkerState OnDescribed(in WorkerState s, string text) => s.HasProcess ? s with { StatusText = text } : s;

    /// <summary>The time of a start is over: it has proved itself, or it has failed. A retired one may take its time; it may still be wanted again.</summary>
    static WorkerState ReadinessIsDue(in WorkerState s, in Turn turn)
    {
        if (!turn.Spec.ReadyWhen.IsSaid || s.HasSaidReady)
        {
            return BecomeReady(s, turn);
        }

        if (s.Goal == Goal.Down)
        {
            return s with { Deadline = turn.Now + turn.Spec.ListenTimeout };
        }

        if (turn.Spec.ReadyWhen.IsAssumed && s.Habit != ListenHabit.Listens)
        {
            ReportAssumed(s, turn);
            return BecomeReady(s with { Habit = ListenHabit.Silent }, turn);
        }

        ReportNotReady(s, turn);
        return Drain(s with { Fault = $"it did not become ready in {Milliseconds(turn.Now - s.StartedAt)} ms: {MissingFor(turn.Spec)}" }, Goal.Up, Reason.NotReady, turn);
    }

    /// <summary>What was taken as ready, and listens after all, is known for that from now on.</summary>
    static WorkerState WithHabit(in WorkerState s, in Turn turn) => turn.Spec.ReadyWhen.IsAssumed ? s with { Habit = ListenHabit.Listens } : s;

    static WorkerState SaidReady(in WorkerState before, in Turn turn)
    {
        var s = WithHabit(before, turn);
        var proved = s.StartedAt + Readiness.ProvingTime(s, turn.Spec);
        return turn.Now >= proved ? BecomeReady(s, turn) : s with { HasSaidReady = true, HasServed = true, Deadline = proved };
    }

    static WorkerState BecomeReady(in WorkerState s, in Turn turn)
    {
        ReportReady(s, turn);
        var ready = s with { Phase = Phase.Ready, HasSaidReady = false, HasServed = true };
        return ready with { Deadline = WatchdogDeadline(ready, turn) };
    }

    static Instant WatchdogDeadline(in WorkerState s, in Turn turn) => s.Watchdog > TimeSpan.Zero ? turn.Now + s.Watchdog : Instant.Never;

    static WorkerState Extend(in WorkerState s, TimeSpan time, in Turn turn)
    {
        var until = turn.Now + time;
        return until > s.Deadline ? s with { Deadline = until } : s;
    }

    static WorkerState StopsItself(in WorkerState s, in Turn turn)
    {
        Report(turn, s.Pid, EventName.WorkerStopping, LogLevel.Info, "says that it stops");
        return s with { Phase = Phase.Draining, Reason = Reason.Own, HasSaidReady = false, Deadline = turn.Now + turn.Spec.KillTimeout };
    }
}
