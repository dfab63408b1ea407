using System.Diagnostics;

namespace Init.Benchmarks.Isolation;

/// <summary>CLOCK_MONOTONIC in nanoseconds: on Linux Stopwatch reads the same clock as the C fixtures, so both can be subtracted.</summary>
static class Clock
{
    public static long NowNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : throw new PlatformNotSupportedException("Stopwatch does not count nanoseconds of CLOCK_MONOTONIC here");

    /// <summary>Polls until the condition holds; false when the time has passed. The measured times do not depend on the polling.</summary>
    public static bool Await(Func<bool> condition, TimeSpan limit)
    {
        long end = NowNs + (long)limit.TotalNanoseconds;
        while (!condition())
        {
            if (NowNs > end)
            {
                return false;
            }
            Thread.Sleep(3);
        }
        return true;
    }
}
