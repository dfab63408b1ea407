using Init.Core.Control;
using Init.Core.Ipc;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What the machine says about its decisions: one method per event name, so that a message and its fields stand together.</summary>
public static partial class WorkerMachine
{
    /// <summary>What every decision needs and none changes.</summary>
    readonly record struct Turn(Instant Now, WorkerId Id, AppSpec Spec, List<Effect> Effects);

    static void ReportStarted(in WorkerState s, in Turn turn) =>
        Report(turn, s.Pid, EventName.WorkerStarted, LogLevel.Info, $"started pid={s.Pid}");

    static void ReportReady(in WorkerState s, in Turn turn) =>
        Report(turn, s.Pid, EventName.WorkerReady, LogLevel.Info, "ready");

    static void ReportNotReady(in WorkerState s, in Turn turn)
    {
        var (spec, timeoutMs) = (turn.Spec, Milliseconds(turn.Now - s.StartedAt));
        Report(turn, s.Pid, EventName.WorkerNotReady, LogLevel.Error,
            $"not ready after {timeoutMs} ms: {MissingFor(spec)}; mend the cause, or raise listen_timeout (now {Milliseconds(spec.ListenTimeout)})",
            new LogField("ready_when", spec.ReadyWhen.ToString()), new LogField("listen_timeout_ms", Milliseconds(spec.ListenTimeout)));
    }

    /// <summary>What it would have had to do to be ready.</summary>
    static string MissingFor(AppSpec spec) => spec.ReadyWhen.Kind switch
    {
        ReadyKind.Running => "",
        ReadyKind.Uptime => "",
        ReadyKind.Listening => spec.ReadyWhen.Number == 0 ? "it listens on no socket" : $"it does not listen on port {spec.ReadyWhen.Number}",
        ReadyKind.Message => "it did not send the message ready, process.send('ready')" + WhereTheChannelEnds(spec),
        ReadyKind.Notify => "it did not send READY=1 to NOTIFY_SOCKET",
        ReadyKind.Descriptor => $"it wrote no newline to descriptor {spec.ReadyWhen.Number}",
        ReadyKind.Log => $"no line of its output matches {spec.ReadyWhen.Pattern}",
        ReadyKind.HealthCheck => "its health check did not pass",
    };

    static string WhereTheChannelEnds(AppSpec spec) => NodeProgram.PackageManagerOf(spec.Command) is { Length: > 0 } manager
        ? $" (the program is {manager}, which does not pass the channel on to the app: run the app's script with node)"
        : "";

    static void ReportStopping(in WorkerState s, Reason reason, in Turn turn)
    {
        var isMessage = turn.Spec.ShutdownWithMessage;
        var how = isMessage ? "shutdown" : turn.Spec.KillSignal.ToString();
        var timeout = Milliseconds(turn.Spec.KillTimeout);
        var (level, why) = reason switch
        {
            Reason.None => (LogLevel.Info, ""),
            Reason.Asked => (LogLevel.Info, ""),
            Reason.Own => (LogLevel.Info, ": it says that it stops"),
            Reason.Unhealthy => (LogLevel.Warn, $": {s.Fault}"),
            Reason.NotReady => (LogLevel.Warn, $": {s.Fault}"),
            Reason.Hung => (LogLevel.Warn, $": {s.Fault}"),
            Reason.Memory => (LogLevel.Warn, $": {s.Fault}"),
        };
        Report(turn, s.Pid, EventName.WorkerStopping, level, $"stopping with {(isMessage ? "message " : "")}{how} kill_timeout_ms={timeout}{why}",
            new LogField(isMessage ? "ipc_message" : "signal", how), new LogField("kill_timeout_ms", timeout));
    }

    static void ReportDisconnecting(in WorkerState s, Reason reason, in Turn turn)
    {
        var (half, timeout) = (Milliseconds(turn.Spec.KillTimeout / 2), Milliseconds(turn.Spec.KillTimeout));
        Report(turn, s.Pid, EventName.WorkerStopping, reason == Reason.Memory ? LogLevel.Warn : LogLevel.Info,
            $"stopping: disconnect first, {turn.Spec.KillSignal} when it has closed its servers, at the latest after {half} ms, kill_timeout_ms={timeout}{(reason == Reason.Memory ? $": {s.Fault}" : "")}",
            new LogField("signal", turn.Spec.KillSignal.ToString()), new LogField("kill_timeout_ms", timeout));
    }

    static void ReportAssumed(in WorkerState s, in Turn turn) =>
        Report(turn, s.Pid, EventName.Warning, s.Habit == ListenHabit.Silent ? LogLevel.Debug : LogLevel.Warn,
            $"it does not listen after {Milliseconds(turn.Now - s.StartedAt)} ms, and is taken as ready; set ready_when to \"running\" if it never listens, or raise listen_timeout (now {Milliseconds(turn.Spec.ListenTimeout)})");

    static void ReportTrialFailed(in WorkerState s, in Turn turn) =>
        Report(turn, 0, EventName.WorkerFailed, LogLevel.Error, s.Fault is { } fault ? $"the new process was stopped because {fault}" : $"the new process ended with {s.LastExit} before it could take over",
            new LogField("incarnation", s.Incarnation));

    static void ReportKilled(in WorkerState s, in Turn turn) =>
        Report(turn, s.Pid, EventName.WorkerKilled, LogLevel.Warn,
            $"killed with its whole process tree: still running after {(turn.Spec.ShutdownWithMessage ? "the message shutdown" : turn.Spec.KillSignal.ToString())}");

