using System.Collections.Immutable;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// Reload: new processes for old ones, `max_surge` instances at a time. Where the sockets are pminit's, the new process starts beside the old one, in a second slot
/// of the same worker; when it is ready, the two change places, and the old one is asked to stop. The next instance follows when the old process has
/// gone, so that there are never more than `max_surge` processes too many. Any other app is stopped before it is started: two of it would fight for its port.
/// A reload never makes things worse: the first new process that fails ends it. What was not replaced until then stays as it is; with `reload_rollback` no old process
/// goes before every new one is ready, and one failure takes the new ones back.
/// What can happen in between is looked for after each event, not remembered as a plan: an instance that was stopped, scaled away or given up meanwhile.
/// Somebody else's word about an instance goes before the reload's (Supervisor.Overrule.cs).
/// </summary>
public sealed partial class Supervisor
{
    readonly List<Rollout> _rollouts = [];

    /// <summary>What was asked for and is not taken up yet: at the end of the step, or when a reload of the app that has failed is over.</summary>
    readonly List<Slot> _toReload = [];

    void OnReload(ImmutableArray<WorkerId> workers, List<Effect> effects)
    {
        if (_isShuttingDown)
        {
            Say(effects, EventName.Warning, LogLevel.Warn, "nothing is reloaded: a shutdown is under way");
            return;
        }

        foreach (var worker in workers)
        {
            if (_slotOf.TryGetValue(worker, out var slot) && !slot.IsLeaving)
            {
                Enqueue(slot);
            }
        }
    }

    /// <summary>What an operator stopped stays stopped; a run of a task or a job is none's to replace.</summary>
    void ReloadAll(List<Effect> effects)
    {
        var workers = ImmutableArray.CreateBuilder<WorkerId>();
        foreach (var slot in _slots)
        {
            if (!slot.IsLeaving && !slot.Spec.IsTask && !slot.Spec.IsJob && WantsToRun(slot.State))
            {
                workers.Add(slot.Worker);
            }
        }

        OnReload(workers.DrainToImmutable(), effects);
    }

    void Enqueue(Slot slot)
    {
        slot.IsReplacing = true;
        slot.ReloadProblem = null;
        _toReload.Add(slot);
    }

    /// <summary>A new process of the app can serve beside the one that the slot has now.</summary>
    static bool ReplacesInPlace(Slot slot, AppSpec app) => app.CanOverlap && slot.Spec.CanOverlap && slot.State is { Phase: Phase.Starting or Phase.Ready, Goal: Goal.Up, Pid: not 0 };

    /// <summary>After each event: what can go on?</summary>
    void GoOnReloading(Instant now, List<Effect> effects)
    {
        for (var isMoving = true; isMoving;)
        {
            TakeUp(now, effects);
            isMoving = GoOnWithAll(now, effects);
        }

        if (_someEnded)
        {
            RemoveGone();
        }
    }

    /// <returns>True when a reload is over, so that another may begin.</returns>
    bool GoOnWithAll(Instant now, List<Effect> effects)
    {
        var isSomeOver = false;
        for (var i = _rollouts.Count - 1; i >= 0; i--)
        {
            var rollout = _rollouts[i];
            for (var isMoving = true; isMoving;)
            {
                isMoving = GoOn(rollout, now, effects);
            }

            if (rollout.Current.Count == 0 && rollout.Pending.Count == 0)
            {
                _rollouts.RemoveAt(i);
                ReportEnd(rollout, now, effects);
                isSomeOver = true;
            }
        }

        return isSomeOver && _toReload.Count > 0;
    }

    /// <summary>An instance whose turn is now has its turn again: the process that is on its way may have begun before what it is to bring was there.</summary>
    void TakeUp(Instant now, List<Effect> effects)
    {
        for (var i = 0; i < _toReload.Count;)
        {
            var slot = _toReload[i];
            var rollout = _rollouts.Find(one => one.App == slot.Worker.App);
            if (rollout?.Problem is not null)
            {
                i++;
                continue;
            }

            if (rollout is null)
            {
                rollout = new Rollout(slot.Worker.App, now);
                _rollouts.Add(rollout);
                ReportBegin(slot, effects);
            }

            _toReload.RemoveAt(i);
            slot.ReloadProblem = null;
            if (!rollout.Pending.Contains(slot))
            {
                rollout.Pending.Add(slot);
            }
        }
    }

