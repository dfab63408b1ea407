using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Runtime;

/// <summary>
/// Finds and kills what belongs to a worker: its session, its group and its descendants, through /proc and never through `ps`.
/// Where /proc is hidden or missing only the group can be reached; that is what kill(2) alone can do.
/// </summary>
public sealed class ProcessTree(Reaper reaper)
{
    const int KillSignal = 9;

    static readonly string ChildrenFile = string.Create(CultureInfo.InvariantCulture, $"/proc/{Libc.getpid()}/task/{Libc.getpid()}/children");

    /// <summary>How long the loop waits for what it has killed.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>A tree that forks while it is killed is looked at again, this often at most.</summary>
    const int Passes = 4;

    /// <summary>Looks at all of /proc so far: what killing costs.</summary>
    internal static int Scans { get; private set; }

    /// <summary>SIGKILL to a living worker's whole tree. The leader goes first, so that it cannot replace what dies.</summary>
    /// <returns>Number of processes signalled.</returns>
    public static int Kill(int leader) => KillTrees([leader]).Count;

    /// <summary>
    /// SIGKILL to all that a process of a worker left behind, and a moment for it to be gone: a successor must not find ports taken and pid files right. The moment ends the loop's
    /// turn a millisecond or two later, when there was something to kill; what the kernel cannot end at once (a dead mount) is not waited for.
    /// </summary>
    /// <param name="leader">The process that has ended just now; null: some time ago, so that session and group of its number may be another's. The mark is nobody else's.</param>
    /// <param name="worker">Whose it was.</param>
    /// <param name="incarnation">Its number.</param>
    /// <param name="isLive">See <see cref="KillStrays"/>.</param>
    /// <returns>Number of processes signalled.</returns>
    public unsafe int KillRest(int? leader, WorkerId worker, int incarnation, Func<int, bool> isLive)
    {
        var killed = new HashSet<int>();
        var limit = Instant.Never;
        while (true)
        {
            // What has not died yet is found again, and what is about to leave the session by both looks: each is one.
            var found = leader is { } pid ? SignalLeftovers(pid) : [];
            found.UnionWith(SignalStrays(worker, incarnation, isLive));
            if (found.Count == 0)
            {
                break;
            }

            killed.UnionWith(found);
            limit = Instant.Min(limit, Clock.Now + Patience);
            if (Clock.Now >= limit)
            {
                break;
            }

            _ = Libc.poll(null, 0, 1); // the time is all that is wanted
        }

        if (killed.Count > 0)
        {
            reaper.ReapOrphans(OwnChildren());
        }

        return killed.Count;
    }

    /// <summary>
    /// SIGKILL to what a dead worker left in its session or group. Costs two system calls when it left nothing: orphans become
    /// our direct children, and there are none but workers.
    /// </summary>
    /// <returns>Number of processes signalled.</returns>
    public int KillLeftovers(int leader) => SignalLeftovers(leader).Count;

    HashSet<int> SignalLeftovers(int leader)
    {
        foreach (var child in OwnChildren())
        {
            if (!reaper.Owns(child) && ProcFile.Stat(child) is { } stat && stat.State != 'Z'
                && (stat.Session == leader || stat.Group == leader))
            {
                return Sweep([leader], []);
            }
        }

        // Where the list of children is not to be had, the group is all there is. Elsewhere it has just been shown empty, and its
        // number may be somebody else's by now.
        return !File.Exists(ChildrenFile) && Libc.kill(-leader, KillSignal) == 0 ? [leader] : [];
    }

    /// <summary>
    /// SIGKILL to what a process of a worker left behind in sessions of their own: orphans are our children by now, and a mark which they inherited tells whose
    /// they were. Where one has none (<see cref="WorkerMark"/>), its environment does. A child's pid cannot become somebody else's between the look and the signal.
    /// However many they are, /proc is looked at for all of them together.
    /// </summary>
    /// <param name="worker">Whose.</param>
    /// <param name="incarnation">The process that has ended.</param>
    /// <param name="isLive">Tells by its number whether a process of the worker lives: in a reload another one does, and keeps what is its own.</param>
    /// <returns>Number of processes signalled.</returns>
    public int KillStrays(WorkerId worker, int incarnation, Func<int, bool> isLive) => SignalStrays(worker, incarnation, isLive).Count;

    HashSet<int> SignalStrays(WorkerId worker, int incarnation, Func<int, bool> isLive)
    {
        var mark = WorkerMark.Of(worker, incarnation);
        var strays = new HashSet<int>();
        foreach (var child in OwnChildren())
        {
            if (!reaper.Owns(child) && !reaper.Expects(child) && ProcFile.Stat(child) is { State: not 'Z' })
            {
                var found = WorkerMark.Read(child);
                if (found == mark || (found == 0 && IncarnationOf(child, worker) is { } of && !isLive(of)))
                {
                    strays.Add(child);
                }
            }
        }

        return strays.Count == 0 ? strays : KillTrees(strays);
    }

