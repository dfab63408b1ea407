namespace Init.Core.Control;

/// <summary>What one process uses, or several together, at one moment.</summary>
public sealed class ResourceUse
{
    /// <summary>Resident bytes; pages that processes share are counted for each, as `ps` does.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>CPU time used so far, in milliseconds; that of children that have ended and were waited for included, of a tree.</summary>
    public long CpuMs { get; set; }

    /// <summary>1 or more, zombies not counted.</summary>
    public int Processes { get; set; }

    /// <summary>1 or more.</summary>
    public int Threads { get; set; }

    /// <summary>Open descriptors; those of processes that do not show theirs are not counted.</summary>
    public int Descriptors { get; set; }

    /// <summary>Proportional bytes (a page that n processes share counts 1/n); -1: not asked for, or not to be had.</summary>
    public long ProportionalBytes { get; set; } = -1;
}

/// <summary>A living process that has children which ended and does not wait for them.</summary>
/// <param name="pid">The process.</param>
/// <param name="name">The kernel's name for it, at most 15 characters.</param>
public sealed class ZombieParent(int pid, string name)
{
    /// <summary>The process.</summary>
    public int Pid { get; } = pid;

    /// <summary>The kernel's name for it (/proc/PID/comm).</summary>
    public string Name { get; } = name;

    /// <summary>1 or more.</summary>
    public int Zombies { get; set; }
}

/// <summary>One worker: its own process, and its whole tree with that.</summary>
public sealed class WorkerUse
{
    /// <summary>The worker's own process.</summary>
    public ResourceUse Process { get; } = new();

    /// <summary>Its session, its group and all descendants, itself included.</summary>
    public ResourceUse Tree { get; } = new();

    /// <summary>Who in the tree leaves zombies; empty as a rule.</summary>
    public List<ZombieParent> ZombieParents { get; } = [];
}
