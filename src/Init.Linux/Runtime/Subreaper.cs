using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>Makes sure that orphans come to us: as PID 1 they do anyway, otherwise as subreaper (prctl(2)).</summary>
public static class Subreaper
{
    /// <returns>Null when orphans are reaped, else what is wrong and what to do.</returns>
    public static string? Ensure()
    {
        if (Libc.getpid() == 1 || Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
        {
            return null;
        }

        return "pminit is neither PID 1 nor a subreaper, so zombies and daemonised processes are out of its reach; "
            + "make it the container's ENTRYPOINT without a shell in front (exec form), and do not share the pod's process namespace";
    }
}
