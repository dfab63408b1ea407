using Init.Core.Model;

namespace Init.Core.Config.Evaluation;

/// <summary>Why an evaluation was ended from outside.</summary>
public enum EvaluationStop
{
    /// <summary>It was not: it ended by itself.</summary>
    None,

    /// <summary>It took too long.</summary>
    TimeLimit,

    /// <summary>Its answer is larger than a file may be.</summary>
    AnswerLimit,

    /// <summary>pminit itself was asked to end.</summary>
    Signal,
}

/// <summary>How the process that evaluates a file ended, as the machine saw it.</summary>
public sealed record EvaluationEnd
{
    /// <summary>What came through descriptor 3.</summary>
    public byte[] Answer { get; init; } = [];

    /// <summary>What the file printed (stdout and stderr), cut.</summary>
    public string Output { get; init; } = "";

    /// <summary>How the process ended.</summary>
    public ExitStatus Status { get; init; }

    /// <summary>Whether and why we ended it.</summary>
    public EvaluationStop Stop { get; init; }
}
