using System.Globalization;
using System.Text;
using Init.Core.Control;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Resources;

/// <summary>
/// What workers and their trees use, and who leaves zombies, by one look at /proc at the moment somebody asks. Nothing is polled, and nothing is
/// remembered: CPU time is that since the start, so that several clients do not disturb one another; who wants the last minute asks twice.
/// </summary>
public static unsafe class ResourceSampler
{
    static readonly long PageSize = Libc.sysconf(Libc._SC_PAGESIZE);
    static readonly long TicksPerSecond = Libc.sysconf(Libc._SC_CLK_TCK);

    /// <summary>Measures the trees of these processes. One that is gone meanwhile uses nothing.</summary>
    /// <param name="leaders">The workers.</param>
    /// <param name="withProportional">Ask for proportional memory too: the kernel then walks all pages of each process.</param>
    public static Dictionary<int, WorkerUse> Sample(Leaders leaders, bool withProportional)
    {
        var uses = new Dictionary<int, WorkerUse>();
        foreach (var leader in leaders.Pids)
        {
            uses[leader] = new WorkerUse();
        }

        var table = new ProcessTable();
        foreach (var stat in table.All)
        {
            var owner = table.OwnerOf(stat, leaders);
            if (owner == 0)
            {
                continue;
            }

            if (stat.State == 'Z')
            {
                CountZombie(uses[owner], stat.Parent);
                continue;
            }

            var descriptors = Descriptors(stat.Pid);
            var proportional = withProportional ? Proportional(stat.Pid) : -1;
            AddProportional(uses[owner].Tree, proportional);
            Add(uses[owner].Tree, stat, stat.CpuTicks + stat.ChildrenTicks, descriptors);
            if (stat.Pid == owner)
            {
                Add(uses[owner].Process, stat, stat.CpuTicks, descriptors);
                uses[owner].Process.ProportionalBytes = proportional;
            }
        }

        return uses;
    }

    /// <summary>Of a tree in which one process does not show it nothing is said: a part would look like the whole.</summary>
    static void AddProportional(ResourceUse tree, long bytes)
    {
        var before = tree.Processes == 0 ? 0 : tree.ProportionalBytes;
        tree.ProportionalBytes = bytes < 0 || before < 0 ? -1 : before + bytes;
    }

    static void Add(ResourceUse use, in ProcStat stat, long ticks, int descriptors)
    {
        use.MemoryBytes += stat.ResidentPages * PageSize;
        use.CpuMs += ticks * 1000 / TicksPerSecond;
        use.Processes++;
        use.Threads += stat.Threads;
        use.Descriptors += descriptors;
    }

    /// <summary>A zombie of ours is about to be reaped; its parent is the one that has to change.</summary>
    static void CountZombie(WorkerUse use, int parent)
    {
        if (parent == Libc.getpid())
        {
            return;
        }

        var found = use.ZombieParents.Find(one => one.Pid == parent);
        if (found is null)
        {
            found = new ZombieParent(parent, Encoding.UTF8.GetString(ProcFile.Read(PathOf(parent, "comm"))).TrimEnd('\n'));
            use.ZombieParents.Add(found);
        }

        found.Zombies++;
    }

    /// <summary>How many entries /proc/PID/fd has: the size of that folder since Linux 6.2, else they are counted. 0 when it is not shown.</summary>
    static int Descriptors(int pid)
    {
        var path = PathOf(pid, "fd");
        using var name = new Utf8z(path);
        Libc.statx_t info;
        if (Libc.statx(Libc.AT_FDCWD, name.Pointer, 0, Libc.STATX_BASIC_STATS, &info) != 0)
        {
            return 0;
        }

        if (info.stx_size > 0)
        {
            return (int)info.stx_size;
        }

        try
        {
            return Directory.GetFileSystemEntries(path).Length;
        }
        catch (IOException)
        {
            return 0; // gone meanwhile
        }
        catch (UnauthorizedAccessException)
        {
            return 0; // another user's process
        }
    }

    /// <summary>PSS of smaps_rollup (proc(5), Linux 4.14); -1 when the kernel or our rights do not give it.</summary>
    static long Proportional(int pid)
    {
        foreach (var line in Encoding.ASCII.GetString(ProcFile.Read(PathOf(pid, "smaps_rollup"))).Split('\n'))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal) && line.EndsWith(" kB", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan()[4..^3], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var kibibytes))
            {
                return kibibytes * 1024;
            }
        }

        return -1;
    }

    static string PathOf(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");
}
