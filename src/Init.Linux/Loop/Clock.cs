using System.Diagnostics;
using Init.Core.Model;
using Init.Core.Schedules;
using Init.Linux.Interop;

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

    /// <summary>Processor time of the calling thread so far.</summary>
    public static unsafe TimeSpan ThreadTime
    {
        get
        {
            Libc.timespec time;
            return Libc.clock_gettime(Libc.CLOCK_THREAD_CPUTIME_ID, &time) == 0
                ? TimeSpan.FromTicks((time.tv_sec * TimeSpan.TicksPerSecond) + (time.tv_nsec / TimeSpan.NanosecondsPerTick))
                : throw new LinuxException("clock_gettime", Libc.Errno, "reading the thread's processor time");
        }
    }
}
