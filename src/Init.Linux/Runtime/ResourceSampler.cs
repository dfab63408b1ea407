using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>Memory and CPU of one process, read from /proc at the moment somebody asks. Nothing is polled.</summary>
public static class ResourceSampler
{
    static readonly long PageSize = Libc.sysconf(Libc._SC_PAGESIZE);
    static readonly long TicksPerSecond = Libc.sysconf(Libc._SC_CLK_TCK);

    /// <summary>Resident bytes, and the share of one CPU used since the process started, in percent. Zeros when it is gone.</summary>
    public static (long MemoryBytes, double CpuPercent) Sample(int pid, Instant startedAt, Instant now)
    {
        if (pid == 0 || ProcFile.Stat(pid) is not { } stat)
        {
            return (0, 0);
        }

        var seconds = (now - startedAt).TotalSeconds;
        var cpu = seconds <= 0 ? 0 : 100.0 * stat.CpuTicks / TicksPerSecond / seconds;
        return (stat.ResidentPages * PageSize, Math.Round(cpu, 1));
    }
}
