using System.Collections.Immutable;
using Init.Core.Cluster;
using Init.Core.Schedules;
using Init.Core.Watch;

namespace Init.Core.Model;

/// <summary>One app of the ecosystem, validated and immutable. Field names are pm2's; units stand in the types.</summary>
public sealed record AppSpec
{
    /// <summary>Long enough for a slow start, since one that takes longer has failed.</summary>
    public static readonly TimeSpan DefaultListenTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Unique name; 1 or more characters, no control characters, no '/'.</summary>
    public required string Name { get; init; }

    /// <summary>What to execute.</summary>
    public required CommandSpec Command { get; init; }

    /// <summary>Working directory; null keeps pminit's own. A relative path is relative to pminit's own.</summary>
    public string? Cwd { get; init; }

    /// <summary>Variables added to (or replacing those of) pminit's own environment, in file order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Env { get; init; } = [];

    /// <summary>Names in <see cref="Env"/> whose values are secrets read from files (`env_from_files`): never shown.</summary>
    public ImmutableArray<string> SecretVariables { get; init; } = [];

    /// <summary>What is kept back of pminit's own environment.</summary>
    public EnvFilter EnvFilter { get; init; } = EnvFilter.None;

    /// <summary>The variable that holds the instance number; a valid name.</summary>
    public string InstanceVar { get; init; } = "NODE_APP_INSTANCE";

    /// <summary>The variable that counts up per instance; null: none. It wins over <see cref="Env"/>, where its base comes from.</summary>
    public IncrementedVariable? Increment { get; init; }

    /// <summary>More instances than this are a mistake.</summary>
    public const int MostInstances = 10_000;

    /// <summary>Number of workers, 1 to <see cref="MostInstances"/>.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>How they share a listening socket.</summary>
    public ClusterMode Cluster { get; init; }

    /// <summary>How connections to a shared socket are spread over them.</summary>
    public Balance Balance { get; init; }

    /// <summary>Start again after an exit (pm2: `autorestart`).</summary>
    public bool AutoRestart { get; init; } = true;

    /// <summary>Unstable exits in a row that are answered with a restart; the next one gives up. 0 or more (pm2: 16).</summary>
    public int MaxRestarts { get; init; } = 16;

    /// <summary>A run shorter than this is unstable. 0 means that no run is (pm2: 1000 ms).</summary>
    public TimeSpan MinUptime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Fixed wait before a restart after an unexpected exit; 0 restarts at once.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.Zero;

    /// <summary>First wait of a growing series (x1.5, at most 15 s or this value when it is longer) for unexpected exits in a row; 0 is off.</summary>
    public TimeSpan ExpBackoffRestartDelay { get; init; } = TimeSpan.Zero;

    /// <summary>When a process counts as ready.</summary>
    public ReadyWhen ReadyWhen { get; init; } = ReadyWhen.Running;

    /// <summary>From the spawn to a readiness that has to be said; then the start has failed. Above 0. (pm2: 3 s, and then it counts as ready.)</summary>
    public TimeSpan ListenTimeout { get; init; } = DefaultListenTimeout;

    /// <summary>A ready worker that says WATCHDOG=1 less often than this is restarted (sd_notify(3)); 0: no watchdog.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.Zero;

    /// <summary>It is asked to stop by the message "shutdown" over Node's IPC channel in place of <see cref="KillSignal"/>.</summary>
    public bool ShutdownWithMessage { get; init; }

    /// <summary>How many instances a reload replaces at a time.</summary>
    public Surge MaxSurge { get; init; } = Surge.One;

    /// <summary>A reload keeps every old process until all new ones are ready, and takes the new ones back when one of them fails.</summary>
    public bool ReloadRollback { get; init; }

    /// <summary>Node's cluster workers load a script that ends kept-alive connections between two requests when they are to stop.</summary>
    public bool KeepaliveDrain { get; init; } = true;

    /// <summary>Asked to stop, it first closes its servers.</summary>
    public bool Disconnects => Cluster == ClusterMode.Node && !ShutdownWithMessage;

    /// <summary>A new process can serve beside the old one: their sockets are pminit's.</summary>
    public bool CanOverlap => Cluster == ClusterMode.Node && !IsTask && !IsJob;

    /// <summary>It is given Node's IPC channel, whatever its program is.</summary>
    public bool NeedsChannel => ReadyWhen.Kind == ReadyKind.Message || ShutdownWithMessage || Cluster == ClusterMode.Node;

    /// <summary>It is given NOTIFY_SOCKET.</summary>
    public bool Notifies => ReadyWhen.Kind == ReadyKind.Notify || Watchdog > TimeSpan.Zero;

    /// <summary>How each instance is asked whether it is well; null: not at all.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>From the stop signal to SIGKILL. Default 8 s: inside docker's 10.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The signal that asks the worker to stop.</summary>
    public Signal KillSignal { get; init; } = Signal.Term;

    /// <summary>The worker is restarted when its whole tree holds more than this, in bytes, 1 or more; null: no limit (pm2: `max_memory_restart`).</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Exit codes (0..255) after which the app stays down by plan, whatever <see cref="AutoRestart"/> says.</summary>
    public ImmutableArray<int> StopExitCodes { get; init; } = [];

    /// <summary>When this app ends for good, the container ends with its code.</summary>
    public bool Essential { get; init; }

    /// <summary>When it is restarted, or started if it is a job (`cron_restart`); null: never.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>
    /// A scheduled job: it is started each time it is due, and how a run ends concerns nobody else. Without <see cref="AutoRestart"/> a schedule has
    /// nothing to restart.
    /// </summary>
    public bool IsJob => Schedule is not null && !AutoRestart;

    /// <summary>A job: what becomes of a run that is due while one has not ended.</summary>
    public ConcurrencyPolicy Concurrency { get; init; }

    /// <summary>Instances that wait for an overlapping run are not started with the others.</summary>
    public bool StartsByItself(int index) => AutoStart && (index == 0 || !IsJob || Concurrency != ConcurrencyPolicy.Allow);

    /// <summary>It runs once to completion (`type: "task"`): a success is its end, whatever <see cref="AutoRestart"/> says.</summary>
    public bool IsTask { get; init; }

    /// <summary>When an instance of it fails for good, the container ends with its code. True for tasks unless the file says otherwise.</summary>
    public bool EssentialOnFailure { get; init; }

    /// <summary>Started when the container starts (pm2: `autostart`); else it stays stopped until somebody starts it.</summary>
    public bool AutoStart { get; init; } = true;

    /// <summary>What it waits for at its start, and ends before at the stop. No app twice.</summary>
    public ImmutableArray<Dependency> DependsOn { get; init; } = [];

    /// <summary>How long it goes on serving after the signal that stops the container; null: as `pminit` says (tasks: not at all).</summary>
    public TimeSpan? ShutdownDelay { get; init; }

    /// <summary>Files whose changes restart it (pm2: `watch`).</summary>
    public WatchSpec Watch { get; init; } = WatchSpec.None;

    /// <summary>Where the pid of a living process stands, as the file has it; null: nowhere. See <see cref="Model.PidFile"/>.</summary>
    public string? PidFile { get; init; }

    /// <summary>User, groups, limits and the like.</summary>
    public ProcessSettings Process { get; init; } = ProcessSettings.None;

    /// <summary>Where `script` stands in the file, for errors that only the machine can tell (missing program).</summary>
    public SourcePosition ScriptAt { get; init; }
}
