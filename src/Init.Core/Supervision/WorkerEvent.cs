using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>Where a spawn failed, so that the message can say what to mend.</summary>
public enum SpawnStage
{
    /// <summary>The program or its interpreter was not found.</summary>
    Resolve,

    /// <summary>The working directory cannot be entered.</summary>
    Cwd,

    /// <summary>Pipes or descriptors could not be made.</summary>
    Pipe,

    /// <summary>The kernel made no process (EAGAIN, ENOMEM).</summary>
    Fork,

    /// <summary>The process could not become the program (EACCES, ENOEXEC, ENOENT of a #! interpreter).</summary>
    Exec,

    /// <summary>What the file asks of the process (user, limits …) could not be set.</summary>
    Settings,
}

/// <summary>What can happen to one worker: the closed set of inputs of `WorkerMachine`.</summary>
public abstract record WorkerEvent
{
    WorkerEvent()
    {
    }

    /// <summary>Be up.</summary>
    public sealed record Start : WorkerEvent;

    /// <summary>Be up as soon as the dependencies are there: Start follows, or Abandon.</summary>
    /// <param name="For">What it waits for, for people.</param>
    public sealed record Await(string For) : WorkerEvent;

    /// <summary>What it waits for will never be there.</summary>
    /// <param name="Why">Which dependency, for people.</param>
    public sealed record Abandon(string Why) : WorkerEvent;

    /// <summary>Be down.</summary>
    public sealed record Stop : WorkerEvent;

    /// <summary>Be down before long: the process may go on until Stop, and has no successor.</summary>
    public sealed record Retire : WorkerEvent;

    /// <summary>Be up with a new process.</summary>
    public sealed record Restart : WorkerEvent;

    /// <summary>Do not wait any longer for an orderly end: SIGKILL now.</summary>
    public sealed record Hurry : WorkerEvent;

    /// <summary>Forget how often it was restarted, and how often it failed.</summary>
    public sealed record Reset : WorkerEvent;

    /// <summary>Pass a signal to the process.</summary>
    public sealed record SendSignal(Signal Signal) : WorkerEvent;

    /// <summary>
    /// The spawn asked for succeeded: the process exists. The program runs too, unless the app's process settings need a stage before it: then
    /// Executed follows, or SpawnFailed.
    /// </summary>
    public sealed record Spawned(int Incarnation, int Pid) : WorkerEvent;

    /// <summary>A process with a stage before its program has become the program.</summary>
    public sealed record Executed(int Incarnation) : WorkerEvent;

    /// <summary>The spawn asked for failed, or the process ended before it became the program; none exists, and no exit is reported.</summary>
    /// <param name="Incarnation">Which spawn.</param>
    /// <param name="Stage">Where.</param>
    /// <param name="Errno">errno(3).</param>
    /// <param name="Detail">What and how to mend it, for people.</param>
    public sealed record SpawnFailed(int Incarnation, SpawnStage Stage, int Errno, string Detail) : WorkerEvent;

    /// <summary>The process is ready to serve.</summary>
    public sealed record ReadyReceived(int Incarnation) : WorkerEvent;

    /// <summary>The process needs longer for what it is doing: at least this long from now.</summary>
    public sealed record Extended(int Incarnation, TimeSpan Time) : WorkerEvent;

    /// <summary>The process says that it lives.</summary>
    public sealed record WatchdogFed(int Incarnation) : WorkerEvent;

    /// <summary>The process sets its watchdog anew; 0 ends it.</summary>
    public sealed record WatchdogSet(int Incarnation, TimeSpan Time) : WorkerEvent;

    /// <summary>The process has closed its servers and its channel, because it was asked to or by itself; it may go on for other reasons.</summary>
    public sealed record Disconnected(int Incarnation) : WorkerEvent;

    /// <summary>The process says of itself that it is ill.</summary>
    public sealed record WatchdogTriggered(int Incarnation) : WorkerEvent;

    /// <summary>The process has begun to stop, and nobody asked it to.</summary>
    public sealed record StoppingItself(int Incarnation) : WorkerEvent;

    /// <summary>The process has ended, and another one of its tree is the worker's from now on, as it had said (MAINPID).</summary>
    public sealed record MainPidChanged(int Incarnation, int Pid) : WorkerEvent;

    /// <summary>The process describes what it is doing, for people.</summary>
    public sealed record Described(int Incarnation, string Text) : WorkerEvent;

    /// <summary>The process reads its settings again, until it says that it is ready.</summary>
    public sealed record ReloadingItself(int Incarnation) : WorkerEvent;

    /// <summary>The process ended and was reaped.</summary>
    public sealed record Exited(int Incarnation, ExitStatus Status) : WorkerEvent;

    /// <summary>The state's deadline is due.</summary>
    public sealed record DeadlinePassed : WorkerEvent;

    /// <summary>Its probe failed for good.</summary>
    /// <param name="Incarnation">Which process.</param>
    /// <param name="HasPassed">It had passed at least once.</param>
    /// <param name="Why">For people.</param>
    public sealed record ProbeFailed(int Incarnation, bool HasPassed = true, string Why = "its health check failed") : WorkerEvent;

    /// <summary>It used more memory than allowed.</summary>
    public sealed record MemoryOver(int Incarnation) : WorkerEvent;
}
