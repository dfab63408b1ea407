using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>How far the replacement of one process has come.</summary>
enum ReplacementStage
{
    /// <summary>Its successor is on its way, and it serves until then.</summary>
    Trial,

    /// <summary>The successor is ready, and waits for those of the other instances (`reload_rollback`).</summary>
    Standing,

    /// <summary>The successor has taken over; the old process ends what it has begun.</summary>
    Draining,

    /// <summary>No two of it can serve side by side: it was restarted, and is waited for.</summary>
    Restarting,
}

/// <summary>The replacement of one process.</summary>
/// <param name="slot">Whose.</param>
/// <param name="other">The second slot: of the successor first, of the predecessor when that has taken over. The same as <paramref name="slot"/> for a restart.</param>
sealed class Replacement(Slot slot, Slot other)
{
    public Slot Slot { get; } = slot;

    public Slot Other { get; } = other;

    public ReplacementStage Stage { get; set; } = slot == other ? ReplacementStage.Restarting : ReplacementStage.Trial;

    /// <summary>Restarting: the process that was there before. Draining: the one that has taken over.</summary>
    public int Incarnation { get; set; } = slot.State.Incarnation;

    /// <summary>Somebody has stopped or restarted the instance since.</summary>
    public bool IsOverruled { get; set; }
}

/// <summary>One app's reload: whose turn is still to come, and whose it is.</summary>
sealed class Rollout(string app, Instant startedAt)
{
    public string App { get; } = app;

    public Instant StartedAt { get; } = startedAt;

    /// <summary>In the order of the instances; each once.</summary>
    public List<Slot> Pending { get; } = [];

    public List<Replacement> Current { get; } = [];

    public int Done { get; set; }

    /// <summary>What ended it before its end, for people; null: nothing.</summary>
    public string? Problem { get; set; }
}