    /// <summary>An orphan of this worker: our child, nobody's leader, alive, and of the worker's session or with its variable.</summary>
    public bool IsStrayOf(int pid, WorkerId worker, int incarnation, int session) =>
        !reaper.Owns(pid) && !reaper.Expects(pid) && ProcFile.Stat(pid) is { } stat && stat.State != 'Z' && stat.Parent == Libc.getpid()
        && (stat.Session == session || HasMark(pid, worker, incarnation));

    /// <summary>The mark that it inherited, or its environment, says that it is of this process of the worker.</summary>
    public static bool HasMark(int pid, WorkerId worker, int incarnation) =>
        WorkerMark.Read(pid) == WorkerMark.Of(worker, incarnation) || IncarnationOf(pid, worker) == incarnation;

    /// <summary>By its environment: which process of the worker it stems from. 0 where that is not said; null when it is not of this worker.</summary>
    static int? IncarnationOf(int pid, WorkerId worker)
    {
        var text = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"));
        var (isOfWorker, incarnation) = (false, 0);
        foreach (var range in text.Split((byte)0))
        {
            var entry = text[range];
            if (ValueOf(entry, WorkerVariable) is { IsEmpty: false } name)
            {
                isOfWorker = name.SequenceEqual(Encoding.UTF8.GetBytes(worker.ToString()));
            }
            else if (ValueOf(entry, IncarnationVariable) is { IsEmpty: false } number)
            {
                _ = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out incarnation);
            }
        }

        return isOfWorker ? incarnation : null;
    }

    /// <summary>Empty for another variable, and for an empty one.</summary>
    static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> nameAndEquals) => entry.StartsWith(nameAndEquals) ? entry[nameAndEquals.Length..] : default;

    static ReadOnlySpan<byte> WorkerVariable => "PMINIT_WORKER="u8;

    static ReadOnlySpan<byte> IncarnationVariable => "PMINIT_INCARNATION="u8;

    /// <summary>Whether nothing of a leader's session, group or tree lives, itself not counted.</summary>
    public static bool IsGone(int leader) => Descendants([leader]).Count == 0;

    /// <summary>Kills these and their trees.</summary>
    static HashSet<int> KillTrees(HashSet<int> leaders)
    {
        // The trees are read before anything dies: afterwards the children's parent is us, and who changed session is lost.
        var killed = Descendants(leaders);
        foreach (var leader in leaders)
        {
            killed.Add(leader);
            _ = Libc.kill(leader, KillSignal);
        }

        SignalAll(killed, leaders);
        return Sweep(leaders, killed);
    }

    /// <summary>Kills what is found, and looks again until nothing new lives.</summary>
    /// <returns>The processes signalled, those in <paramref name="killed"/> included.</returns>
    static HashSet<int> Sweep(HashSet<int> leaders, HashSet<int> killed)
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            var found = Descendants(leaders);
            if (found.IsSubsetOf(killed))
            {
                break; // what is still seen is dying
            }

            SignalAll(found, leaders);
            killed.UnionWith(found);
        }

        return killed;
    }

    static void SignalAll(HashSet<int> pids, HashSet<int> leaders)
    {
        // The groups first, each in one call: its members cannot fork between two signals.
        foreach (var leader in leaders)
        {
            _ = Libc.kill(-leader, KillSignal);
        }

        foreach (var pid in pids)
        {
            _ = Libc.kill(pid, KillSignal); // ESRCH: it has ended meanwhile
        }
    }

    /// <summary>Every process of the sessions and groups of these leaders, and every descendant of one of them, themselves excluded.</summary>
    static HashSet<int> Descendants(HashSet<int> leaders)
    {
        Scans++;
        var all = new List<ProcStat>();
        foreach (var pid in ProcFile.AllPids())
        {
            // A zombie is dead already; its children have been handed to us.
            if (ProcFile.Stat(pid) is { } stat && stat.State != 'Z')
            {
                all.Add(stat);
            }
        }

        var known = new HashSet<int>(leaders);
        for (var before = 0; before != known.Count;)
        {
            before = known.Count;
            foreach (var stat in all)
            {
                if (known.Contains(stat.Parent) || leaders.Contains(stat.Session) || leaders.Contains(stat.Group))
                {
                    known.Add(stat.Pid);
                }
            }
        }

        known.ExceptWith(leaders);
        return known;
    }

    /// <summary>Our direct children, from the main thread's list (CONFIG_PROC_CHILDREN); empty where the kernel has none.</summary>
    static List<int> OwnChildren()
    {
        var text = ProcFile.Read(ChildrenFile);
        var pids = new List<int>();
        var value = 0;
        foreach (var c in text)
        {
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                value = (value * 10) + (c - '0');
            }
            else if (value > 0)
            {
                pids.Add(value);
                value = 0;
            }
        }

        return pids;
    }
}
