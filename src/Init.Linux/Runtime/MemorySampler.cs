using System.Collections.Immutable;
using Init.Core.Supervision;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// The memory of whole worker trees, by one look at /proc: a process belongs to the worker whose session or group it is in, or that it descends
/// from. Resident memory, as `ps` and pm2 count it: pages that processes share are counted for each.
/// </summary>
public static class MemorySampler
{
    /// <summary>Parents looked at before a chain counts as nobody's; a process table that changes meanwhile could form a ring.</summary>
    const int LongestChain = 64;

    static readonly long PageSize = Libc.sysconf(Libc._SC_PAGESIZE);

    /// <summary>Measures. A worker that is gone meanwhile has 0 bytes.</summary>
    public static ImmutableArray<MemorySample> Sample(ImmutableArray<MemoryQuestion> questions)
    {
        var bytes = new Dictionary<int, long>();
        foreach (var question in questions)
        {
            bytes[question.Pid] = 0;
        }

        var all = new Dictionary<int, ProcStat>();
        foreach (var pid in ProcFile.AllPids())
        {
            if (ProcFile.Stat(pid) is { } stat)
            {
                all[pid] = stat;
            }
        }

        foreach (var stat in all.Values)
        {
            if (OwnerOf(stat, all, bytes) is var owner && owner != 0)
            {
                bytes[owner] += stat.ResidentPages * PageSize;
            }
        }

        var samples = ImmutableArray.CreateBuilder<MemorySample>(questions.Length);
        foreach (var question in questions)
        {
            samples.Add(new MemorySample(question.Worker, question.Incarnation, bytes[question.Pid]));
        }

        return samples.MoveToImmutable();
    }

    static int OwnerOf(ProcStat stat, Dictionary<int, ProcStat> all, Dictionary<int, long> leaders)
    {
        for (var i = 0; i < LongestChain; i++)
        {
            if (leaders.ContainsKey(stat.Pid))
            {
                return stat.Pid;
            }

            if (leaders.ContainsKey(stat.Session))
            {
                return stat.Session;
            }

            if (leaders.ContainsKey(stat.Group))
            {
                return stat.Group;
            }

            if (!all.TryGetValue(stat.Parent, out var parent))
            {
                return 0;
            }

            stat = parent;
        }

        return 0;
    }
}
