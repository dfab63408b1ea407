using System.Collections.Immutable;
using Init.Core.Model;
using Init.Core.Schedules;

namespace Init.Core.Supervision;

/// <summary>What an operator wants of workers.</summary>
public enum Operation
{
    /// <summary>Be up.</summary>
    Start,

    /// <summary>Be down.</summary>
    Stop,

    /// <summary>Be up with new processes.</summary>
    Restart,
}

/// <summary>What can happen to the whole: the closed set of inputs of `Supervisor`.</summary>
public abstract record SupervisorEvent
{
    SupervisorEvent()
    {
    }

    /// <summary>Something happened to one worker.</summary>
    public sealed record ToWorker(WorkerId Worker, WorkerEvent Event) : SupervisorEvent;

    /// <summary>An operator asks something of these workers at once: in the order of their dependencies, where there are any between them.</summary>
    public sealed record Operate(Operation What, ImmutableArray<WorkerId> Workers) : SupervisorEvent;

    /// <summary>An operator asks for the orderly stop. It is none of the two signals of which the second one kills: the orchestrator's may follow.</summary>
    public sealed record Shutdown : SupervisorEvent;

    /// <summary>A signal reached pminit itself (never SIGCHLD).</summary>
    public sealed record SignalReceived(Signal Signal) : SupervisorEvent;

    /// <summary>The file was read again and is valid: make it so.</summary>
    public sealed record Reconfigure(Ecosystem Ecosystem) : SupervisorEvent;

    /// <summary>From now on an app has this many instances; as if the file said so, until it is read again.</summary>
    /// <param name="App">Its name; an unknown one changes nothing.</param>
    /// <param name="Instances">1 to `AppSpec.MostInstances`.</param>
    public sealed record Scale(string App, int Instances) : SupervisorEvent;

    /// <summary>Replace the processes of these workers, one after the other, each only when its successor is ready; see `Supervisor.Reload.cs`.</summary>
    public sealed record Reload(ImmutableArray<WorkerId> Workers) : SupervisorEvent;

    /// <summary>The answer to SampleMemory, in the same turn.</summary>
    public sealed record MemorySampled(ImmutableArray<MemorySample> Samples) : SupervisorEvent
    {
        /// <summary>As in the question.</summary>
        public bool IsForGuard { get; init; }
    }

    /// <summary>The kernel counts this container's memory (once after Begin), or tells that usage has changed much.</summary>
    public sealed record MemoryNotice : SupervisorEvent;

    /// <summary>The answer to ReadMemory, in the same turn.</summary>
    /// <param name="UsedBytes">What the kernel could not take back: without the pages of files.</param>
    /// <param name="LimitBytes">The container's limit; 0: there is none, or it cannot be read.</param>
    /// <param name="KernelTells">A MemoryNotice comes before usage is near the mark; false: somebody has to look.</param>
    public sealed record MemoryRead(long UsedBytes, long LimitBytes, bool KernelTells) : SupervisorEvent;

    /// <summary>The kernel has killed processes for memory, and no worker's end explains it.</summary>
    /// <param name="Count">1 or more.</param>
    /// <param name="LimitBytes">The container's limit; 0: it has none.</param>
    public sealed record OomKilled(long Count, long LimitBytes) : SupervisorEvent;

    /// <summary>Files that an app watches have changed: the first path, and how many changes this tells of.</summary>
    public sealed record FilesChanged(string App, string Path, int Count) : SupervisorEvent;

    /// <summary>The answer to LookForListeners, in the same turn: those that listen.</summary>
    public sealed record ListenersSeen(ImmutableArray<ListenerQuestion> Found) : SupervisorEvent;

    /// <summary>The answer to Check.</summary>
    /// <param name="Worker">Whose.</param>
    /// <param name="Number">Which check.</param>
    /// <param name="Problem">Why it failed, for people; null: it passed.</param>
    public sealed record Checked(WorkerId Worker, int Number, string? Problem) : SupervisorEvent;

    /// <summary>What wall time is now: once after Begin, and again whenever the wall clock may have been set. One that says nothing new changes nothing.</summary>
    public sealed record ClockSet(WallClock Clock) : SupervisorEvent;

    /// <summary>Time has passed; every deadline that is due fires.</summary>
    public sealed record Tick : SupervisorEvent;
}
