using Init.Core.Model;

namespace Init.Linux.Limits;

/// <summary>
/// Whether a worker that died by SIGKILL was killed by the kernel because memory had run out: the cgroup's count of such kills has risen since it was last
/// looked at. The count says how many, not who: each rise explains one exit, and one that no worker's exit claims within <see cref="FreshFor"/> was
/// another process's: it explains nothing later, and is told as such (<see cref="TakeUnclaimed"/>).
/// </summary>
/// <param name="cgroup">Ours; null: nothing is ever claimed.</param>
public sealed class OomKills(MemoryCgroup? cgroup)
{
    /// <summary>A large process needs time to be gone.</summary>
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    long _known = cgroup?.ReadOomKills() ?? 0;
    long _unclaimed;
    long _others;
    Instant _seenAt;

    /// <summary>When kills that nobody has claimed by then are another process's; Never without any.</summary>
    public Instant NextDeadline => _unclaimed > 0 ? _seenAt + FreshFor : Instant.Never;

    /// <summary>A worker has just died by a SIGKILL.</summary>
    /// <returns>True when the kernel's OOM killer explains it.</returns>
    public bool Claim(Instant now)
    {
        Look(now);
        if (_unclaimed == 0)
        {
            return false;
        }

        _unclaimed--;
        return true;
    }

    /// <summary>The limit that was too small; 0: the cgroup has none, the machine's memory had run out.</summary>
    public long LimitBytes => cgroup?.ReadLimit() ?? 0;

    /// <summary>Takes note of kills, so that a later exit is not explained by them.</summary>
    public void Look(Instant now)
    {
        if (NextDeadline <= now)
        {
            _others += _unclaimed;
            _unclaimed = 0;
        }

        if (cgroup?.ReadOomKills() is { } kills)
        {
            if (kills > _known)
            {
                _unclaimed += kills - _known;
                _seenAt = now;
            }

            _known = kills;
        }
    }

    /// <summary>How many kills no worker's exit has claimed in time, since the last question.</summary>
    public long TakeUnclaimed(Instant now)
    {
        if (NextDeadline <= now)
        {
            Look(now);
        }

        return (_others, _others = 0).Item1;
    }
}
