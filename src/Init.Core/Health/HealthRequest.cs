namespace Init.Core.Health;

/// <summary>Which question a probe asks.</summary>
public enum HealthRoute
{
    /// <summary>/livez: does pminit turn its loop.</summary>
    Live,

    /// <summary>/readyz and /healthz: can traffic come.</summary>
    Ready,
}

/// <summary>What was read of a probe's request so far.</summary>
public readonly record struct HealthRequest
{
    /// <summary>False: read more and ask again. True: answer and close.</summary>
    public bool IsComplete { get; init; }

    /// <summary>0 when the request is good and its answer depends on the state; else the HTTP status that refuses it.</summary>
    public int Refusal { get; init; }

    /// <summary>The question, when not refused.</summary>
    public HealthRoute Route { get; init; }

    /// <summary>HEAD: the same answer without its body.</summary>
    public bool IsHead { get; init; }

    /// <summary>The answer lists the workers: asked for, on a path that has a list, by a peer that may see it.</summary>
    public bool Verbose { get; init; }
}
