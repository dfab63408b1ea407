namespace Init.Benchmarks.Isolation;

/// <summary>
/// Reads /proc of the host. Every process may vanish between two reads, so each reader answers "nothing" then instead of throwing.
/// </summary>
static class ProcFs
{
    private static readonly string[] s_memoryFields = ["Rss:", "Pss:", "Private_Dirty:"];

    /// <summary>The child of a process that has exactly one; 0 when there is none yet.</summary>
    public static int ChildOf(int parentPid)
    {
        // One read where the kernel offers it (CONFIG_PROC_CHILDREN): listing all processes would compete with the subject's start.
        if (Lines($"/proc/{parentPid}/task/{parentPid}/children") is [{ } children])
        {
            return int.Parse(children.Split(' ')[0]);
        }
        foreach (int pid in AllPids())
        {
            if (ParentOf(pid) == parentPid)
            {
                return pid;
            }
        }
        return 0;
    }

    /// <summary>All processes in the pid namespace of the given one, zombies aside.</summary>
    public static List<int> InNamespaceOf(int pid)
    {
        var members = new List<int>();
        if (Namespace(pid) is { } wanted)
        {
            members.AddRange(AllPids().Where(candidate => Namespace(candidate) == wanted));
        }
        return members;
    }

    /// <summary>Path of the program a process runs; null for zombies and processes that are gone.</summary>
    public static string? ProgramOf(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", false)?.FullName;
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    /// <summary>From smaps_rollup; zero when the process is gone.</summary>
    public static MemoryUse MemoryOf(int pid)
    {
        long[] found = new long[s_memoryFields.Length];
        foreach (string line in Lines($"/proc/{pid}/smaps_rollup"))
        {
            int field = Array.FindIndex(s_memoryFields, name => line.StartsWith(name, StringComparison.Ordinal));
            if (field >= 0)
            {
                found[field] = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
            }
        }
        return new MemoryUse(found[0], found[1], found[2]);
    }

    /// <summary>User and system time so far, in milliseconds (clock ticks are 10 ms); 0 when the process is gone.</summary>
    public static long CpuMsOf(int pid)
    {
        string stat = string.Concat(Lines($"/proc/{pid}/stat"));
        int end = stat.LastIndexOf(')');
        string[] fields = end < 0 ? [] : stat[(end + 2)..].Split(' ');
        return fields.Length < 13 ? 0 : (long.Parse(fields[11]) + long.Parse(fields[12])) * 10;
    }

    public static int ThreadsOf(int pid) => Tasks(pid).Length;

    public static IEnumerable<int> ThreadIdsOf(int pid) => Tasks(pid).Select(task => int.Parse(Path.GetFileName(task)));

    /// <summary>Context switches of all threads: a sleeping thread that wakes counts one voluntary switch when it sleeps again.</summary>
    public static Switches SwitchesOf(int pid)
    {
        long voluntary = 0, forced = 0;
        foreach (string task in Tasks(pid))
        {
            foreach (string line in Lines($"{task}/status"))
            {
                if (line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))
                {
                    voluntary += Number(line);
                }
                else if (line.StartsWith("nonvoluntary_ctxt_switches:", StringComparison.Ordinal))
                {
                    forced += Number(line);
                }
            }
        }
        return new Switches(voluntary, forced);
    }

    private static long Number(string line) => long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim());

    private static IEnumerable<int> AllPids()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(folder.AsSpan(6), out int pid))
            {
                yield return pid;
            }
        }
    }

    private static int ParentOf(int pid)
    {
        string stat = string.Concat(Lines($"/proc/{pid}/stat"));
        int end = stat.LastIndexOf(')'); // the name may itself contain blanks and brackets: proc(5)
        return end < 0 ? 0 : int.Parse(stat[(end + 2)..].Split(' ')[1]);
    }

    private static string? Namespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    private static string[] Tasks(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task");
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static bool IsGone(Exception e) => e is IOException or UnauthorizedAccessException;
}
