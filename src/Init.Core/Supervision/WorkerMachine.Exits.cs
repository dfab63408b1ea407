using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// From the end of a process to what follows it. Who asked decides (Reason): an asked exit is followed by the Goal at once, every other one
/// by the restart policy.
/// Leftovers of the dead process are killed before anything follows, so that a successor finds its ports and locks free. One that ended by its own
/// plan may have started a daemon, which is legitimate: that lives until a successor is started or somebody wants the slot down (`LeftBy`).
/// </summary>
public static partial class WorkerMachine
{
    const int Sigkill = 9;

    /// <summary>An exit without a process is a second report of the same end: dropped.</summary>
    static WorkerState OnExited(in WorkerState s, WorkerEvent.Exited e, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s.Pid == 0
            ? Impossible(s, "exited before the spawn was answered", turn)
            : EndedByItself(s, e.Status, turn),
        Phase.Ready => EndedByItself(s, e.Status, turn),
        Phase.Draining => s.Reason == Reason.Own ? EndedByItself(s, e.Status, turn) : EndedOnRequest(s, e.Status, turn),
        Phase.Killing => s.Reason == Reason.Own ? EndedByItself(s, e.Status, turn) : EndedOnRequest(s, e.Status, turn),
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    static WorkerState EndedByItself(in WorkerState s, ExitStatus status, in Turn turn)
    {
        var uptime = UptimeOf(s, turn);
        if (s.Goal == Goal.Down)
        {
            ReportExited(s, status, uptime, LogLevel.Info, turn);
            turn.Effects.Add(new Effect.KillLeftovers(turn.Id, s.Pid, s.Incarnation));
            return Ended(s, status) with { Phase = Phase.Down };
        }

        var decision = RestartPolicy.AfterExit(s, status, uptime, turn.Spec);
        var isPlanned = decision.Verdict == ExitVerdict.Done;
        ReportExited(s, status, uptime, isPlanned ? LogLevel.Info : LogLevel.Warn, turn);
        if (isPlanned && !s.IsTrial)
        {
            return Follow(Ended(s, status) with { LeftBy = s.Pid }, decision, turn);
        }

        turn.Effects.Add(new Effect.KillLeftovers(turn.Id, s.Pid, s.Incarnation));
        return Follow(Ended(s, status), decision, turn);
    }

    static WorkerState EndedOnRequest(in WorkerState s, ExitStatus status, in Turn turn)
    {
        var uptime = UptimeOf(s, turn);
        if (s.Phase == Phase.Killing && status.IsOutOfMemory)
        {
            status = ExitStatus.Signalled(Sigkill); // ours came first, or as well: the kernel has killed something else
        }

        var ended = Ended(s, status);
        ReportExited(s, status, uptime, LogLevel.Info, turn);
        turn.Effects.Add(new Effect.KillLeftovers(turn.Id, s.Pid, s.Incarnation));
        if (s.Reason != Reason.Asked)
        {
            return Follow(ended, s.Reason == Reason.NotReady ? RestartPolicy.AfterFailedStart(s, turn.Spec) : RestartPolicy.AfterRemedy(s, uptime, turn.Spec), turn);
        }

        return s.Goal == Goal.Up ? SpawnAnew(ended, turn) : ended with { Phase = Phase.Down };
    }

    static WorkerState Ended(in WorkerState s, ExitStatus status) => s with
    {
        Pid = 0,
        HasSaidReady = false,
        IsDisconnecting = false,
        Deadline = Instant.Never,
        Reason = Reason.None,
        Fault = s.Reason is Reason.Asked or Reason.Own ? null : s.Fault,
        LastExit = status,
        WasKilled = s.Phase == Phase.Killing && status.IsSignal && status.Value == Sigkill,
    };

    /// <summary>Carries out what the policy decided.</summary>
    static WorkerState Follow(in WorkerState ended, ExitDecision decision, in Turn turn, string? how = null)
    {
        var counted = ended with { UnstableExits = decision.UnstableExits, BackoffStep = decision.BackoffStep };
        if (ended.IsTrial)
        {
            ReportTrialFailed(counted, turn);
            return counted with { Phase = Phase.Failed };
        }

        return decision.Verdict switch
        {
            ExitVerdict.Done => Finish(counted, turn),
            ExitVerdict.Restart => decision.Delay > TimeSpan.Zero ? Wait(counted, OwnDelay(counted, decision.Delay, turn), turn) : Spawn(counted, turn),
            ExitVerdict.Fail => Fail(counted, decision.Verdict, how, turn),
            ExitVerdict.GiveUp => Fail(counted, decision.Verdict, how, turn),
            ExitVerdict.RunFailed => EndRun(counted, turn),
        };
    }

    static WorkerState Finish(in WorkerState s, in Turn turn)
    {
        ReportDone(s, turn);
        return s with { Phase = Phase.Down, Goal = Goal.Down, EndedByPlan = true };
    }

    /// <summary>A fixed delay is kept to the letter.</summary>
    static TimeSpan OwnDelay(in WorkerState ended, TimeSpan delay, in Turn turn) =>
        turn.Spec.ExpBackoffRestartDelay > TimeSpan.Zero ? Jitter.Of(delay, turn.Id, ended.Incarnation) : delay;

    static WorkerState Wait(in WorkerState s, TimeSpan delay, in Turn turn)
    {
        ReportWaiting(s, delay, turn);
        return s with { Phase = Phase.Waiting, Deadline = turn.Now + delay };
    }

    static WorkerState Fail(in WorkerState s, ExitVerdict verdict, string? how, in Turn turn)
    {
        ReportFailed(s, verdict, how ?? HowItEnded(s, turn.Spec), turn);
        return s with { Phase = Phase.Failed };
    }

    static WorkerState EndRun(in WorkerState s, in Turn turn)
    {
        ReportRunFailed(s, turn);
        return s with { Phase = Phase.Down, Goal = Goal.Down };
    }

    /// <summary>What a process left that ended by its own plan.</summary>
    static WorkerState KillLeft(in WorkerState s, in Turn turn)
    {
        if (s.LeftBy == 0)
        {
            return s;
        }

        turn.Effects.Add(new Effect.KillLeftovers(turn.Id, s.LeftBy, s.Incarnation) { IsLate = true });
        return s with { LeftBy = 0 };
    }

    static TimeSpan UptimeOf(in WorkerState s, in Turn turn)
    {
        var uptime = turn.Now - s.StartedAt;
        return uptime > TimeSpan.Zero ? uptime : TimeSpan.Zero;
    }
}
