using System.Collections.Immutable;
using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>A worker whose memory is to be measured.</summary>
public readonly record struct MemoryQuestion(WorkerId Worker, int Incarnation, int Pid);

/// <summary>What a worker's whole tree held at one moment.</summary>
/// <param name="Worker">Whose.</param>
/// <param name="Incarnation">Of which process.</param>
/// <param name="Bytes">Resident bytes of all its processes together.</param>
public readonly record struct MemorySample(WorkerId Worker, int Incarnation, long Bytes);

/// <summary>
/// `max_memory_restart`: the trees of workers that have a limit are measured every <see cref="SampleEvery"/> while such a worker runs, and at no
/// other time. One that holds more is restarted in the orderly way; of one app only one at a time, the largest first, so that the others serve.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>pm2 looks every 30 s and misses what grows faster.</summary>
    public static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);

    Instant _lastSample;

    static bool IsMeasured(Slot slot) => slot.Spec.MaxMemoryBytes is not null && slot.State.Pid != 0 && slot.State.Phase is Phase.Starting or Phase.Ready;

    void AskForMemory(Instant now, List<Effect> effects)
    {
        var questions = ImmutableArray.CreateBuilder<MemoryQuestion>();
        foreach (var slot in _slots)
        {
            if (IsMeasured(slot))
            {
                questions.Add(new MemoryQuestion(slot.Worker, slot.State.Incarnation, slot.State.Pid));
            }
        }

        if (questions.Count > 0 && now >= _lastSample + SampleEvery)
        {
            _lastSample = now;
            _nextDeadlineIsStale = true;
            effects.Add(new Effect.SampleMemory(questions.DrainToImmutable()));
        }
    }

    void OnMemorySampled(SupervisorEvent.MemorySampled sampled, Instant now, List<Effect> effects)
    {
        if (sampled.IsForGuard)
        {
            OnGuardSampled(sampled.Samples, now, effects);
            return;
        }

        var largest = new Dictionary<string, (Slot Slot, long Bytes)>(StringComparer.Ordinal);
        foreach (var sample in sampled.Samples)
        {
            if (SlotOf(sample.Worker, sample.Incarnation) is { Role: SlotRole.Worker } slot && slot.State.Phase == Phase.Ready
                && sample.Bytes > slot.Spec.MaxMemoryBytes
                && (!largest.TryGetValue(sample.Worker.App, out var other) || sample.Bytes > other.Bytes))
            {
                largest[sample.Worker.App] = (slot, sample.Bytes);
            }
        }

        foreach (var (app, (slot, bytes)) in largest)
        {
            if (!IsChanging(app))
            {
                var limit = slot.Spec.MaxMemoryBytes!.Value;
                effects.Add(new Effect.Report(new LogEvent(EventName.WorkerMemory, LogLevel.Warn,
                    $"uses {HumanUnits.Memory(bytes)} of memory, more than max_memory_restart ({HumanUnits.Memory(limit)})")
                {
                    Worker = slot.Worker,
                    Pid = slot.State.Pid,
                    Fields = [new LogField("memory_bytes", bytes), new LogField("limit_bytes", limit)],
                }));
                if (ReplacesInPlace(slot, slot.Spec) && !slot.IsReplacing)
                {
                    Enqueue(slot);
                }
                else if (!slot.Spec.CanOverlap)
                {
                    StepSlot(slot, new WorkerEvent.MemoryOver(slot.State.Incarnation), now, effects);
                }
            }
        }
    }

    /// <summary>An instance of the app is on its way down or up; one that is down for good does not hold up the others.</summary>
    bool IsChanging(string app)
    {
        foreach (var slot in _slots)
        {
            if (slot.Worker.App == app && slot.State.Phase is Phase.Starting or Phase.Draining or Phase.Killing or Phase.Waiting)
            {
                return true;
            }
        }

        return false;
    }
}