    static void ReportStuck(in WorkerState s, in Turn turn) =>
        Report(turn, s.Pid, EventName.Warning, LogLevel.Warn,
            $"stuck (uninterruptible): pid {s.Pid} has not ended after SIGKILL; look for a dead mount or disk it waits for");

    static void ReportExited(in WorkerState s, ExitStatus status, TimeSpan uptime, LogLevel level, in Turn turn)
    {
        var uptimeMs = Milliseconds(uptime);
        var how = status.IsSignal
            ? new LogField("signal", new Signal(status.Value).ToString())
            : new LogField("code", status.Value);
        if (status.IsOutOfMemory)
        {
            Report(turn, s.Pid, EventName.WorkerExited, LogLevel.Warn, $"killed by the kernel's OOM killer: {LimitText(status.MemoryLimitBytes)} uptime_ms={uptimeMs}",
                how, new LogField("uptime_ms", uptimeMs), new LogField("cause", "oom"), new LogField("limit_bytes", status.MemoryLimitBytes));
            return;
        }

        Report(turn, s.Pid, EventName.WorkerExited, level, $"exited with {status} uptime_ms={uptimeMs}",
            how, new LogField("uptime_ms", uptimeMs));
    }

    static string LimitText(long bytes) => bytes > 0 ? $"the container's memory limit is {HumanUnits.Memory(bytes)}" : "the machine's memory has run out";

    static void ReportSpawnFailed(in WorkerState s, WorkerEvent.SpawnFailed e, in Turn turn)
    {
        var stage = StageWord(e.Stage);
        Report(turn, s.Pid, EventName.SpawnFailed, LogLevel.Error, $"could not be started ({stage}): {e.Detail}",
            new LogField("stage", stage), new LogField("errno", e.Errno), new LogField("detail", e.Detail));
    }

    static void ReportWaiting(in WorkerState s, TimeSpan delay, in Turn turn)
    {
        var delayMs = Milliseconds(delay);
        Report(turn, 0, EventName.WorkerWaiting, LogLevel.Info, $"restarting in delay_ms={delayMs} attempt={s.BackoffStep}",
            new LogField("delay_ms", delayMs), new LogField("attempt", s.BackoffStep));
    }

    static void ReportFailed(in WorkerState s, ExitVerdict verdict, string how, in Turn turn)
    {
        var message = verdict == ExitVerdict.GiveUp && turn.Spec.IsTask
            ? $"gave up after {s.UnstableExits} failed runs: the last {how}; mend the cause, or raise max_restarts (now {turn.Spec.MaxRestarts})"
            : verdict == ExitVerdict.GiveUp
            ? $"gave up after {s.UnstableExits} unstable runs (shorter than min_uptime {Milliseconds(turn.Spec.MinUptime)} ms, not started, or never ready): the last {how}; "
                + $"mend the cause and start it again, or raise max_restarts (now {turn.Spec.MaxRestarts})"
            : $"failed: it {how}, and is not started again, since autorestart is false"
                + (s.LastExit is { IsSignal: false } && s.Fault is null ? "; list the code in stop_exit_codes if it is no failure" : "");
        Report(turn, 0, EventName.WorkerFailed, LogLevel.Error, message, new LogField("unstable_exits", s.UnstableExits));
    }

    /// <summary>"ended with code 3 before it was ready": of the last process.</summary>
    static string HowItEnded(in WorkerState s, AppSpec spec) => s.Fault is { } fault
        ? $"was stopped because {fault}"
        : $"ended with {s.LastExit}{(s.HasServed || spec.ReadyWhen is { IsSaid: false } or { IsAssumed: true } ? "" : " before it was ready")}";

    static void ReportRunFailed(in WorkerState s, in Turn turn) =>
        Report(turn, 0, EventName.WorkerFailed, LogLevel.Error, $"this run failed{(s.Fault is { } fault ? $" ({fault})" : "")} with {s.LastExit}; the next one is by its schedule, {turn.Spec.Schedule?.Text}");

    static void ReportDone(in WorkerState s, in Turn turn) =>
        Report(turn, 0, EventName.WorkerDone, LogLevel.Info, $"done: ended by plan with {s.LastExit}");

    static WorkerState NoProcess(in WorkerState s, Signal signal, in Turn turn)
    {
        var name = signal.ToString();
        Report(turn, 0, EventName.SignalIgnored, LogLevel.Warn, $"{name} not sent: the worker has no process",
            new LogField("signal", name));
        return s;
    }

    /// <summary>For cells that the runtime's guarantees exclude: say so, change nothing, live on.</summary>
    static WorkerState Impossible(in WorkerState s, string what, in Turn turn)
    {
        Report(turn, s.Pid, EventName.InternalError, LogLevel.Error,
            $"unexpected event in phase {s.Phase}: {what} (incarnation {s.Incarnation})");
        return s;
    }

    static void Report(in Turn turn, int pid, EventName name, LogLevel level, string message, params ReadOnlySpan<LogField> fields) =>
        turn.Effects.Add(new Effect.Report(new LogEvent(name, level, message)
        {
            Worker = turn.Id,
            Pid = pid,
            Fields = [.. fields],
        }));

    static string StageWord(SpawnStage stage) => stage switch
    {
        SpawnStage.Resolve => "resolve",
        SpawnStage.Cwd => "cwd",
        SpawnStage.Pipe => "pipe",
        SpawnStage.Fork => "fork",
        SpawnStage.Exec => "exec",
        SpawnStage.Settings => "settings",
    };

    static long Milliseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMillisecond;
}
