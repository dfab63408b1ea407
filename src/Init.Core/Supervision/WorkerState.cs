using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What a worker slot actually does. pm2's words for it exist only at the edge (`StatusWords`).</summary>
public enum Phase
{
    /// <summary>No process, none wanted.</summary>
    Down,

    /// <summary>Spawn asked for, or the process is up and not ready yet.</summary>
    Starting,

    /// <summary>Up and ready.</summary>
    Ready,

    /// <summary>Asked to stop; the kill deadline runs.</summary>
    Draining,

    /// <summary>SIGKILL sent; waiting for the kernel.</summary>
    Killing,

    /// <summary>No process; the restart delay runs.</summary>
    Waiting,

    /// <summary>No process; pminit gave up.</summary>
    Failed,

    /// <summary>No process yet; what the app depends on is not there yet.</summary>
    Held,
}

/// <summary>What the slot should do.</summary>
public enum Goal
{
    /// <summary>Have no process. One that is up and was not asked to stop yet lives on, but has no successor.</summary>
    Down,

    /// <summary>Have a process.</summary>
    Up,
}

/// <summary>Why the slot is on its way down. It decides what follows the exit: a plan restarts at once, a failure asks the policy.</summary>
public enum Reason
{
    /// <summary>Nothing asked for an exit.</summary>
    None,

    /// <summary>An operator, a schedule or the shutdown asked.</summary>
    Asked,

    /// <summary>Its probe failed.</summary>
    Unhealthy,

    /// <summary>It used too much memory.</summary>
    Memory,

    /// <summary>It did not become ready in time.</summary>
    NotReady,

    /// <summary>Its watchdog was not fed.</summary>
    Hung,

    /// <summary>It said itself that it stops; what follows is what follows any exit nobody asked for.</summary>
    Own,
}

/// <summary>Whether the processes of a slot listen.</summary>
public enum ListenHabit
{
    /// <summary>None has been up long enough to tell.</summary>
    Unknown,

    /// <summary>One did: from now on that is what ready means.</summary>
    Listens,

    /// <summary>One did not within `listen_timeout`, and was taken as ready all the same: the next ones are not waited for so long.</summary>
    Silent,
}

/// <summary>
/// Everything the machine knows of one slot. Timers are data: <see cref="Deadline"/> is the only one, and the loop's one timeout is
/// the earliest of all. Every event about a process carries its <see cref="Incarnation"/>; a stale one is dropped.
/// </summary>
public readonly record struct WorkerState
{
    /// <summary>Actual state.</summary>
    public Phase Phase { get; init; }

    /// <summary>Wanted state.</summary>
    public Goal Goal { get; init; }

    /// <summary>The process; 0 when there is none, or when the spawn has not answered yet.</summary>
    public int Pid { get; init; }

    /// <summary>Counts the processes of this slot; 1 is the first, 0 means never started.</summary>
    public int Incarnation { get; init; }

    /// <summary>When the current process was spawned (or the last one, when there is none).</summary>
    public Instant StartedAt { get; init; }

    /// <summary>
    /// Set exactly in Draining, Killing, Waiting, in Starting while readiness is due or the process has to prove itself (`Readiness`), and in Ready
    /// while a watchdog runs.
    /// </summary>
    public Instant Deadline { get; init; }

    /// <summary>
    /// The highest incarnation ever given in this slot, successors that never took over included: no number is given twice. At least <see cref="Incarnation"/>.
    /// </summary>
    public int LastIncarnation { get; init; }

    /// <summary>It is to take over from a process that serves until then. One that ends before has failed, and has no successor.</summary>
    public bool IsTrial { get; init; }

    /// <summary>In Draining: it was asked over its channel to close its servers; the stop signal has not been sent yet.</summary>
    public bool IsDisconnecting { get; init; }

    /// <summary>What this slot's processes were seen to do about listening; asked only where `ready_when` is assumed to be that.</summary>
    public ListenHabit Habit { get; init; }

    /// <summary>In Starting: the process has said that it is ready, and only has to prove itself for a time.</summary>
    public bool HasSaidReady { get; init; }

    /// <summary>
    /// This process has been ready: it said so, where somebody has to, or was taken as ready. Not set any more once its health check has failed for good without ever having
    /// passed. A run without it was of no use to anybody (`RestartPolicy`).
    /// </summary>
    public bool HasServed { get; init; }

    /// <summary>The watchdog of this process; 0: none.</summary>
    public TimeSpan Watchdog { get; init; }

    /// <summary>What this process last said of itself, for people.</summary>
    public string? StatusText { get; init; }

    /// <summary>It said that it reads its settings again, and has not said since that it is ready.</summary>
    public bool IsReloadingItself { get; init; }

    /// <summary>What the process is doing, as it says; null: it said nothing.</summary>
    public string? Doing => !IsReloadingItself ? StatusText : StatusText is null ? "reloading" : $"reloading: {StatusText}";

    /// <summary>Restarts since the slot was created, planned ones included (pm2: `restart_time`).</summary>
    public int Restarts { get; init; }

    /// <summary>Unstable exits not yet forgiven (pm2: `unstable_restarts`); see `RestartPolicy`.</summary>
    public int UnstableExits { get; init; }

    /// <summary>
    /// Unexpected exits in a row: 0 after a start that was asked for, and 1 again after a run long enough to reset the backoff.
    /// So it is above 0 exactly when the last process ended unexpectedly.
    /// </summary>
    public int BackoffStep { get; init; }

    /// <summary>How the last process ended; null before the first exit.</summary>
    public ExitStatus? LastExit { get; init; }

    /// <summary>Why it is being stopped; None except in Draining and Killing.</summary>
    public Reason Reason { get; init; }

    /// <summary>
    /// What pminit stops it for, or stopped the last process for, because it was ill: for people, as "it did not become ready in 3000 ms". Its exit then answers our signal, and says
    /// nothing of its own. Null for every other end.
    /// </summary>
    public string? Fault { get; init; }

    /// <summary>The app ended by its own plan (stop exit code, or no autorestart and success), rather than by a request or a failure.</summary>
    public bool EndedByPlan { get; init; }

    /// <summary>
    /// The last process, when it ended by its own plan: what it left may live on, until a successor is started or somebody wants the slot down. 0: nothing is left of it.
    /// </summary>
    public int LeftBy { get; init; }

    /// <summary>The last process ended by the SIGKILL that followed an orderly request. One that ended by itself just before is not.</summary>
    public bool WasKilled { get; init; }

    /// <summary>A slot that was never started.</summary>
    public static WorkerState Initial => new() { Deadline = Instant.Never };

    /// <summary>True while a process exists or its spawn is under way.</summary>
    public bool HasProcess => Phase is Phase.Starting or Phase.Ready or Phase.Draining or Phase.Killing;
}
