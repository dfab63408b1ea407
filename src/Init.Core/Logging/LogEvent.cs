using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Logging;

/// <summary>Severity of a log line, as its `level` field says it.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>The closed list of pminit's own events; the JSON `event` field is the snake_case form.</summary>
public enum EventName
{
    Started,
    Warning,
    WorkerStarted,
    WorkerReady,
    WorkerNotReady,
    WorkerMainPid,
    WorkerStopping,
    WorkerKilled,
    WorkerExited,
    WorkerWaiting,
    WorkerHeld,
    WorkerFailed,
    WorkerDone,
    WorkerMemory,
    MemoryGuard,
    OomKill,
    HealthFailed,
    HealthPassed,
    SpawnFailed,
    LeftoversKilled,
    ShutdownStarted,
    ShutdownHurried,
    ShutdownFinished,
    SignalForwarded,
    SignalIgnored,
    ControlListening,
    HealthListening,
    ScheduleDue,
    ScheduleSkipped,
    FileChanged,
    ConfigApplied,
    Scaled,
    ReloadStarted,
    ReloadFinished,
    ReloadFailed,
    ConfigRefused,
    LogsDropped,
    InternalError,
}

/// <summary>One extra field of an event: a number, or a text.</summary>
/// <param name="Key">snake_case JSON key.</param>
/// <param name="Text">The text, or null when <paramref name="Number"/> is the value.</param>
/// <param name="Number">The number; ignored when <paramref name="Text"/> is set.</param>
public readonly record struct LogField(string Key, string? Text, long Number)
{
    public LogField(string key, string text) : this(key, text, 0)
    {
    }

    public LogField(string key, long number) : this(key, null, number)
    {
    }
}

/// <summary>Something pminit itself has to say. Written as one JSON line in the same shape as worker output.</summary>
/// <param name="Name">Which event.</param>
/// <param name="Level">Severity.</param>
/// <param name="Message">One sentence with fact and number, for people.</param>
public sealed record LogEvent(EventName Name, LogLevel Level, string Message)
{
    /// <summary>The worker it is about, or null.</summary>
    public WorkerId? Worker { get; init; }

    /// <summary>The process it is about; 0 for none.</summary>
    public int Pid { get; init; }

    /// <summary>Further fields, in order.</summary>
    public ImmutableArray<LogField> Fields { get; init; } = [];
}
