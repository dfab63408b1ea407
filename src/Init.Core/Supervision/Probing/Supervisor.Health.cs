using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// `health_check`: which instances are asked and when, and what follows. One that has a check counts as well until it fails, unless
/// `ready_when: "health_check"`: then it is asked from its spawn on, and its first success makes it ready. Only what is up and is to stay up is asked.
/// </summary>
public sealed partial class Supervisor
{
    int _checks;

    static bool IsProbed(Slot slot) =>
        slot is { Probe: not null, Spec.HealthCheck: not null, State: { Pid: not 0, Goal: Goal.Up } } && (slot.State.Phase == Phase.Ready || BecomesReadyByCheck(slot));

    static bool BecomesReadyByCheck(Slot slot) =>
        slot.Spec.ReadyWhen.Kind == ReadyKind.HealthCheck && slot.State.Phase == Phase.Starting && !slot.State.HasSaidReady;

    /// <summary>Keeps the checks of a slot in step with its process.</summary>
    void FollowWithProbe(Slot slot, in WorkerState before, Instant now, List<Effect> effects)
    {
        var after = slot.State;
        if (before.Pid != after.Pid)
        {
            RenewProbe(slot, now, effects);
        }
        else if (slot.Probe is { Running: not 0 } probe && !IsProbed(slot))
        {
            effects.Add(new Effect.EndCheck(slot.Worker, probe.Running));
            probe.Drop();
        }
        else if (slot.Probe is { Running: 0 } rested && before.Phase == Phase.Starting && after.Phase == Phase.Ready)
        {
            rested.Postpone(now + HealthProbe.FirstPause(slot.Spec.HealthCheck!, false, slot.Id));
        }

        if (after.Reason == Reason.NotReady && before.Reason != Reason.NotReady && slot.Probe?.Problem is { } problem)
        {
            SayHealth(slot, EventName.HealthFailed, LogLevel.Error, $"its last health check failed: {problem}", effects);
            slot.State = slot.State with { Fault = $"{slot.State.Fault} ({problem})" }; // for who waits for the start, and for the termination message
        }
    }

    /// <summary>Another process, or another check: what was before does not count.</summary>
    void RenewProbe(Slot slot, Instant now, List<Effect> effects)
    {
        if (slot.Probe is { Running: not 0 } old)
        {
            effects.Add(new Effect.EndCheck(slot.Worker, old.Running));
        }

        _heldAreStale |= slot.IsUnwell;
        _nextDeadlineIsStale = true;
        slot.Probe = slot.State.Pid != 0 && slot.Spec.HealthCheck is { } check
            ? new HealthProbe(now + HealthProbe.FirstPause(check, BecomesReadyByCheck(slot), slot.Id))
            : null;
    }

    void Check(Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            if (!IsProbed(slot) || slot.Probe!.Deadline > now)
            {
                continue;
            }

            var probe = slot.Probe;
            _nextDeadlineIsStale = true;
            if (probe.Running == 0)
            {
                _checks = _checks == int.MaxValue ? 1 : _checks + 1;
                probe.Begin(_checks, now, slot.Spec.HealthCheck!);
                effects.Add(new Effect.Check(slot.Worker, slot.State.Incarnation, slot.State.Pid, probe.Running));
            }
            else if (!probe.IsEnding)
            {
                probe.End(now);
                effects.Add(new Effect.EndCheck(slot.Worker, probe.Running));
            }
            else
            {
                OnChecked(slot, "no answer", now, effects);
            }
        }
    }

    /// <summary>An answer that nobody waits for any more is dropped.</summary>
    void OnChecked(SupervisorEvent.Checked e, Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            if (slot.Worker == e.Worker && slot.Probe?.Running == e.Number && IsProbed(slot))
            {
                OnChecked(slot, e.Problem, now, effects);
                return;
            }
        }
    }

    void OnChecked(Slot slot, string? problem, Instant now, List<Effect> effects)
    {
        var (probe, check, isStarting) = (slot.Probe!, slot.Spec.HealthCheck!, BecomesReadyByCheck(slot));
        if (problem is not null)
        {
            var time = probe.IsEnding ? $" within {(long)check.Timeout.TotalMilliseconds} ms" : "";
            problem = $"{check.Describe(slot.Worker.Index)}: {problem}{time}";
        }

        var wasUnwell = probe.IsUnwell;
        var change = probe.Take(problem, now - slot.State.StartedAt, isStarting, check, now);
        _nextDeadlineIsStale = true;
        if (change == HealthChange.Failed)
        {
            SayHealth(slot, EventName.HealthFailed, LogLevel.Warn, $"its health check failed{(probe.Failures == 1 ? "" : $" {probe.Failures} times in a row")}: {problem}", effects);
            if (check.Action == HealthAction.Restart)
            {
                StepSlot(slot, new WorkerEvent.ProbeFailed(slot.State.Incarnation, probe.HasPassed, $"its health check failed{(probe.Failures == 1 ? "" : $" {probe.Failures} times")}: {problem}"), now, effects);
            }
        }
        else if (wasUnwell && !probe.IsUnwell)
        {
            _heldAreStale = true;
            SayHealth(slot, EventName.HealthPassed, LogLevel.Info, "its health check passes again", effects);
        }

        if (problem is null && isStarting)
        {
            StepSlot(slot, new WorkerEvent.ReadyReceived(slot.State.Incarnation), now, effects);
        }
    }

    static void SayHealth(Slot slot, EventName name, LogLevel level, string message, List<Effect> effects) =>
        effects.Add(new Effect.Report(new LogEvent(name, level, message)
        {
            Worker = slot.Worker,
            Pid = slot.State.Pid,
            Fields = [new LogField("check", slot.Spec.HealthCheck!.Describe(slot.Worker.Index))],
        }));
}
