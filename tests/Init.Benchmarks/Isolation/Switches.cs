namespace Init.Benchmarks.Isolation;

/// <summary>Context switches: voluntary (went to sleep) and forced (the scheduler took the CPU away).</summary>
readonly record struct Switches(long Voluntary, long Forced)
{
    public static Switches operator +(Switches a, Switches b) => new(a.Voluntary + b.Voluntary, a.Forced + b.Forced);

    public static Switches operator -(Switches a, Switches b) => new(a.Voluntary - b.Voluntary, a.Forced - b.Forced);
}
