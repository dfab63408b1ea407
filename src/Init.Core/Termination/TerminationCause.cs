using Init.Core.Model;

namespace Init.Core.Termination;

/// <summary>What ended the container, when something failed. A plan that came to its end, and an orderly stop, have none.</summary>
/// <param name="reason">What it means for the whole, for people: "task migrate has failed".</param>
/// <param name="worker">Whose failure it was.</param>
public sealed class TerminationCause(string reason, WorkerId worker)
{
    /// <summary>What it means for the whole, for people.</summary>
    public string Reason { get; } = reason;

    /// <summary>Whose failure it was; its last lines are told.</summary>
    public WorkerId Worker { get; } = worker;

    /// <summary>How its process ended; null when none ever ran.</summary>
    public ExitStatus? Status { get; init; }

    /// <summary>What pminit stopped its last process for, for people; null when it ended otherwise.</summary>
    public string? Fault { get; init; }

    /// <summary>Why it could not be started, for people; null when it could.</summary>
    public string? Problem { get; init; }
}
