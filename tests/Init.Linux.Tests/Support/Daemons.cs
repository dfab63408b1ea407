using Init.Linux.Runtime;

namespace Init.Linux.Tests.Support;

/// <summary>Processes that have left their session and their parents.</summary>
static class Daemons
{
    /// <summary>A piece of shell: makes one that becomes a sleep, and has a child that has ended (no command may stand between: dash would wait for it). It prints its pid.</summary>
    public const string Orphan = "sh -c 'setsid sh -c \"echo \\$\\$; true & exec sleep 1000\" & exit 0'; ";

    /// <summary>Until it is our child.</summary>
    public static void WaitOrphaned(int pid) =>
        Assert.True(SpinWait.SpinUntil(() => ProcFile.Stat(pid) is { } stat && stat.Parent == Environment.ProcessId && stat.Session == pid, Bounded.Patience), $"{pid} is no orphan");
}
