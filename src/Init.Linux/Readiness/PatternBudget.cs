using Init.Core.Model;

namespace Init.Linux.Readiness;

/// <summary>
/// How much time the comparing of lines with one pattern may take, of all instances of an app together: what a sound pattern needs for the bytes that it is
/// shown, some on top, and of that a hundredth of the time that passes. A pattern that needs more would stall PID 1, line by line.
/// </summary>
/// <param name="now">When it begins.</param>
sealed class PatternBudget(Instant now)
{
    /// <summary>2 MB of output in a second; a pattern without repetitions of repetitions is several times as fast.</summary>
    const long NanosecondsPerByte = 500;

    /// <summary>Beyond that, at once.</summary>
    const long Most = 100_000_000;

    const long RefillDivisor = 100;

    long _left = Most;
    Instant _filledAt = now;

    /// <summary>A line has been compared.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="spent">Processor time that took.</param>
    /// <param name="at">When that was.</param>
    /// <returns>False: too much has been spent, no more lines may be compared.</returns>
    public bool Spend(int length, TimeSpan spent, Instant at)
    {
        var beyond = (spent.Ticks * TimeSpan.NanosecondsPerTick) - (length * NanosecondsPerByte);
        if (beyond <= 0)
        {
            return true;
        }

        var refill = (at.Nanoseconds - _filledAt.Nanoseconds) / RefillDivisor;
        _filledAt = at;
        _left = Math.Min(Most, _left + refill) - beyond;
        if (_left > 0)
        {
            return true;
        }

        _left = 0;
        return false;
    }
}
