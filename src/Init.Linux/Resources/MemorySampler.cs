using System.Collections.Immutable;
using Init.Core.Supervision;
using Init.Linux.Interop;

namespace Init.Linux.Resources;

/// <summary>
/// The memory of whole worker trees, by one look at /proc. Resident memory, as `ps` and pm2 count it: pages that processes share are counted for each.
/// </summary>
public static class MemorySampler
{
    static readonly long PageSize = Libc.sysconf(Libc._SC_PAGESIZE);

    /// <summary>Measures. A worker that is gone meanwhile has 0 bytes.</summary>
    public static ImmutableArray<MemorySample> Sample(ImmutableArray<MemoryQuestion> questions)
    {
        var bytes = new Dictionary<int, long>();
        var leaders = new Leaders();
        foreach (var question in questions)
        {
            bytes[question.Pid] = 0;
            leaders.Add(question.Pid, question.Worker, question.Incarnation);
        }

        var table = new ProcessTable();
        foreach (var stat in table.All)
        {
            if (table.OwnerOf(stat, leaders) is var owner && owner != 0)
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
}
