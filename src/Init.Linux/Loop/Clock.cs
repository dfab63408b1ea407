using System.Diagnostics;
using Init.Core.Model;
using Init.Core.Schedules;

namespace Init.Linux.Loop;

/// <summary>The only place that reads the clocks. The loop reads once per turn and passes the value on.</summary>
public static class Clock
{
    /// <summary>CLOCK_MONOTONIC. On Linux the runtime's timestamp is exactly that, in nanoseconds.</summary>
    public static Instant Now => new(Stopwatch.GetTimestamp());

    /// <summary>Both clocks at once, as far as two calls can.</summary>
    public static WallClock Wall => WallClock.Of(Now, DateTime.UtcNow);

    /// <summary>Wall time in milliseconds since 1970, UTC.</summary>
    public static long UnixMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
