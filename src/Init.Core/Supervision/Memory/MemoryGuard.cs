using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// When to look at the container's memory, and when to act. The kernel tells where it can (a threshold of cgroup v1; `memory.events` of v2, which tells
/// of a limit that is reached); for the way there somebody has to look: every second near the mark, every ten below, sooner when usage grows so fast that
/// it would be there by then, and never where there is no limit.
/// </summary>
sealed class MemoryGuard
{
    /// <summary>Between two looks at the least, however fast usage grows and however often the kernel tells something.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Between two looks near the mark; and below it at the least, however often the kernel tells something.</summary>
    public static readonly TimeSpan LookClosely = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks where there is room.</summary>
    public static readonly TimeSpan LookAround = TimeSpan.FromSeconds(10);

    /// <summary>Below the mark by this much of the limit, what was said may be said again.</summary>
    const int CalmPercent = 5;

    Instant _lastLook = new(long.MinValue / 2);
    Instant _lastRead;
    long _lastUsed = long.MaxValue;
    bool _isClose;

    /// <summary>When the next look is due; Never: only the kernel's word makes one.</summary>
    public Instant NextLook { get; private set; } = Instant.Never;

    /// <summary>That no worker is to blame has been said, and usage has not gone down since: then there is less hurry.</summary>
    public bool HasComplained { get; set; }

    /// <summary>Near the mark: three quarters of the way.</summary>
    public static int ClosePercent(MemoryGuardSettings settings) => settings.AtPercent * 3 / 4;

    /// <summary>The kernel has told something, or the settings are new: look now, unless somebody has just looked.</summary>
    public void Hurry(Instant now) => NextLook = Instant.Min(NextLook, Instant.Max(now, _lastLook + (_isClose ? LookAgain : LookClosely)));

    /// <summary>No more looks until Hurry.</summary>
    public void Rest() => NextLook = Instant.Never;

    /// <summary>A look is made now. The answer says when the next one is due; without an answer it is this.</summary>
    public void Looks(Instant now)
    {
        _lastLook = now;
        NextLook = now + LookAround;
    }

    /// <summary>What a look has shown.</summary>
    /// <returns>True when the mark is reached.</returns>
    public bool IsReached(SupervisorEvent.MemoryRead read, MemoryGuardSettings settings, Instant now)
    {
        if (read.LimitBytes <= 0)
        {
            NextLook = Instant.Never;
            return false;
        }

        _isClose = read.UsedBytes >= Part(read.LimitBytes, ClosePercent(settings));
        var mark = Part(read.LimitBytes, settings.AtPercent);
        HasComplained &= read.UsedBytes >= Part(read.LimitBytes, settings.AtPercent - CalmPercent);
        NextLook = read.KernelTells ? Instant.Never : now + Soon(_isClose && !HasComplained ? LookClosely : LookAround, mark, read.UsedBytes, now - _lastRead);
        (_lastRead, _lastUsed) = (now, read.UsedBytes);
        return read.UsedBytes >= mark;
    }

    /// <summary>Half of the time that usage needs to the mark if it goes on growing as it did, but within bounds.</summary>
    TimeSpan Soon(TimeSpan most, long mark, long used, TimeSpan passed)
    {
        if (used <= _lastUsed || used >= mark)
        {
            return most;
        }

        var ticks = (double)passed.Ticks / (used - _lastUsed) * (mark - used) / 2;
        return ticks >= most.Ticks ? most : ticks <= LookAgain.Ticks ? LookAgain : TimeSpan.FromTicks((long)ticks);
    }

    static long Part(long bytes, int percent) => bytes / 100 * percent;
}
