namespace Init.Benchmarks.Isolation;

/// <summary>
/// Keeps the load off the CPUs of what is measured: the last CPU belongs to the load, the others to the servers. Sharing them would let every request
/// cost a server what the load generator needs for it, the same for all, and so draw the slow and the fast together.
/// </summary>
static class Affinity
{
    static readonly string? Taskset = Tool.Find("taskset");

    /// <summary>False with one CPU, or without taskset (util-linux): then all share what there is.</summary>
    public static bool IsPossible => Environment.ProcessorCount is > 1 and <= 64 && Taskset is not null;

    /// <summary>The argv that runs a program on the load's CPU.</summary>
    public static string[] OfLoad(string program) =>
        IsPossible ? [Taskset!, "-c", $"{Environment.ProcessorCount - 1}", program] : [program];

    /// <summary>Every process of a namespace and what it will start: on the servers' CPUs, or on all again.</summary>
    public static void Confine(PidNamespace running, bool isConfined)
    {
        if (!IsPossible)
        {
            return;
        }
        ulong all = ulong.MaxValue >> (64 - Environment.ProcessorCount);
        foreach (int thread in ProcFs.InNamespaceOf(running.InitPid).SelectMany(ProcFs.ThreadIdsOf))
        {
            _ = Libc.Confine(thread, isConfined ? all >> 1 : all); // one that has ended needs no CPU
        }
    }
}
