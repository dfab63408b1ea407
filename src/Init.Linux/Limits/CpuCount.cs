using System.Globalization;
using System.Numerics;
using System.Text;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Limits;

/// <summary>
/// The CPUs this container may really use: the affinity mask, and the cgroup quota rounded up. Not the host's count, which is what pm2
/// takes (48 workers on a 2-CPU limit).
/// </summary>
public static unsafe class CpuCount
{
    /// <summary>1 or more.</summary>
    public static int Read()
    {
        var affinity = Affinity();
        var quota = QuotaV2(ReadText("/sys/fs/cgroup/cpu.max"))
            ?? QuotaV1(ReadText("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), ReadText("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
        return Math.Max(1, quota is { } limit ? Math.Min(affinity, (int)Math.Ceiling(limit)) : affinity);
    }

    /// <summary>`cpu.max`: "200000 100000" or "max 100000" (cgroup v2). Null: no quota.</summary>
    public static double? QuotaV2(string text)
    {
        var words = text.Split(' ', StringSplitOptions.TrimEntries);
        return words.Length == 2 ? QuotaV1(words[0], words[1]) : null;
    }

    /// <summary>`cpu.cfs_quota_us` and `cpu.cfs_period_us` (cgroup v1); a quota of -1 is none.</summary>
    public static double? QuotaV1(string quota, string period) =>
        long.TryParse(quota, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var used)
        && long.TryParse(period, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var of)
        && used > 0 && of > 0
            ? (double)used / of
            : null;

    static string ReadText(string path) => Encoding.ASCII.GetString(ProcFile.Read(path)).Trim();

    static int Affinity()
    {
        const int Bytes = 1024; // 8192 CPUs
        var mask = stackalloc ulong[Bytes / sizeof(ulong)];
        new Span<ulong>(mask, Bytes / sizeof(ulong)).Clear();
        if (Libc.sched_getaffinity(0, Bytes, (byte*)mask) < 0)
        {
            return (int)Libc.sysconf(Libc._SC_NPROCESSORS_ONLN);
        }

        var count = 0;
        for (var i = 0; i < Bytes / sizeof(ulong); i++)
        {
            count += BitOperations.PopCount(mask[i]);
        }

        return count;
    }
}
