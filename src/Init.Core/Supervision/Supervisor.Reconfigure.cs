using System.Collections.Immutable;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// The file was read again and is valid: only what differs is touched. A changed app is stopped by the settings it was started with and
/// started with the new ones; an unchanged one does not notice. An app or instance that the file has no more keeps its slot until its process has
/// gone; when the file gets it back before that, the slot goes on.
/// </summary>
public sealed partial class Supervisor
{
    void OnReconfigure(Ecosystem now, Instant at, List<Effect> effects)
    {
        if (_isShuttingDown)
        {
            Say(effects, EventName.Warning, LogLevel.Warn, "the file is not applied: a shutdown is under way");
            return;
        }

        var change = ChangeTo(now);
        Say(effects, EventName.ConfigApplied, LogLevel.Info, $"the file was read again: {change}", new LogField("changes", change.Apps.Length));
        Apply(now, change, at, effects);
        RetryReloads(change);
    }

    /// <summary>As a file that differs in one number: the highest instances go, new ones come after the rest.</summary>
    void OnScale(SupervisorEvent.Scale scale, Instant at, List<Effect> effects)
    {
        var apps = _ecosystem.Apps.ToBuilder();
        for (var i = 0; i < apps.Count; i++)
        {
            if (apps[i].Name == scale.App && !_isShuttingDown)
            {
                Say(effects, EventName.Scaled, LogLevel.Info, $"{scale.App} is scaled from {apps[i].Instances} to {scale.Instances} instances",
                    new LogField("scaled_app", scale.App), new LogField("instances", scale.Instances));
                apps[i] = apps[i] with { Instances = scale.Instances };
                var now = _ecosystem with { Apps = apps.ToImmutable() };
                Apply(now, EcosystemChange.Between(_ecosystem, now), at, effects);
                return;
            }
        }
    }

    void Apply(Ecosystem now, EcosystemChange change, Instant at, List<Effect> effects)
    {
        var restarted = new HashSet<string>(change.Apps.Filter(static app => app.Kind is AppChangeKind.Restarted or AppChangeKind.Reloaded).Map(static app => app.App), StringComparer.Ordinal);

        // What the new file has no more stops first: it may hold a port that its successor under another name wants.
        var wanted = now.AppsByName();
        foreach (var slot in _slots.ToArray())
        {
            if (slot.Worker.Index >= (wanted.GetValueOrDefault(slot.Worker.App)?.Instances ?? 0) && !slot.IsLeaving)
            {
                slot.IsLeaving = true;
                StepSlot(slot, slot.State.HasProcess ? new WorkerEvent.Retire() : new WorkerEvent.Stop(), at, effects);
                _someRetired = true;
            }
        }

        StopInOrder(at, effects);

        var leaving = _slots.FindAll(static slot => slot.IsLeaving);
        var starts = new List<Slot>();
        _slots.Clear();
        foreach (var app in now.Apps)
        {
            var isChanged = restarted.Contains(app.Name);
            for (var index = 0; index < app.Instances; index++)
            {
                var slot = _slotOf.GetValueOrDefault(new WorkerId(app.Name, index));
                if (slot is null)
                {
                    slot = AddSlot(app, index);
                    if (app.StartsByItself(index))
                    {
                        starts.Add(slot);
                    }

                    continue;
                }

                _slots.Add(slot);
                if (Renew(slot, app, isChanged, at, effects))
                {
                    starts.Add(slot);
                }
            }
        }

        _slots.AddRange(leaving.FindAll(static slot => slot.IsLeaving));
        var guardBefore = GuardSettings;
        _ecosystem = now with { Settings = now.Settings with { Health = _ecosystem.Settings.Health, Control = _ecosystem.Settings.Control, Log = _ecosystem.Settings.Log } };
        RenewGuard(guardBefore, at);
        ArrangeSchedules(at);
        ArrangeWatches(effects);
        RemoveGone();

        if (_startAt.IsSet)
        {
            return; // nothing has started yet; when the delay is over, everything does
        }

        // Only now that every slot has its settings: what one waits for may be new too.
        _heldAreStale = true;
        foreach (var slot in starts)
        {
            if (!slot.IsAbandoned)
            {
                StartSlot(slot, at, effects);
            }
        }

        // Those that failed with a dependency get another chance with it, and so on down the chain.
        while (starts.Find(slot => slot.IsAbandoned && HopelessOf(slot.Spec) is null) is { } slot)
        {
            StartSlot(slot, at, effects);
        }
    }

    /// <returns>True when the slot has no process and is to be started.</returns>
    bool Renew(Slot slot, AppSpec app, bool isChanged, Instant at, List<Effect> effects)
    {
        var isBack = slot.IsLeaving;
        if (IsBackAt(slot, app))
        {
            (slot.IsBehind, isChanged) = (false, false);
        }

        if (!isBack && (isChanged || slot.IsBehind) && ReplacesInPlace(slot, app))
        {
            // A reload brings the new settings with the new process; if that fails, the old ones go on with the old process.
            slot.IsBehind = true;
            if (isChanged)
            {
                Enqueue(slot);
            }

            return false;
        }

        var isNewlyWanted = app.AutoStart && !slot.Spec.AutoStart && slot.State.Incarnation == 0;

        // Of a job, a run goes on to its end, and the next is that of the schedule; what is a service now has to be up.
        var isService = slot.Spec.IsJob && !app.IsJob && app.AutoRestart && app.AutoStart;
        var isWanted = slot.Spec.IsJob ? isService : isBack || slot.IsAbandoned || isNewlyWanted || (isChanged && WantsToRun(slot.State));
        var isStart = isWanted && slot.State.Phase is Phase.Down or Phase.Failed or Phase.Held;
        slot.IsLeaving = false;
        if (isWanted && !isStart)
        {
            StepSlot(slot, isService ? new WorkerEvent.Start() : new WorkerEvent.Restart(), at, effects);
        }

        // Only now: the stop signal and its patience are those of the settings that the process was started with.
        GoBy(app, slot, at, effects);
        return isStart;
    }

    /// <summary>From now on these are the settings of a slot.</summary>
    void GoBy(AppSpec app, Slot slot, Instant at, List<Effect> effects)
    {
        var oldCheck = slot.Spec.HealthCheck;
        (slot.Spec, slot.IsBehind) = (app, false);
        if (!HealthCheck.AreSame(oldCheck, app.HealthCheck))
        {
            RenewProbe(slot, at, effects);
        }
    }

    /// <summary>A slot that an operator stopped stays down; one that ended by plan or was given up gets another chance with other settings.</summary>
    static bool WantsToRun(in WorkerState state) => state.Goal == Goal.Up || state.Phase == Phase.Failed || state.EndedByPlan;

    /// <summary>Slots that left and have no process any more.</summary>
    void RemoveGone()
    {
        for (var i = _slots.Count - 1; i >= 0; i--)
        {
            var slot = _slots[i];
            // The number of a process is the worker's: the slot stays as long as a second one of it.
            if (slot.IsLeaving && !IsActive(slot.State.Phase) && (slot.Role != SlotRole.Worker || !_slots.Exists(other => other.Role != SlotRole.Worker && other.Worker == slot.Worker)))
            {
                _slots.RemoveAt(i);
                _ = slot.Role == SlotRole.Worker && _slotOf.Remove(slot.Worker);
                _nextDeadlineIsStale = true;
            }
        }
    }
}
