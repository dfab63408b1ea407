using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What `ls`, probes and metrics see: plain data of one moment, that changes no more.</summary>
/// <param name="Workers">In file order; those that the file has no more come last.</param>
/// <param name="IsShuttingDown">An orderly stop is under way, or over.</param>
/// <param name="IsReady">See <see cref="Supervisor.IsReady"/>.</param>
public sealed record StatusSnapshot(ImmutableArray<WorkerStatus> Workers, bool IsShuttingDown, bool IsReady);

/// <summary>One worker at one moment.</summary>
/// <param name="Id">0 or more, given once in file order, never to another worker (pm2: `pm_id`).</param>
/// <param name="Worker">App and instance.</param>
/// <param name="Spec">Its app.</param>
/// <param name="State">Phase, goal, pid (0 for none), counts and last exit.</param>
/// <param name="IsLeaving">The file has it no more; it only has to end.</param>
/// <param name="NextRun">When its schedule is due next, in UTC; null without one.</param>
public readonly record struct WorkerStatus(int Id, WorkerId Worker, AppSpec Spec, WorkerState State, bool IsLeaving, DateTime? NextRun = null)
{
    /// <summary>It does not stand in the way of readiness: it is ready, or not meant to be up.</summary>
    public bool IsFine { get; init; }

    /// <summary>The checks of its process; null without.</summary>
    public HealthStatus? Health { get; init; }

    /// <summary>A second process of its worker, which has not taken over, or from which another one has.</summary>
    public bool IsBeside { get; init; }

    /// <summary>A reload has still to do with it.</summary>
    public bool IsReplacing { get; init; }

    /// <summary>It runs by older settings than those of the file; a reload is to bring them, or has failed to.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Why the last reload did not replace its process, for people; null: nothing is known against it.</summary>
    public string? ReloadProblem { get; init; }

    /// <summary>The dependencies that keep it from starting; empty unless its phase is Held.</summary>
    public ImmutableArray<Dependency> WaitingFor { get; init; } = [];

    /// <summary>What it actually does; <see cref="StatusWords"/> has pm2's word.</summary>
    public Phase Phase => State.Phase;

    /// <summary>pm2's word, or "waiting for db, cache".</summary>
    public string StatusForPeople => WaitingFor.IsEmpty ? StatusWords.Of(Phase) : "waiting for " + WaitingFor.Join(static one => one.App);

    /// <summary>What it should do.</summary>
    public Goal Goal => State.Goal;

    /// <summary>The process; 0 when there is none.</summary>
    public int Pid => State.Pid;

    /// <summary>When the current process (or the last one) was spawned; meaningless before the first.</summary>
    public Instant StartedAt => State.StartedAt;

    /// <summary>Processes after the first one (pm2: `restart_time`).</summary>
    public int Restarts => State.Restarts;

    /// <summary>Unstable exits not yet forgiven (pm2: `unstable_restarts`).</summary>
    public int UnstableExits => State.UnstableExits;

    /// <summary>How the last process ended; null before the first exit.</summary>
    public ExitStatus? LastExit => State.LastExit;
}
