using Init.Core.Model;

namespace Init.Core.Schedules;

/// <summary>What wall time is at which point of the monotonic clock. Holds until somebody sets the wall clock; slewing changes both clocks alike.</summary>
/// <param name="AtZero">Wall time in UTC at the instant 0, in ticks.</param>
public readonly record struct WallClock(long AtZero)
{
    /// <summary>Both clocks, read one right after the other.</summary>
    public static WallClock Of(Instant now, DateTime utc) => new(utc.Ticks - (now.Nanoseconds / 100));

    /// <summary>Wall time in UTC at an instant.</summary>
    public DateTime At(Instant instant) => new(AtZero + (instant.Nanoseconds / 100), DateTimeKind.Utc);

    /// <summary>The first instant at which it is this wall time; 0 for one before that.</summary>
    public Instant InstantOf(DateTime utc)
    {
        var ticks = utc.Ticks - AtZero;
        return ticks <= 0 ? new Instant(0) : ticks >= long.MaxValue / 100 ? Instant.Never : new Instant(ticks * 100);
    }

    /// <summary>How far another clock is ahead of this one.</summary>
    public TimeSpan Ahead(WallClock other) => TimeSpan.FromTicks(other.AtZero - AtZero);
}
