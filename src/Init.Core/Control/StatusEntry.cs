using System.Collections.Immutable;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Control;

/// <summary>One worker as `ls` and `jlist` tell of it. Plain data at one moment; wall times are already milliseconds since 1970.</summary>
public sealed record StatusEntry
{
    /// <summary>0 or more, never that of another worker (pm2: `pm_id`).</summary>
    public required int PmId { get; init; }

    /// <summary>App and instance.</summary>
    public required WorkerId Worker { get; init; }

    /// <summary>pm2's word for the phase: online, launching, stopping, stopped, waiting restart, errored.</summary>
    public required string Status { get; init; }

    /// <summary>Names of the apps that keep it from starting; empty unless it waits for them.</summary>
    public ImmutableArray<string> WaitingFor { get; init; } = [];

    /// <summary>0 when there is no process.</summary>
    public int Pid { get; init; }

    /// <summary>When the current process (or the last one) was spawned; 0 before the first.</summary>
    public long StartedUnixMs { get; init; }

    /// <summary>When the slot was first started.</summary>
    public long CreatedUnixMs { get; init; }

    /// <summary>Age of the current process; 0 when there is none.</summary>
    public long UptimeMs { get; init; }

    /// <summary>pm2: `restart_time`.</summary>
    public int Restarts { get; init; }

    /// <summary>pm2: `unstable_restarts`.</summary>
    public int Unstable { get; init; }

    /// <summary>How the last process ended; null before the first exit.</summary>
    public ExitStatus? LastExit { get; init; }

    /// <summary>Resident bytes of the whole tree; 0 when not measured.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>CPU time of the whole tree as a share of its age, in percent of one CPU, as `ps` counts; 0 when not measured.</summary>
    public double CpuPercent { get; init; }

    /// <summary>What the kernel killed for memory in this container beside workers; the same for all.</summary>
    public long OomKillsBesideWorkers { get; init; }

    /// <summary>What it uses, in full; null when there is no process.</summary>
    public WorkerUse? Use { get; init; }

    /// <summary>What the process last said of itself (STATUS of sd_notify); null: nothing.</summary>
    public string? StatusText { get; init; }

    /// <summary>When the app's schedule is due next; 0 without one.</summary>
    public long NextRunUnixMs { get; init; }

    /// <summary>The health checks of its process; null without.</summary>
    public HealthStatus? Health { get; init; }

    /// <summary>The app's settings.</summary>
    public required AppSpec Spec { get; init; }
}
