using System.Collections.Immutable;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Termination;
using Init.Core.Watch;

namespace Init.Core.Supervision;

/// <summary>What the machine wishes to happen: the closed set of outputs. Results come back as events, never by return.</summary>
public abstract record Effect
{
    Effect()
    {
    }

    /// <summary>Make a process for the slot. Answered by Spawned or SpawnFailed with the same incarnation.</summary>
    public sealed record Spawn(WorkerId Worker, int Incarnation) : Effect;

    /// <summary>Send a signal to the worker's leader process only.</summary>
    public sealed record SignalLeader(WorkerId Worker, int Pid, Signal Signal) : Effect
    {
        /// <summary>It asks the process to stop: by the settings that this process was started with, which may be others by now.</summary>
        public bool IsStop { get; init; }
    }

    /// <summary>Ask the process to stop by a message over its channel; by the signal where it has none (any more).</summary>
    public sealed record SendShutdown(WorkerId Worker, int Pid, Signal Signal) : Effect;

    /// <summary>Ask a cluster worker over its channel to close its servers, and steer new connections away from it. Answered by Disconnected: at once where that cannot be asked.</summary>
    public sealed record Disconnect(WorkerId Worker, int Incarnation, int Pid) : Effect;

    /// <summary>The process has taken over from the one before, which is asked to stop next.</summary>
    public sealed record Promote(WorkerId Worker, int Incarnation, int Pid) : Effect;

    /// <summary>SIGKILL the leader, its session, its group and every descendant.</summary>
    public sealed record KillTree(WorkerId Worker, int Pid) : Effect;

    /// <summary>The leader is gone: SIGKILL what is left of it, so that a successor finds ports and locks free.</summary>
    public sealed record KillLeftovers(WorkerId Worker, int Pid, int Incarnation) : Effect
    {
        /// <summary>It has ended some time ago, so that its number may be another process's by now.</summary>
        public bool IsLate { get; init; }
    }

    /// <summary>Write one of pminit's own log lines.</summary>
    public sealed record Report(LogEvent Event) : Effect;

    /// <summary>Read the ecosystem file again. Answered by Reconfigure when it is valid; else nothing changes, and the errors are written to the log.</summary>
    public sealed record ReadConfig : Effect;

    /// <summary>Measure the memory of these workers' trees. Answered by MemorySampled.</summary>
    public sealed record SampleMemory(ImmutableArray<MemoryQuestion> Questions) : Effect
    {
        /// <summary>Asked by the memory guard; the answer says so too.</summary>
        public bool IsForGuard { get; init; }
    }

    /// <summary>
    /// Look how much of the container's memory is used, and have the kernel tell, where it can, when usage next crosses one of these parts of
    /// the limit, or reaches the limit. Answered by MemoryRead; what the kernel tells later, by MemoryNotice.
    /// </summary>
    public sealed record ReadMemory(int ClosePercent, int AtPercent) : Effect;

    /// <summary>Tell FilesChanged when what the app watches changes, from now on. It replaces what was told of the app before; with a watch that is off nothing is told.</summary>
    public sealed record WatchFiles(string App, WatchSpec Watch, string? Cwd) : Effect;

    /// <summary>See which of these workers listen, they or a process of their trees. Answered by ListenersSeen.</summary>
    public sealed record LookForListeners(ImmutableArray<ListenerQuestion> Questions) : Effect;

    /// <summary>Ask an instance whether it is well, by its app's `health_check`. Answered by Checked with this number, whenever that is.</summary>
    public sealed record Check(WorkerId Worker, int Incarnation, int Pid, int Number) : Effect;

    /// <summary>The check has no more time. Answered by Checked, in the same turn; it may have been answered already.</summary>
    public sealed record EndCheck(WorkerId Worker, int Number) : Effect;

    /// <summary>Everything has ended: leave the loop with this exit code. Emitted once, last.</summary>
    /// <param name="Code">pminit's exit code.</param>
    /// <param name="Cause">The failure that it ends by; null when nothing failed.</param>
    public sealed record Exit(int Code, TerminationCause? Cause = null) : Effect;
}
