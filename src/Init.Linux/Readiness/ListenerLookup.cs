using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Resources;
using Init.Linux.Runtime;

namespace Init.Linux.Readiness;

/// <summary>
/// Which workers listen: the kernel's tables of listening sockets, and the descriptors of the worker's tree. The leader is asked first and the tree only
/// when it does not listen itself. Where the descriptors of a process may not be read (another user, without CAP_SYS_PTRACE), its uid decides: a TCP socket of
/// that uid which was not there before the worker started.
/// </summary>
public sealed unsafe class ListenerLookup
{
    const int SysPtrace = 19;
    const int LinkSize = 64;

    readonly ListenerTable _table = new();

    /// <summary>Sockets that listened before a process was spawned, by its pid.</summary>
    readonly Dictionary<int, HashSet<int>> _before = [];

    HashSet<int>? _beforeNext;
    bool? _seesAll;

    enum Sight
    {
        No,
        Yes,
        Denied,
    }

    /// <summary>Takes what listens already, where that may be needed later.</summary>
    public void BeforeSpawn(AppSpec spec)
    {
        _beforeNext = null;
        _seesAll ??= MaySeeAll(Encoding.ASCII.GetString(ProcFile.Read("/proc/self/status")));
        if (spec.ReadyWhen.Kind == ReadyKind.Listening && !_seesAll.Value)
        {
            _table.Read("/proc/net");
            _beforeNext = [.. _table.Rows.Keys];
        }
    }

    /// <summary>The process exists.</summary>
    public void Spawned(int pid)
    {
        if (_beforeNext is { } before)
        {
            _before[pid] = before;
            _beforeNext = null;
        }
    }

    /// <summary>The process is gone.</summary>
    public void Ended(int pid) => _before.Remove(pid);

    /// <summary>Looks once for all of them.</summary>
    /// <returns>Those that listen.</returns>
    public ImmutableArray<ListenerQuestion> Look(ImmutableArray<ListenerQuestion> questions)
    {
        var found = ImmutableArray.CreateBuilder<ListenerQuestion>();
        var open = new Dictionary<int, ListenerQuestion>();
        _table.Read("/proc/net");
        foreach (var question in questions)
        {
            if (Listens(question.Pid, question) == Sight.Yes)
            {
                found.Add(question);
            }
            else
            {
                open[question.Pid] = question;
            }
        }

        if (open.Count > 0)
        {
            LookInTrees(open, found);
            LookInOtherNamespaces(open, found);
        }

        return found.ToImmutable();
    }

    /// <summary>Whether /proc/self/status tells of the capability to read every process's descriptors.</summary>
    public static bool MaySeeAll(string status)
    {
        const string Field = "CapEff:\t";
        var at = status.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        return at >= Field.Length && at + 16 <= status.Length
            && ulong.TryParse(status.AsSpan(at, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var capabilities)
            && (capabilities & (1UL << SysPtrace)) != 0;
    }

    void LookInTrees(Dictionary<int, ListenerQuestion> open, ImmutableArray<ListenerQuestion>.Builder found)
    {
        var leaders = new Leaders();
        foreach (var question in open.Values)
        {
            leaders.Add(question.Pid, question.Worker, question.Incarnation);
        }

        var table = new ProcessTable();
        foreach (var stat in table.All)
        {
            if (stat.State == 'Z' || leaders.Contains(stat.Pid))
            {
                continue;
            }

            if (open.TryGetValue(table.OwnerOf(stat, leaders), out var asked) && Listens(stat.Pid, asked) == Sight.Yes)
            {
                open.Remove(asked.Pid);
                found.Add(asked);
            }
        }
    }

    /// <summary>A worker may have been started in a network namespace of its own (`ip netns exec`, `unshare -n`). That can be seen where its links can be.</summary>
    void LookInOtherNamespaces(Dictionary<int, ListenerQuestion> open, ImmutableArray<ListenerQuestion>.Builder found)
    {
        var own = Link(Libc.AT_FDCWD, "/proc/self/ns/net");
        foreach (var question in open.Values)
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{question.Pid}/");
            if (Link(Libc.AT_FDCWD, folder + "ns/net") is { } its && its != own)
            {
                _table.Read(folder + "net");
                if (Listens(question.Pid, question) == Sight.Yes)
                {
                    found.Add(question);
                }
            }
        }
    }

    /// <summary>Looks through one process's descriptors.</summary>
    Sight Listens(int pid, ListenerQuestion question)
    {
        using var name = new Utf8z(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"));
        var folder = Libc.open(name.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        var sight = folder >= 0 ? LookThrough(folder, question.Port) : Libc.Errno is Libc.EACCES or Libc.EPERM ? Sight.Denied : Sight.No;
        if (folder >= 0)
        {
            _ = Libc.close(folder);
        }

        return sight == Sight.Denied && HasNewSocketOf(pid, question) ? Sight.Yes : sight;
    }

    Sight LookThrough(int folder, int port)
    {
        const int Size = 4096;
        var entries = stackalloc byte[Size];
        var link = stackalloc byte[LinkSize];
        for (nint got; (got = Libc.getdents64(folder, entries, Size)) > 0;)
        {
            for (nint at = 0; at < got; at += *(ushort*)(entries + at + Libc.DirentLengthOffset))
            {
                var length = Libc.readlinkat(folder, entries + at + Libc.DirentNameOffset, link, LinkSize);
                if (length < 0 && Libc.Errno is Libc.EACCES or Libc.EPERM)
                {
                    return Sight.Denied;
                }

                if (length > 0 && InodeOf(new ReadOnlySpan<byte>(link, (int)length)) is var inode and not 0
                    && _table.Rows.TryGetValue(inode, out var row) && ListenerTable.IsFor(row, port))
                {
                    return Sight.Yes;
                }
            }
        }

        return Sight.No;
    }

    bool HasNewSocketOf(int pid, ListenerQuestion question)
    {
        var uid = UidOf(Encoding.ASCII.GetString(ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"))));
        if (uid == ListenerTable.NoOwner || !_before.TryGetValue(question.Pid, out var before))
        {
            return false;
        }

        foreach (var (inode, row) in _table.Rows)
        {
            if (ListenerTable.OwnerOf(row) == uid && ListenerTable.IsFor(row, question.Port) && !before.Contains(inode))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The effective uid of a status file, the second of its four.</summary>
    public static int UidOf(string status)
    {
        const string Field = "\nUid:\t";
        var at = status.IndexOf(Field, StringComparison.Ordinal);
        var end = at < 0 ? -1 : status.IndexOf('\n', at + 1);
        var words = end < 0 ? [] : status[(at + Field.Length)..end].Split('\t');
        return words.Length == 4 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : ListenerTable.NoOwner;
    }

    /// <summary>"socket:[12345]"; 0 for anything else.</summary>
    public static int InodeOf(ReadOnlySpan<byte> link)
    {
        if (!link.StartsWith("socket:["u8) || link[^1] != ']')
        {
            return 0;
        }

        long inode = 0;
        foreach (var c in link["socket:[".Length..^1])
        {
            if (c is < (byte)'0' or > (byte)'9')
            {
                return 0;
            }

            inode = (inode * 10) + (c - '0');
        }

        return (int)inode;
    }

    static string? Link(int folder, string path)
    {
        using var name = new Utf8z(path);
        var text = stackalloc byte[LinkSize];
        var length = Libc.readlinkat(folder, name.Pointer, text, LinkSize);
        return length > 0 ? Encoding.UTF8.GetString(text, (int)length) : null;
    }
}
