using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// Tells whose an orphan is when nothing else does: it has changed its session, its parents are dead, its environment is cleared. What every descendant
/// inherits, whatever it does, and everybody may read (/proc/PID/limits), are the resource limits. So each process of a worker starts with a soft limit of its own for one that
/// never matters: RLIMIT_RTTIME counts processor time of real-time programs, and ours is above 146,000 years. A program that sets that limit itself loses the mark.
/// </summary>
public static unsafe class WorkerMark
{
    const ulong Least = 1UL << 62;

    static readonly ulong Salt = (ulong)Loop.Clock.Now.Nanoseconds;

    /// <summary>The mark of one process of a worker and of all that descends from it; no two are alike.</summary>
    public static ulong Of(WorkerId worker, int incarnation)
    {
        // FNV-1a: nobody chooses names to collide, and 62 bits are many.
        var hash = 14695981039346656037UL ^ Salt;
        foreach (var c in worker.App)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash = (hash ^ (uint)worker.Index) * 1099511628211UL;
        hash = (hash ^ (uint)incarnation) * 1099511628211UL;
        return Least | (hash & (Least - 1));
    }

    /// <summary>What is spawned from now on has the mark, until <see cref="Clear"/>. Where the limit is used for what it is meant for there is no mark.</summary>
    /// <returns>Whether there is something to clear.</returns>
    public static bool Set(ulong mark, ProcessSettings settings)
    {
        foreach (var asked in settings.Limits)
        {
            if (asked.Kind.Number == Libc.RLIMIT_RTTIME)
            {
                return false;
            }
        }

        Libc.rlimit limit;
        return Libc.getrlimit(Libc.RLIMIT_RTTIME, &limit) == 0 && limit.rlim_cur == ResourceLimit.Unlimited && TrySet(mark);
    }

    /// <summary>What is spawned from now on has no mark.</summary>
    public static void Clear() => _ = TrySet(ResourceLimit.Unlimited); // up to the hard limit, which is as before: allowed

    /// <summary>The mark of a process; 0 when it has none, or is gone.</summary>
    public static ulong Read(int pid)
    {
        var text = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/limits"));
        var start = text.IndexOf("Max realtime timeout"u8);
        if (start < 0)
        {
            return 0;
        }

        var rest = text[(start + "Max realtime timeout"u8.Length)..].TrimStart((byte)' ');
        var end = rest.IndexOf((byte)' ');
        return end > 0 && ulong.TryParse(Encoding.ASCII.GetString(rest[..end]), NumberStyles.None, CultureInfo.InvariantCulture, out var mark) && mark >= Least ? mark : 0;
    }

    static bool TrySet(ulong soft)
    {
        var limit = new Libc.rlimit { rlim_cur = soft, rlim_max = ResourceLimit.Unlimited };
        return Libc.setrlimit(Libc.RLIMIT_RTTIME, &limit) == 0;
    }
}
