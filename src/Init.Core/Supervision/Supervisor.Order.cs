using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// Who starts after whom, and stops before whom.
/// Start: a slot whose dependencies are not there is Held, and looked at again after each step in which something changed; so as much starts at
/// once as the graph allows. Only a start is held, never a restart: an app that has run once has shown that it can, and whether it stands the
/// restart of what it depends on is its own affair. A dependency that fails for good takes those that are held for it along.
/// Stop: what has to go is retired first, so that it has no successor, and asked to stop when `shutdown_delay` is over and nothing that
/// depends on it lives: not even by way of an app between the two which has no process.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>What can be expected of a dependency.</summary>
    enum Outlook
    {
        Met,
        Open,
        Hopeless,
    }

    /// <summary>Slots in Phase.Held.</summary>
    int _held;

    /// <summary>A phase or pid has changed since the held slots were looked at.</summary>
    bool _heldAreStale;

    /// <summary>Some slot may be retired and not asked to stop yet.</summary>
    bool _someRetired;

    /// <summary>Every start that does not follow an exit: at once, or as soon as the dependencies are there.</summary>
    void StartSlot(Slot slot, Instant now, List<Effect> effects)
    {
        var unmet = Unmet(slot.Spec);
        StepSlot(slot, unmet.IsEmpty ? new WorkerEvent.Start() : new WorkerEvent.Await(unmet.Join(static one => $"{one.App} ({one.Word})")), now, effects);
    }

    void StartAll(Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            if (slot.Spec.StartsByItself(slot.Worker.Index))
            {
                StartSlot(slot, now, effects);
            }
        }
    }

    /// <summary>What an app would wait for if it were started now.</summary>
    ImmutableArray<Dependency> Unmet(AppSpec app)
    {
        if (app.DependsOn.IsEmpty)
        {
            return [];
        }

        var unmet = ImmutableArray.CreateBuilder<Dependency>();
        foreach (var dependency in app.DependsOn)
        {
            if (OutlookOf(dependency, out _) != Outlook.Met)
            {
                unmet.Add(dependency);
            }
        }

        return unmet.DrainToImmutable();
    }

    /// <param name="dependency">Of some app.</param>
    /// <param name="failed">The instance without which there is no hope, else null.</param>
    Outlook OutlookOf(Dependency dependency, out Slot? failed)
    {
        failed = null;
        var outlook = Outlook.Met;
        for (var index = 0; _slotOf.TryGetValue(new WorkerId(dependency.App, index), out var slot); index++)
        {
            if (slot.IsLeaving)
            {
                continue;
            }

            if (slot.State.Phase == Phase.Failed)
            {
                failed = slot;
                return Outlook.Hopeless;
            }

            outlook = Has(slot, dependency.Condition) ? outlook : Outlook.Open;
        }

        return outlook;
    }

    /// <summary>An app that has ended by its own plan did what it is there for: who waits for less than its end has that too.</summary>
    static bool Has(Slot slot, DependencyCondition condition) => !slot.IsStopping && (slot.State.EndedByPlan || HasReached(slot, condition));

    static bool HasReached(Slot slot, DependencyCondition condition) => condition switch
    {
        DependencyCondition.Started => slot.State.Pid != 0,
        DependencyCondition.Ready => slot.State.Phase == Phase.Ready && !slot.IsUnwell,
        DependencyCondition.Completed => false,
    };

    /// <summary>One that is given up may have been the hope of another.</summary>
    void AbandonHopeless(Instant now, List<Effect> effects)
    {
        for (var isDone = _held == 0 || !_heldAreStale; !isDone;)
        {
            isDone = true;
            foreach (var slot in _slots)
            {
                if (slot.State.Phase == Phase.Held && HopelessOf(slot.Spec) is { } failed)
                {
                    var code = failed.FailedCode;
                    StepSlot(slot, new WorkerEvent.Abandon($"{failed.Worker} has failed (code {code}), and {slot.Worker.App} depends on it"), now, effects);
                    slot.FailedCode = code;
                    slot.IsAbandoned = true;
                    isDone = false;
                }
            }
        }
    }

    Slot? HopelessOf(AppSpec app)
    {
        foreach (var dependency in app.DependsOn)
        {
            if (OutlookOf(dependency, out var failed) == Outlook.Hopeless)
            {
                return failed;
            }
        }

        return null;
    }

    void ReleaseHeld(Instant now, List<Effect> effects)
    {
        if (_held == 0 || !_heldAreStale)
        {
            return;
        }

        _heldAreStale = false;
        foreach (var slot in _slots)
        {
            if (slot.State.Phase == Phase.Held && Unmet(slot.Spec).IsEmpty)
            {
                StepSlot(slot, new WorkerEvent.Start(), now, effects);
            }
        }
    }

    /// <summary>From here on nothing has a successor. Who serves may go on for its delay; then StopInOrder takes it.</summary>
    void RetireAll(bool mayServeOn, Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            StepSlot(slot, new WorkerEvent.Retire(), now, effects);
            var delay = slot.Spec.ShutdownDelay ?? (slot.Spec.IsTask ? TimeSpan.Zero : _ecosystem.Settings.ShutdownDelay);
            if (mayServeOn && IsRetired(slot) && !slot.IsLeaving && delay > TimeSpan.Zero)
            {
                slot.KeepUntil = now + delay;
            }
        }

        _someRetired = true;
    }

    /// <summary>Ends every delay.</summary>
    /// <returns>False when none was running.</returns>
    bool EndDelays()
    {
        var wasOne = false;
        foreach (var slot in _slots)
        {
            wasOne |= slot.KeepUntil.IsSet;
            slot.KeepUntil = Instant.Never;
        }

        _nextDeadlineIsStale |= wasOne;
        return wasOne;
    }

    /// <summary>Asks to stop whom nothing keeps any more.</summary>
    void StopInOrder(Instant now, List<Effect> effects)
    {
        if (!_someRetired)
        {
            return;
        }

        var needed = NeededApps();
        var (someWait, someMove) = (false, false);
        foreach (var slot in _slots)
        {
            if (slot.KeepUntil <= now)
            {
                slot.KeepUntil = Instant.Never;
                _nextDeadlineIsStale = true;
            }

            if (!IsEnding(slot) || !IsRetired(slot) || slot.KeepUntil.IsSet)
            {
                someMove |= IsEnding(slot) && slot.State.HasProcess;
            }
            else if (needed.Contains(slot.Worker.App))
            {
                someWait = true;
            }
            else
            {
                StepSlot(slot, new WorkerEvent.Stop(), now, effects);
                someMove = true;
            }
        }

        _someRetired = someWait || someMove;
        if (someWait && !someMove)
        {
            // Apps that the file has no more and those that it has can form a circle, which no reader has seen. Nothing may keep a container.
            StopRetired(now, effects);
        }
    }

    void StopRetired(Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            if (IsEnding(slot) && IsRetired(slot))
            {
                StepSlot(slot, new WorkerEvent.Stop(), now, effects);
            }
        }
    }

    /// <summary>Apps that something which has to end, and lives, depends on; directly or not.</summary>
    HashSet<string> NeededApps()
    {
        var open = new Stack<AppSpec>();
        foreach (var slot in _slots)
        {
            if (IsEnding(slot) && slot.State.HasProcess)
            {
                open.Push(slot.Spec);
            }
        }

        return NeededBy(open);
    }

    /// <summary>What these depend on, directly or not.</summary>
    HashSet<string> NeededBy(Stack<AppSpec> open)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryPop(out var app))
        {
            foreach (var dependency in app.DependsOn)
            {
                if (needed.Add(dependency.App) && _slotOf.TryGetValue(new WorkerId(dependency.App, 0), out var slot))
                {
                    open.Push(slot.Spec);
                }
            }
        }

        return needed;
    }

    bool IsEnding(Slot slot) => _isShuttingDown || slot.IsLeaving || slot.IsStopping;

    /// <summary>Up, without successor, and not asked to stop.</summary>
    static bool IsRetired(Slot slot) => slot.State is { Phase: Phase.Starting or Phase.Ready, Goal: Goal.Down, Pid: not 0 };
}
