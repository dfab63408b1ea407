using System.Collections.Immutable;
using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// `memory_guard`: when the container's memory is nearly used up, the largest worker is restarted in the orderly way, before the kernel kills one at
/// random with what it was doing. One at a time: the next when it is back, or after the cooldown; the same one again only after the cooldown.
/// Nothing happens before the host has told that there is a cgroup (MemoryNotice).
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>A worker that holds less than a tenth of the limit is not to blame.</summary>
    const int SmallestShare = 10;

    readonly MemoryGuard _guard = new();
    SupervisorEvent.MemoryRead? _memory;

    /// <summary>The last one that was recycled, and by which process it was then.</summary>
    Slot? _recycled;
    int _recycledIncarnation;

    MemoryGuardSettings GuardSettings => _ecosystem.Settings.MemoryGuard;

    bool IsGuarding => GuardSettings.Enabled && !_isShuttingDown;

    void OnMemoryNotice(Instant now, List<Effect> effects)
    {
        if (IsGuarding)
        {
            _guard.Hurry(now);
            LookAtMemory(now, effects);
        }
    }

    void LookAtMemory(Instant now, List<Effect> effects)
    {
        _nextDeadlineIsStale = true;
        if (!IsGuarding)
        {
            _guard.Rest();
        }
        else if (_guard.NextLook <= now)
        {
            _guard.Looks(now);
            effects.Add(new Effect.ReadMemory(MemoryGuard.ClosePercent(GuardSettings), GuardSettings.AtPercent));
        }
    }

    void OnMemoryRead(SupervisorEvent.MemoryRead read, Instant now, List<Effect> effects)
    {
        _nextDeadlineIsStale = true;
        if (!IsGuarding)
        {
            _guard.Rest();
            return;
        }

        if (!_guard.IsReached(read, GuardSettings, now) || !IsRecycledBack(now))
        {
            return;
        }

        _memory = read;
        var questions = ImmutableArray.CreateBuilder<MemoryQuestion>();
        foreach (var slot in _slots)
        {
            if (slot.State.Pid != 0)
            {
                questions.Add(new MemoryQuestion(slot.Worker, slot.State.Incarnation, slot.State.Pid));
            }
        }

        effects.Add(new Effect.SampleMemory(questions.DrainToImmutable()) { IsForGuard = true });
    }

    void OnGuardSampled(ImmutableArray<MemorySample> samples, Instant now, List<Effect> effects)
    {
        Slot? largest = null;
        var bytes = 0L;
        foreach (var sample in samples)
        {
            if (SlotOf(sample.Worker, sample.Incarnation) is { } slot && sample.Bytes > bytes)
            {
                (largest, bytes) = (slot, sample.Bytes);
            }
        }

        if (_memory is not { } memory)
        {
            return;
        }

        var usage = $"{HumanUnits.Memory(memory.UsedBytes)} of the container's {HumanUnits.Memory(memory.LimitBytes)} of memory are used";
        if (largest is null || bytes < memory.LimitBytes / SmallestShare)
        {
            if (!_guard.HasComplained)
            {
                _guard.HasComplained = true;
                Say(effects, EventName.MemoryGuard, LogLevel.Warn,
                    $"{usage}, but not by a worker: {(largest is null ? "none runs" : $"the largest, {largest.Worker}, holds {HumanUnits.Memory(bytes)}")}; look for files in /dev/shm and other tmpfs, and for other processes",
                    new LogField("usage_bytes", memory.UsedBytes), new LogField("limit_bytes", memory.LimitBytes));
            }

            return;
        }

        // One that starts, stops or was recycled a moment ago is given its time, and no smaller one suffers for it.
        if (largest.State.Phase != Phase.Ready || largest.State.Goal != Goal.Up || now < largest.RecycledAt + GuardSettings.Cooldown)
        {
            return;
        }

        effects.Add(new Effect.Report(new LogEvent(EventName.MemoryGuard, LogLevel.Warn,
            $"{usage}: {largest.Worker} holds {HumanUnits.Memory(bytes)} of them, and is restarted before the kernel kills")
        {
            Worker = largest.Worker,
            Pid = largest.State.Pid,
            Fields = [new LogField("usage_bytes", memory.UsedBytes), new LogField("limit_bytes", memory.LimitBytes), new LogField("memory_bytes", bytes)],
        }));
        largest.RecycledAt = now;
        (_recycled, _recycledIncarnation) = (largest, largest.State.Incarnation);
        StepSlot(largest, new WorkerEvent.MemoryOver(largest.State.Incarnation), now, effects);
    }

    /// <summary>The memory of one that is still on its way is not free yet; but one that does not come back holds up nobody for ever.</summary>
    bool IsRecycledBack(Instant now) => _recycled is not { } slot
        || slot.State.Incarnation != _recycledIncarnation && slot.State.Phase == Phase.Ready
        || !IsActive(slot.State.Phase)
        || now >= slot.RecycledAt + GuardSettings.Cooldown;

    /// <summary>Settings that were read again hold at once.</summary>
    void RenewGuard(MemoryGuardSettings before, Instant now)
    {
        if (before != GuardSettings)
        {
            _guard.Rest();
            if (GuardSettings.Enabled)
            {
                _guard.Hurry(now);
            }

            _nextDeadlineIsStale = true;
        }
    }
}