    /// <returns>True when something changed, so that more may follow.</returns>
    bool GoOn(Rollout rollout, Instant now, List<Effect> effects)
    {
        for (var i = rollout.Current.Count - 1; i >= 0; i--)
        {
            var one = rollout.Current[i];
            var stage = one.Stage;
            var isOver = one.Stage switch
            {
                ReplacementStage.Trial => GoOnTrial(rollout, one, now, effects),
                ReplacementStage.Standing => GoOnTrial(rollout, one, now, effects),
                ReplacementStage.Draining => IsReplaced(rollout, one),
                ReplacementStage.Restarting => IsRestarted(rollout, one),
            };
            if (isOver)
            {
                rollout.Current.RemoveAt(i);
                one.Slot.IsReplacing = rollout.Pending.Contains(one.Slot) || _toReload.Contains(one.Slot);
                return true;
            }

            if (one.Stage != stage)
            {
                return true;
            }
        }

        var app = AppOf(rollout.App);
        var room = app is null ? 0 : app.MaxSurge.Of(app.Instances) - rollout.Current.FindAll(static one => one.Stage != ReplacementStage.Standing).Count;
        if (app is null || rollout.Problem is not null)
        {
            return GiveUpPending(rollout, rollout.Problem ?? "the file has the app no more");
        }

        for (var i = 0; i < rollout.Pending.Count && room > 0; i++)
        {
            var slot = rollout.Pending[i];
            if (!slot.IsStopping && !rollout.Current.Exists(one => one.Slot == slot))
            {
                rollout.Pending.RemoveAt(i);
                BeginReplacement(rollout, slot, app, now, effects);
                return true;
            }
        }

        // One that stands may have been asked for again: its turn comes when this one is over.
        if (rollout.Pending.TrueForAll(slot => rollout.Current.Exists(one => one.Slot == slot)) && rollout.Current.Count > 0
            && rollout.Current.TrueForAll(static one => one.Stage == ReplacementStage.Standing && one.Other.State is { Phase: Phase.Ready, Goal: Goal.Up }))
        {
            foreach (var one in rollout.Current)
            {
                Promote(one, now, effects);
            }

            return true;
        }

        return false;
    }

    void BeginReplacement(Rollout rollout, Slot slot, AppSpec app, Instant now, List<Effect> effects)
    {
        if (slot.IsLeaving)
        {
            slot.IsReplacing = false;
            return;
        }

        slot.ReloadProblem = null;
        if (!ReplacesInPlace(slot, app))
        {
            // What it serves with is its own, or it serves nobody now. A process that is only about to be spawned is a new one.
            rollout.Current.Add(new Replacement(slot, slot) { Incarnation = slot.State is { Phase: Phase.Starting, Pid: 0 } ? 0 : slot.State.Incarnation });
            if (slot.State.Phase is Phase.Down or Phase.Failed)
            {
                StartSlot(slot, now, effects);
            }
            else
            {
                StepSlot(slot, new WorkerEvent.Restart(), now, effects);
            }

            return;
        }

        var successor = new Slot(slot.Id, slot.Worker, app)
        {
            Role = SlotRole.Successor,
            IsLeaving = true,
            State = WorkerState.Initial with
            {
                Incarnation = slot.State.Incarnation,
                LastIncarnation = slot.State.LastIncarnation,
                Restarts = slot.State.Restarts,
                Habit = slot.State.Habit,
                IsTrial = true,
            },
        };
        _slots.Add(successor);
        rollout.Current.Add(new Replacement(slot, successor));
        StepSlot(successor, new WorkerEvent.Start(), now, effects);
        slot.State = slot.State with { LastIncarnation = successor.State.LastIncarnation };
    }

