using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>One worker of the supervisor: its place, its app's settings and its state.</summary>
sealed class Slot(int id, WorkerId worker, AppSpec spec)
{
    /// <summary>pm2's `pm_id`: given once, never to another slot.</summary>
    public int Id { get; } = id;

    public WorkerId Worker { get; } = worker;

    /// <summary>What the next process is started with; the current one may have been started with an older one.</summary>
    public AppSpec Spec { get; set; } = spec;

    public WorkerState State { get; set; } = WorkerState.Initial;

    /// <summary>When it failed, as a running number, so that the first can be told; 0 for one that is not failed.</summary>
    public long FailedAs { get; set; }

    /// <summary>The container's code if this failure ends it: that of the last exit, or of the dependency it was held for. 1 or more while FailedAs is set.</summary>
    public int FailedCode { get; set; }

    /// <summary>Why its last process could not be started, for people; null when it could.</summary>
    public string? Problem { get; set; }

    /// <summary>It failed because a dependency did.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>It is retired and serves on until then; Never: no delay runs.</summary>
    public Instant KeepUntil { get; set; } = Instant.Never;

    /// <summary>When the memory guard restarted it; long ago: never.</summary>
    public Instant RecycledAt { get; set; } = new(long.MinValue / 2);

    /// <summary>When it is looked whether this process listens; it means something only while somebody waits for that.</summary>
    public Instant LookAt { get; set; }

    /// <summary>The checks of its process; null: there is none, or it has no `health_check`.</summary>
    public HealthProbe? Probe { get; set; }

    /// <summary>Its checks fail: it is up and serves nobody.</summary>
    public bool IsUnwell => Probe is { IsUnwell: true };

    /// <summary>It does not stand in the way of readiness: it is ready, or not meant to be up.</summary>
    public bool IsFine => IsLeaving || Spec.IsTask || Spec.IsJob || (State.Phase == Phase.Ready && !IsUnwell) || State.EndedByPlan || (!Spec.AutoStart && State.Phase == Phase.Down);

    /// <summary>The file has it no more: it goes when its process has gone, and what it does meanwhile concerns nobody.</summary>
    public bool IsLeaving { get; set; }
}
