using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// What an operator asks of several workers at once. Where one of them depends on another, dependents stop first and dependencies start first: as at a
/// shutdown all are retired, and each is asked to stop when nothing lives any more that depends on it and has been asked too; who is to come up again does so when what it
/// depends on has come back. Workers that nobody asked about do not count: who stops a database alone means it.
/// Somebody else's word about one of them ends its part in this.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>Some slot is stopping in order.</summary>
    bool _someInOrder;

    void OnOperate(SupervisorEvent.Operate operate, Instant now, List<Effect> effects)
    {
        var chosen = new List<Slot>();
        foreach (var worker in operate.Workers)
        {
            if (!_slotOf.TryGetValue(worker, out var slot))
            {
                Say(effects, EventName.InternalError, LogLevel.Error, $"event for unknown worker {worker}");
            }
            else
            {
                chosen.Add(slot);
            }
        }

        if (operate.What != Operation.Start && !_isShuttingDown && AreRelated(chosen))
        {
            foreach (var slot in chosen)
            {
                StopInTurn(slot, operate.What == Operation.Restart && !slot.IsLeaving, now, effects);
            }

            return;
        }

        WorkerEvent what = operate.What switch
        {
            Operation.Start => new WorkerEvent.Start(),
            Operation.Stop => new WorkerEvent.Stop(),
            Operation.Restart => new WorkerEvent.Restart(),
        };
        foreach (var slot in chosen)
        {
            Ask(slot, what, now, effects);
        }
    }

    /// <summary>Somebody asks something of one worker.</summary>
    void Ask(Slot slot, WorkerEvent what, Instant now, List<Effect> effects)
    {
        if (what is WorkerEvent.Start or WorkerEvent.Stop or WorkerEvent.Restart)
        {
            (slot.IsStopping, slot.StartsAgain) = (false, false);
            _heldAreStale = true;
        }

        if (what is WorkerEvent.Start or WorkerEvent.Restart && (_isShuttingDown || slot.IsLeaving))
        {
            Say(effects, EventName.Warning, LogLevel.Warn,
                $"{slot.Worker} is not started: {(_isShuttingDown ? "a shutdown is under way" : "the file has it no more")}");
        }
        else if (what is WorkerEvent.Start or WorkerEvent.Restart && slot.State.Phase is Phase.Down or Phase.Failed or Phase.Held)
        {
            StartSlot(slot, now, effects);
        }
        else
        {
            StepSlot(slot, what, now, effects);
        }
    }

    void StopInTurn(Slot slot, bool startsAgain, Instant now, List<Effect> effects)
    {
        (slot.IsStopping, slot.StartsAgain) = (true, startsAgain);
        StepSlot(slot, slot.State.HasProcess ? new WorkerEvent.Retire() : new WorkerEvent.Stop(), now, effects);
        (_someInOrder, _someRetired, _heldAreStale) = (true, true, true);
    }

    /// <summary>One of them needs another, directly or not.</summary>
    bool AreRelated(List<Slot> chosen)
    {
        var open = new Stack<AppSpec>();
        foreach (var slot in chosen)
        {
            open.Push(slot.Spec);
        }

        var needed = NeededBy(open);
        return chosen.Exists(slot => needed.Contains(slot.Worker.App));
    }

    /// <summary>Who has stopped in its turn, and is to come up again?</summary>
    void GoOnInOrder(Instant now, List<Effect> effects)
    {
        if (!_someInOrder)
        {
            return;
        }

        _someInOrder = false;
        foreach (var slot in _slots)
        {
            if (!slot.IsStopping)
            {
                continue;
            }

            if (slot.State is { HasProcess: true, Goal: Goal.Down })
            {
                _someInOrder = true;
                continue;
            }

            // Where it is to be up anyhow, something else has started it meanwhile: a schedule, or a file that changed.
            var startsNow = slot.StartsAgain && slot.State.Goal == Goal.Down && !slot.IsLeaving && !_isShuttingDown;
            (slot.IsStopping, slot.StartsAgain) = (false, false);
            _heldAreStale = true;
            if (startsNow)
            {
                StartSlot(slot, now, effects);
            }
        }
    }
}
