using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// Workers that fail together (their database went away) must not come back together, again and again. So a growing delay is cut by up to a fifth, by
/// a part that is any worker's own and another one each time. Never longer, so that what is documented stays an upper bound; and no random number, so that a
/// run can be told again.
/// </summary>
public static class Jitter
{
    /// <summary>A fifth.</summary>
    const double Most = 0.2;

    /// <summary>The delay of one worker.</summary>
    /// <param name="delay">Of the series.</param>
    /// <param name="worker">Whose.</param>
    /// <param name="incarnation">Its process before the wait.</param>
    /// <returns>More than four fifths of <paramref name="delay"/>, at most all of it.</returns>
    public static TimeSpan Of(TimeSpan delay, WorkerId worker, int incarnation)
    {
        // FNV-1a, then the finishing steps of MurmurHash3: neighbours (api/0, api/1; 5, 6) must land far apart.
        var hash = 2166136261u;
        foreach (var c in worker.App)
        {
            hash = (hash ^ c) * 16777619u;
        }

        hash = (hash ^ (uint)worker.Index) * 16777619u;
        hash = (hash ^ (uint)incarnation) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
        hash ^= hash >> 16;
        return delay - TimeSpan.FromTicks((long)(delay.Ticks * Most * (hash / 4294967296.0)));
    }
}
