using Init.Core.Supervision;

namespace Init.Linux.Runtime;

/// <summary>
/// The one queue into the supervisor. What the outside tells comes to its end; the answers to a step's spawns come to its head, so that no
/// other event can meet a worker whose pid is not known yet.
/// </summary>
public sealed class EventQueue
{
    readonly Queue<SupervisorEvent> _told = [];
    readonly Queue<SupervisorEvent> _answers = [];

    /// <summary>Something happened outside.</summary>
    public void Tell(SupervisorEvent e) => _told.Enqueue(e);

    /// <summary>The result of an effect.</summary>
    public void Answer(SupervisorEvent e) => _answers.Enqueue(e);

    /// <summary>Something waits to be decided.</summary>
    public bool HasAny => _answers.Count + _told.Count > 0;

    /// <summary>Takes the next event, answers first.</summary>
    public bool TryTake(out SupervisorEvent? e) => _answers.TryDequeue(out e) || _told.TryDequeue(out e);
}
