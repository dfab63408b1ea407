using Init.Linux.Interop;

namespace Init.Linux.Limits;

/// <summary>
/// How many descriptors we may have (RLIMIT_NOFILE). A server needs as many as it may get: those of a cluster are slots times ports. The soft limit is usually 1024, for programs that
/// use select(2), and workers may be such: whatever we start has the limit that we were started with.
/// </summary>
public static unsafe class OpenFileLimit
{
    /// <summary>More than anybody needs, and what the kernel allows by default (fs.nr_open), where the hard limit is none.</summary>
    const ulong Most = 1 << 20;

    static ulong _inherited;
    static ulong _raised;

    /// <summary>The present one; where it cannot be read, as if there were none.</summary>
    public static ulong Soft
    {
        get
        {
            Libc.rlimit limit;
            return Libc.getrlimit(Libc.RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : ulong.MaxValue;
        }
    }

    /// <summary>Makes the soft limit the hard one. Where that is refused all stays as it was.</summary>
    public static void Raise()
    {
        Libc.rlimit limit;
        if (Libc.getrlimit(Libc.RLIMIT_NOFILE, &limit) != 0)
        {
            return;
        }

        var inherited = limit.rlim_cur;
        limit.rlim_cur = Math.Min(limit.rlim_max, Most);
        if (limit.rlim_cur > inherited && Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit) == 0)
        {
            (_inherited, _raised) = (inherited, limit.rlim_cur);
        }
    }

    /// <summary>What is spawned from now on has the limit that we were started with, until <see cref="TakeBack"/>. What somebody has set from outside since then (prlimit) is left alone.</summary>
    /// <param name="present">What to take back.</param>
    /// <returns>Whether there is something to take back.</returns>
    public static bool GiveBack(Libc.rlimit* present)
    {
        if (_raised == 0 || Libc.getrlimit(Libc.RLIMIT_NOFILE, present) != 0 || present->rlim_cur != _raised)
        {
            return false;
        }

        var limit = *present;
        limit.rlim_cur = _inherited;
        return Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit) == 0;
    }

    /// <summary>Ends what <see cref="GiveBack"/> began.</summary>
    public static void TakeBack(Libc.rlimit* present) => _ = Libc.setrlimit(Libc.RLIMIT_NOFILE, present); // up to the hard limit, which is as before: allowed
}
