using System.Globalization;

namespace Init.Linux.Tests.Support;

/// <summary>A cgroup with a memory limit, on machines whose version 1 memory controller we may use.</summary>
sealed class RealCgroup : IDisposable
{
    const string Mount = "/sys/fs/cgroup/memory";
    static int _made;

    readonly string _name = string.Create(CultureInfo.InvariantCulture, $"pminit-test-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");

    public RealCgroup(long limit)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Folder + "/memory.limit_in_bytes", limit.ToString(CultureInfo.InvariantCulture));
    }

    public string Folder => $"{Mount}/{_name}";

    /// <summary>A file in memory.</summary>
    public string SharedFile => $"/dev/shm/{_name}";

    /// <summary>What /proc/self/cgroup says to a process in it.</summary>
    public string Membership => $"4:memory:/{_name}\n";

    public static string? Missing => !File.Exists(Mount + "/memory.limit_in_bytes") ? $"no memory controller of cgroup v1 is mounted at {Mount}"
        : !Environment.IsPrivilegedProcess ? "not root: no cgroup can be made" : null;

    public void Dispose()
    {
        File.Delete(SharedFile);

        // Busy for a moment after its last process.
        SpinWait.SpinUntil(() =>
        {
            try
            {
                Directory.Delete(Folder);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, Bounded.Patience);
    }
}

/// <summary>A fact that is skipped, with the reason, where no such cgroup can be made: that is the machine's affair, and no package mends it.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class RequiresCgroupFactAttribute : FactAttribute
{
    public RequiresCgroupFactAttribute() => Skip = RealCgroup.Missing;
}
