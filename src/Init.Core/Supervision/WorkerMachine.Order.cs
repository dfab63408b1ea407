using Init.Core.Logging;

namespace Init.Core.Supervision;

/// <summary>
/// Waiting for what the app depends on, and the time between "your end has come" and the stop signal. Who waits for whom is the
/// supervisor's to know (Supervisor.Order.cs).
/// </summary>
public static partial class WorkerMachine
{
    /// <summary>One with a process, or with a restart under way, has had its dependencies already.</summary>
    static WorkerState OnAwait(in WorkerState s, WorkerEvent.Await e, in Turn turn) => s.Phase switch
    {
        Phase.Down => Hold(s, e, turn),
        Phase.Starting => s with { Goal = Goal.Up },
        Phase.Ready => s with { Goal = Goal.Up },
        Phase.Draining => s with { Goal = Goal.Up },
        Phase.Killing => s with { Goal = Goal.Up },
        Phase.Waiting => s,
        Phase.Failed => Hold(s, e, turn),
        Phase.Held => s,
    };

    static WorkerState OnAbandon(in WorkerState s, WorkerEvent.Abandon e, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s,
        Phase.Ready => s,
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => GiveUpWaiting(s, e, turn),
    };

    /// <summary>
    /// As Stop, except that a process which is up lives on. One that is only being spawned is stopped as soon as it exists: nobody has
    /// relied on it yet.
    /// </summary>
    static WorkerState OnRetire(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s with { Goal = Goal.Down },
        Phase.Ready => s with { Goal = Goal.Down },
        Phase.Draining => s.Reason == Reason.Own ? s with { Goal = Goal.Down } : OnStop(s, turn), // what depends on it may still need its last words
        Phase.Killing => OnStop(s, turn),
        Phase.Waiting => OnStop(s, turn),
        Phase.Failed => OnStop(s, turn),
        Phase.Held => OnStop(s, turn),
    };

    static WorkerState Hold(in WorkerState s, WorkerEvent.Await e, in Turn turn)
    {
        Report(turn, 0, EventName.WorkerHeld, LogLevel.Info, $"waits for {e.For}", new LogField("for", e.For));
        return s with { Phase = Phase.Held, Goal = Goal.Up, EndedByPlan = false, UnstableExits = 0, BackoffStep = 0 };
    }

    static WorkerState GiveUpWaiting(in WorkerState s, WorkerEvent.Abandon e, in Turn turn)
    {
        Report(turn, 0, EventName.WorkerFailed, LogLevel.Error, $"not started: {e.Why}", new LogField("reason", e.Why));
        return s with { Phase = Phase.Failed };
    }
}
