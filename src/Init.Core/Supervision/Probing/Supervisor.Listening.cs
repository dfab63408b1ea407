using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>A starting worker that is ready as soon as it, or a process of its tree, listens.</summary>
/// <param name="worker">Who.</param>
/// <param name="incarnation">Which process.</param>
/// <param name="pid">Its leader.</param>
/// <param name="port">Only this TCP port counts; 0: any stream socket.</param>
public sealed class ListenerQuestion(WorkerId worker, int incarnation, int pid, int port)
{
    /// <summary>Who.</summary>
    public WorkerId Worker { get; } = worker;

    /// <summary>Which process.</summary>
    public int Incarnation { get; } = incarnation;

    /// <summary>Its leader.</summary>
    public int Pid { get; } = pid;

    /// <summary>Only this TCP port counts; 0: any stream socket.</summary>
    public int Port { get; } = port;
}

/// <summary>
/// `ready_when: "listening"`: the kernel tells nobody of a listen(2), so it is asked, only while such a worker starts, soon at first and then more and more
/// seldom. Workers whose time has nearly come are asked for together: one look serves them all.
/// </summary>
public sealed partial class Supervisor
{
    static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan LongestLookPause = TimeSpan.FromMilliseconds(250);

    static bool IsSought(Slot slot) =>
        slot.Spec.ReadyWhen.Kind == ReadyKind.Listening && slot.State.Phase == Phase.Starting && slot.State.Pid != 0 && !slot.State.HasSaidReady;

    /// <summary>A quarter of its age: a quick start is seen at once, and one that takes a minute costs four looks a second.</summary>
    static TimeSpan LookPause(Slot slot, Instant now)
    {
        var pause = (now - slot.State.StartedAt) / 4;
        return pause < FirstLook ? FirstLook : pause > LongestLookPause ? LongestLookPause : pause;
    }

    void LookForListeners(Instant now, List<Effect> effects)
    {
        var questions = ImmutableArray.CreateBuilder<ListenerQuestion>();
        var isDue = false;
        foreach (var slot in _slots)
        {
            var pause = LookPause(slot, now);
            if (IsSought(slot) && slot.LookAt <= now + (pause / 2))
            {
                isDue |= slot.LookAt <= now;
                questions.Add(new ListenerQuestion(slot.Worker, slot.State.Incarnation, slot.State.Pid, slot.Spec.ReadyWhen.Number));
            }
        }

        if (!isDue)
        {
            return;
        }

        foreach (var question in questions)
        {
            var slot = SlotOf(question.Worker, question.Incarnation)!;
            slot.LookAt = now + LookPause(slot, now);
        }

        _nextDeadlineIsStale = true;
        effects.Add(new Effect.LookForListeners(questions.DrainToImmutable()));
    }

    void OnListenersSeen(ImmutableArray<ListenerQuestion> found, Instant now, List<Effect> effects)
    {
        foreach (var one in found)
        {
            if (SlotOf(one.Worker, one.Incarnation) is { } slot && IsSought(slot) && slot.State.Pid == one.Pid)
            {
                StepSlot(slot, new WorkerEvent.ReadyReceived(one.Incarnation), now, effects);
            }
        }
    }
}