    /// <returns>True when it is over.</returns>
    bool GoOnTrial(Rollout rollout, Replacement one, Instant now, List<Effect> effects)
    {
        var (slot, successor) = (one.Slot, one.Other);
        if (!IsActive(successor.State.Phase))
        {
            if (IsOverruled(one))
            {
                return EndsOverruled(one);
            }

            Fail(rollout, slot, slot.ReloadProblem ?? $"its new process {WhyEnded(successor)}, and the old one, pid {slot.State.Pid}, goes on");
            return true;
        }

        if (IsOverruled(one) || rollout.Problem is not null)
        {
            slot.ReloadProblem ??= rollout.Problem is null ? null : $"the old process, pid {slot.State.Pid}, goes on: {rollout.Problem}";
            if (successor.State.Goal == Goal.Up)
            {
                StepSlot(successor, new WorkerEvent.Stop(), now, effects);
            }

            return false;
        }

        if (one.Stage == ReplacementStage.Trial && successor.State.Phase == Phase.Ready)
        {
            if (successor.Spec.ReloadRollback)
            {
                one.Stage = ReplacementStage.Standing;
            }
            else
            {
                Promote(one, now, effects);
            }
        }

        return false;
    }

    /// <summary>The new process becomes the worker's; the old one ends what it has begun.</summary>
    void Promote(Replacement one, Instant now, List<Effect> effects)
    {
        var (slot, other) = (one.Slot, one.Other);
        var last = Math.Max(slot.State.LastIncarnation, other.State.LastIncarnation);
        var restarts = Math.Max(slot.State.Restarts, other.State.Restarts);
        var lastExit = slot.State.LastExit;
        slot.Swap(other);
        slot.State = slot.State with { IsTrial = false, LastIncarnation = last, Restarts = restarts, LastExit = lastExit };
        slot.IsBehind = AppOf(slot.Worker.App) is { } app && EcosystemChange.IsNoticed(slot.Spec, app);
        other.Role = SlotRole.Predecessor;
        one.Stage = ReplacementStage.Draining;
        one.Incarnation = slot.State.Incarnation;
        _nextDeadlineIsStale = true;
        _heldAreStale = true;
        effects.Add(new Effect.Promote(slot.Worker, slot.State.Incarnation, slot.State.Pid));
        StepSlot(other, new WorkerEvent.Stop(), now, effects);
    }

    /// <returns>True when the old process has gone.</returns>
    static bool IsReplaced(Rollout rollout, Replacement one)
    {
        if (IsActive(one.Other.State.Phase))
        {
            return false;
        }

        if (one.Slot.State.Incarnation != one.Incarnation || one.Slot.State.Phase != Phase.Ready)
        {
            if (IsOverruled(one))
            {
                return EndsOverruled(one);
            }

            Fail(rollout, one.Slot, $"its new process took over, and then {WhyEnded(one.Slot)}");
        }

        rollout.Done++;
        return true;
    }

    /// <returns>True when it is up again, or will not be.</returns>
    static bool IsRestarted(Rollout rollout, Replacement one)
    {
        var state = one.Slot.State;
        if (state.Phase == Phase.Ready && state.Incarnation != one.Incarnation)
        {
            rollout.Done++;
            return true;
        }

        if (state.Phase is Phase.Down or Phase.Failed || (state.Phase == Phase.Waiting && state.Incarnation != one.Incarnation) || one.Slot.IsLeaving)
        {
            if (one.Slot.IsLeaving || (state.Phase == Phase.Down && !state.EndedByPlan))
            {
                one.Slot.ReloadProblem = Unwanted;
            }
            else
            {
                Fail(rollout, one.Slot, $"its new process {WhyEnded(one.Slot)}; the old one had to stop before");
            }

            return true;
        }

        return false;
    }

    static void Fail(Rollout rollout, Slot slot, string problem)
    {
        slot.ReloadProblem = problem;
        rollout.Problem ??= $"the reload ended at {slot.Worker}: {problem}";
    }

    /// <returns>True when there was something to give up.</returns>
    bool GiveUpPending(Rollout rollout, string problem)
    {
        foreach (var slot in rollout.Pending)
        {
            slot.ReloadProblem ??= $"not replaced: {problem}";
            slot.IsReplacing = rollout.Current.Exists(one => one.Slot == slot) || _toReload.Contains(slot);
        }

        var wasSome = rollout.Pending.Count > 0;
        rollout.Pending.Clear();
        return wasSome;
    }

    /// <summary>The shutdown has its own order; it takes new and old processes alike.</summary>
    void DropReloads()
    {
        foreach (var slot in _slots)
        {
            slot.ReloadProblem = slot.IsReplacing ? "a shutdown began before it was replaced" : slot.ReloadProblem;
            slot.IsReplacing = false;
        }

        _rollouts.Clear();
        _toReload.Clear();
    }
}
