using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What is said of a reload: its way beforehand, and its end.</summary>
public sealed partial class Supervisor
{
    void ReportBegin(Slot slot, List<Effect> effects)
    {
        var app = AppOf(slot.Worker.App) ?? slot.Spec;
        var how = app.CanOverlap
            ? $"each instance goes on until its new process is ready, {app.MaxSurge} at a time{(app.ReloadRollback ? ", the old ones until all are" : "")}"
            : $"each instance is stopped before its new process starts, {app.MaxSurge} at a time, since its sockets are its own; exec_mode \"cluster\" closes that gap for Node";
        Say(effects, EventName.ReloadStarted, LogLevel.Info, $"reloading {app.Name}: {how}", new LogField("reloaded_app", app.Name));
    }

    static void ReportEnd(Rollout rollout, Instant now, List<Effect> effects)
    {
        var ms = (now - rollout.StartedAt).Ticks / TimeSpan.TicksPerMillisecond;
        if (rollout.Problem is { } problem)
        {
            Say(effects, EventName.ReloadFailed, LogLevel.Error, $"{rollout.App}: {problem} ({rollout.Done} replaced)", new LogField("reloaded_app", rollout.App), new LogField("replaced", rollout.Done));
        }
        else
        {
            Say(effects, EventName.ReloadFinished, LogLevel.Info, $"{rollout.App} was reloaded: {rollout.Done} replaced in {ms} ms",
                new LogField("reloaded_app", rollout.App), new LogField("replaced", rollout.Done), new LogField("duration_ms", ms));
        }
    }

    static string WhyEnded(Slot slot) => slot.Problem is { } problem ? $"could not be started: {problem}"
        : slot.State.Fault is { } fault ? $"was stopped because {fault}"
        : slot.State.LastExit is { } exit ? $"ended with {exit}"
        : "ended";
}
