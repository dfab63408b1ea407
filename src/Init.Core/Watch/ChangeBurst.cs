using Init.Core.Model;

namespace Init.Core.Watch;

/// <summary>Changes that belong together: one save of an editor, one build, one checkout. They end in one restart, when it has been quiet for a while.</summary>
public sealed class ChangeBurst
{
    /// <summary>Something that never stops writing does not put the restart off for ever: this long, or ten times the delay.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    Instant _first = Instant.Never;

    /// <summary>When it is over; Never before the first change.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>The first path that changed.</summary>
    public string Path { get; private set; } = "";

    /// <summary>How many changes so far: what the kernel told, not different files.</summary>
    public int Count { get; private set; }

    /// <summary>More has changed.</summary>
    /// <param name="path">The first of it.</param>
    /// <param name="count">1 or more.</param>
    /// <param name="now">The time of this turn.</param>
    /// <param name="delay">The app's.</param>
    public void Add(string path, int count, Instant now, TimeSpan delay)
    {
        if (Count == 0)
        {
            (_first, Path) = (now, path);
        }

        Count = Count > int.MaxValue - count ? int.MaxValue : Count + count;
        Deadline = Instant.Min(now + delay, _first + (delay * 10 > Longest ? delay * 10 : Longest));
    }
}
