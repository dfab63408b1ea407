using Init.Core.Model;
using Init.Linux.Runtime;

namespace Init.Linux.Resources;

/// <summary>The workers' processes whose trees are looked for.</summary>
public sealed class Leaders
{
    readonly Dictionary<int, Leader> _byPid = [];

    /// <summary>Their pids.</summary>
    public IReadOnlyCollection<int> Pids => _byPid.Keys;

    /// <summary>One more.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="worker">Whose.</param>
    /// <param name="incarnation">Its number: what descends from it has the mark of that.</param>
    public void Add(int pid, WorkerId worker, int incarnation) => _byPid[pid] = new Leader(pid, WorkerMark.Of(worker, incarnation));

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(int pid) => _byPid.ContainsKey(pid);

    /// <summary>Of whom an orphan stems; null: of none of them. Costs one read.</summary>
    internal Leader? OfOrphan(int pid)
    {
        var mark = WorkerMark.Read(pid);
        if (mark != 0)
        {
            foreach (var leader in _byPid.Values)
            {
                if (leader.Mark == mark)
                {
                    return leader;
                }
            }
        }

        return null;
    }

    /// <summary>One of them.</summary>
    internal sealed class Leader(int pid, ulong mark)
    {
        public int Pid { get; } = pid;

        public ulong Mark { get; } = mark;
    }
}
