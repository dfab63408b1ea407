using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>From the wish for a process to a ready one.</summary>
public static partial class WorkerMachine
{
    /// <summary>pm2's listen_timeout: how long an app that never listened is waited for once that is known of it.</summary>
    static readonly TimeSpan SilentTime = TimeSpan.FromSeconds(3);

    const int Enoent = 2;
    const int Enotdir = 20;

    static WorkerState OnSpawned(in WorkerState s, WorkerEvent.Spawned e, in Turn turn) => s.Phase switch
    {
        Phase.Down => Impossible(s, "spawned", turn),
        Phase.Starting => s.Pid == 0 && e.Pid > 0 ? Run(s, e.Pid, turn) : Impossible(s, "spawned twice or without a pid", turn),
        Phase.Ready => Impossible(s, "spawned", turn),
        Phase.Draining => Impossible(s, "spawned", turn),
        Phase.Killing => Impossible(s, "spawned", turn),
        Phase.Waiting => Impossible(s, "spawned", turn),
        Phase.Failed => Impossible(s, "spawned", turn),
        Phase.Held => Impossible(s, "spawned", turn),
    };

    static WorkerState OnSpawnFailed(in WorkerState s, WorkerEvent.SpawnFailed e, in Turn turn) => s.Phase switch
    {
        Phase.Down => Impossible(s, "spawn failed", turn),
        Phase.Starting => NotSpawned(s, e, turn),
        Phase.Ready => NotSpawned(s, e, turn),
        Phase.Draining => s.Reason == Reason.Own ? NotSpawned(s, e, turn) : NotSpawnedOnRequest(s, e, turn),
        Phase.Killing => s.Reason == Reason.Own ? NotSpawned(s, e, turn) : NotSpawnedOnRequest(s, e, turn),
        Phase.Waiting => Impossible(s, "spawn failed", turn),
        Phase.Failed => Impossible(s, "spawn failed", turn),
        Phase.Held => Impossible(s, "spawn failed", turn),
    };

    /// <summary>One that still has to prove itself has a deadline for that.</summary>
    static WorkerState OnExecuted(in WorkerState s, in Turn turn) => s.Phase switch
    {
        Phase.Down => s,
        Phase.Starting => s.Pid == 0 ? Impossible(s, "executed before the spawn was answered", turn) : s.Deadline.IsSet ? s : BecomeReady(s, turn),
        Phase.Ready => s,
        Phase.Draining => s,
        Phase.Killing => s,
        Phase.Waiting => s,
        Phase.Failed => s,
        Phase.Held => s,
    };

    /// <summary>Somebody asked for it: what happened before is forgiven.</summary>
    static WorkerState SpawnAnew(in WorkerState s, in Turn turn) => Spawn(s with { UnstableExits = 0, BackoffStep = 0 }, turn);

    static WorkerState Spawn(in WorkerState before, in Turn turn)
    {
        var s = KillLeft(before, turn);
        // Numbers may wrap after 2^31 processes; 0 stays "never started".
        var incarnation = s.LastIncarnation == int.MaxValue ? 1 : s.LastIncarnation + 1;
        var isRestart = s.Incarnation != 0 && s.Restarts != int.MaxValue;
        turn.Effects.Add(new Effect.Spawn(turn.Id, incarnation));
        return s with
        {
            Phase = Phase.Starting,
            Goal = Goal.Up,
            Incarnation = incarnation,
            LastIncarnation = incarnation,
            Restarts = isRestart ? s.Restarts + 1 : s.Restarts,
            Deadline = Instant.Never,
            HasSaidReady = false,
            HasServed = false,
            Watchdog = turn.Spec.Watchdog,
            StatusText = null,
            IsReloadingItself = false,
            Fault = null,
            EndedByPlan = false,
            WasKilled = false,
        };
    }

    static WorkerState Run(in WorkerState s, int pid, in Turn turn)
    {
        var running = s with { Pid = pid, StartedAt = turn.Now };
        ReportStarted(running, turn);
        if (s.Goal == Goal.Down)
        {
            return Drain(running, Goal.Down, Reason.Asked, turn);
        }

        if (turn.Spec.ReadyWhen.IsSaid)
        {
            var isSilent = turn.Spec.ReadyWhen.IsAssumed && s.Habit == ListenHabit.Silent && turn.Spec.ListenTimeout > SilentTime;
            return running with { Deadline = turn.Now + (isSilent ? SilentTime : turn.Spec.ListenTimeout) };
        }

        var provingTime = Readiness.ProvingTime(running, turn.Spec);
        if (provingTime > TimeSpan.Zero)
        {
            return running with { Deadline = turn.Now + provingTime };
        }

        return turn.Spec.Process.NeedsStage ? running : BecomeReady(running, turn);
    }

    static WorkerState NotSpawned(in WorkerState s, WorkerEvent.SpawnFailed e, in Turn turn)
    {
        var failed = s with { Pid = 0, HasSaidReady = false, IsDisconnecting = false, Reason = Reason.None, Deadline = Instant.Never, LastExit = ExitStatus.Exited(ShellCodeOf(e.Stage, e.Errno)) };
        ReportSpawnFailed(s, e, turn);
        return s.Goal == Goal.Down
            ? failed with { Phase = Phase.Down }
            : Follow(failed, RestartPolicy.AfterSpawnFailure(s, e.Stage, e.Errno, turn.Spec), turn, "could not be started");
    }

    /// <summary>It was on its way down already: the failure is worth a line and changes nothing of what follows.</summary>
    static WorkerState NotSpawnedOnRequest(in WorkerState s, WorkerEvent.SpawnFailed e, in Turn turn)
    {
        ReportSpawnFailed(s, e, turn);
        return EndedOnRequest(s, ExitStatus.Exited(ShellCodeOf(e.Stage, e.Errno)), turn);
    }

    /// <summary>The codes of a POSIX shell: 127 not found, 126 found but could not be executed.</summary>
    static int ShellCodeOf(SpawnStage stage, int errno) => stage switch
    {
        SpawnStage.Resolve => errno is Enoent or Enotdir ? 127 : 126,
        SpawnStage.Cwd => errno is Enoent or Enotdir ? 127 : 126,
        SpawnStage.Pipe => 126,
        SpawnStage.Fork => 126,
        SpawnStage.Settings => 126,
        SpawnStage.Exec => errno is Enoent or Enotdir ? 127 : 126,
    };
}
