namespace Init.Core.Model;

/// <summary>A point on the monotonic clock. Points only subtract, shift and compare; they never mix with wall time.</summary>
/// <param name="Nanoseconds">Nanoseconds since an arbitrary start, as CLOCK_MONOTONIC counts; 0 or more.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>Later than any other instant: the value of a deadline that is not set.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>True unless this is <see cref="Never"/>.</summary>
    public bool IsSet => Nanoseconds != long.MaxValue;

    /// <summary>The earlier of two instants.</summary>
    public static Instant Min(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <summary>The instant a span later; <see cref="Never"/> stays, and a sum past the range saturates to it.</summary>
    public static Instant operator +(Instant at, TimeSpan span)
    {
        if (!at.IsSet)
        {
            return at;
        }

        var sum = (Int128)at.Nanoseconds + ((Int128)span.Ticks * 100);
        return sum >= long.MaxValue ? Never : new Instant((long)sum);
    }

    /// <summary>The span from <paramref name="b"/> to <paramref name="a"/>; 100 ns resolution.</summary>
    public static TimeSpan operator -(Instant a, Instant b) => TimeSpan.FromTicks((a.Nanoseconds - b.Nanoseconds) / 100);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;

    /// <summary>Earlier than or equal to.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;

    /// <summary>Later than or equal to.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);
}
