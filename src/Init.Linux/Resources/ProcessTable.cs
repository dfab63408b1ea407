using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Resources;

/// <summary>
/// All processes, by one look at /proc. A process belongs to the worker whose session or group it is in, or that it descends from. What has daemonised is our child and in a
/// session of its own: its mark tells whose it is, and is read only then.
/// </summary>
sealed class ProcessTable
{
    /// <summary>Parents looked at before a chain counts as nobody's; a process table that changes meanwhile could form a ring.</summary>
    const int LongestChain = 64;

    readonly Dictionary<int, ProcStat> _all = [];

    /// <summary>Orphans that have been asked for their mark.</summary>
    readonly Dictionary<int, Leaders.Leader?> _orphans = [];

    readonly int _self = Libc.getpid();

    public ProcessTable()
    {
        foreach (var pid in ProcFile.AllPids())
        {
            if (ProcFile.Stat(pid) is { } stat)
            {
                _all[pid] = stat;
            }
        }
    }

    /// <summary>Every process that was seen.</summary>
    public Dictionary<int, ProcStat>.ValueCollection All => _all.Values;

    /// <summary>The leader whose tree a process belongs to; 0: nobody's.</summary>
    public int OwnerOf(ProcStat stat, Leaders leaders)
    {
        for (var i = 0; i < LongestChain; i++)
        {
            if (leaders.Contains(stat.Pid))
            {
                return stat.Pid;
            }

            if (leaders.Contains(stat.Session))
            {
                return stat.Session;
            }

            if (leaders.Contains(stat.Group))
            {
                return stat.Group;
            }

            if (stat.Parent == _self && OwnerOfOrphan(stat.Pid, leaders) is { } owner)
            {
                return owner.Pid;
            }

            if (!_all.TryGetValue(stat.Parent, out var parent))
            {
                return 0;
            }

            stat = parent;
        }

        return 0;
    }

    Leaders.Leader? OwnerOfOrphan(int pid, Leaders leaders)
    {
        if (!_orphans.TryGetValue(pid, out var owner))
        {
            _orphans[pid] = owner = leaders.OfOrphan(pid);
        }

        return owner;
    }
}
