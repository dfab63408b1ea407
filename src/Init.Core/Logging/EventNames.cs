namespace Init.Core.Logging;

/// <summary>The JSON names of pminit's own events and levels. The compiler asks for a row when the enum gets a member.</summary>
public static class EventNames
{
    /// <summary>The `event` field.</summary>
    public static string Of(EventName name) => name switch
    {
        EventName.Started => "started",
        EventName.Warning => "warning",
        EventName.WorkerStarted => "worker_started",
        EventName.WorkerReady => "worker_ready",
        EventName.WorkerMainPid => "worker_main_pid",
        EventName.WorkerNotReady => "worker_not_ready",
        EventName.WorkerStopping => "worker_stopping",
        EventName.WorkerKilled => "worker_killed",
        EventName.WorkerExited => "worker_exited",
        EventName.WorkerWaiting => "worker_waiting",
        EventName.WorkerHeld => "worker_held",
        EventName.WorkerFailed => "worker_failed",
        EventName.WorkerDone => "worker_done",
        EventName.WorkerMemory => "worker_memory",
        EventName.MemoryGuard => "memory_guard",
        EventName.OomKill => "oom_kill",
        EventName.HealthFailed => "health_failed",
        EventName.HealthPassed => "health_passed",
        EventName.SpawnFailed => "spawn_failed",
        EventName.LeftoversKilled => "leftovers_killed",
        EventName.ShutdownStarted => "shutdown_started",
        EventName.ShutdownHurried => "shutdown_hurried",
        EventName.ShutdownFinished => "shutdown_finished",
        EventName.SignalForwarded => "signal_forwarded",
        EventName.SignalIgnored => "signal_ignored",
        EventName.ControlListening => "control_listening",
        EventName.HealthListening => "health_listening",
        EventName.ScheduleDue => "schedule_due",
        EventName.ScheduleSkipped => "schedule_skipped",
        EventName.FileChanged => "file_changed",
        EventName.ConfigApplied => "config_applied",
        EventName.Scaled => "scaled",
        EventName.ReloadStarted => "reload_started",
        EventName.ReloadFinished => "reload_finished",
        EventName.ReloadFailed => "reload_failed",
        EventName.ConfigRefused => "config_refused",
        EventName.LogsDropped => "logs_dropped",
        EventName.InternalError => "internal_error",
    };

    /// <summary>The `level` field.</summary>
    public static string Of(LogLevel level) => level switch
    {
        LogLevel.Debug => "debug",
        LogLevel.Info => "info",
        LogLevel.Warn => "warn",
        LogLevel.Error => "error",
    };
}
