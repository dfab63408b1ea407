using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>Which of a worker's processes a slot holds. While a reload replaces one, there are two.</summary>
enum SlotRole
{
    /// <summary>The one that counts.</summary>
    Worker,

    /// <summary>A new one, which has not taken over.</summary>
    Successor,

    /// <summary>The old one, after it has been replaced.</summary>
    Predecessor,
}

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

    /// <summary>An operator stops it together with others, each in its turn: it is asked when nothing lives any more of them that depends on it.</summary>
    public bool IsStopping { get; set; }

    /// <summary>While it is stopping: it comes up again then.</summary>
    public bool StartsAgain { get; set; }

    /// <summary>What else it is in a reload.</summary>
    public SlotRole Role { get; set; }

    /// <summary>The file has other settings for it than these, by which its process runs; a reload is to bring them, or has failed to.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Why the last reload did not replace its process, for people; null: nothing is known against it.</summary>
    public string? ReloadProblem { get; set; }

    /// <summary>A reload has still to do with it.</summary>
    public bool IsReplacing { get; set; }

    /// <summary>The process changes its place with that of another slot of the same worker, with everything that is known of it.</summary>
    public void Swap(Slot other)
    {
        (State, other.State) = (other.State, State);
        (Spec, other.Spec) = (other.Spec, Spec);
        (Probe, other.Probe) = (other.Probe, Probe);
        (LookAt, other.LookAt) = (other.LookAt, LookAt);
        (Problem, other.Problem) = (other.Problem, Problem);
        (FailedAs, other.FailedAs) = (other.FailedAs, FailedAs);
        (FailedCode, other.FailedCode) = (other.FailedCode, FailedCode);
        (IsAbandoned, other.IsAbandoned) = (other.IsAbandoned, IsAbandoned);
    }

    /// <summary>The file has it no more, or it is a second process of a worker: it goes when its process has gone, and what it does meanwhile concerns nobody.</summary>
    public bool IsLeaving { get; set; }
}
