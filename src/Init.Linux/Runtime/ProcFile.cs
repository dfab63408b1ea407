using System.Globalization;
using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>Reads small files of /proc in one read(2), without the BCL's file streams. A process that is gone reads as empty.</summary>
public static unsafe class ProcFile
{
    static readonly byte[] Buffer = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    /// <summary>The file's bytes, at most 64 KiB; empty when it cannot be read. Valid until the next call.</summary>
    public static ReadOnlySpan<byte> Read(string path)
    {
        using var name = new Utf8z(path);
        var fd = Libc.open(name.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return [];
        }

        var length = 0;
        fixed (byte* into = Buffer)
        {
            while (length < Buffer.Length)
            {
                var got = Libc.read(fd, into + length, (nuint)(Buffer.Length - length));
                if (got <= 0)
                {
                    break;
                }

                length += (int)got;
            }
        }

        _ = Libc.close(fd);
        return Buffer.AsSpan(0, length);
    }

    /// <summary>Every process that /proc shows; none where it is not mounted.</summary>
    public static IEnumerable<int> AllPids()
    {
        string[] entries;
        try
        {
            entries = Directory.GetDirectories("/proc");
        }
        catch (IOException)
        {
            yield break; // no /proc here: the group signal is all there is
        }
        catch (UnauthorizedAccessException)
        {
            yield break; // likewise
        }

        foreach (var entry in entries)
        {
            if (int.TryParse(entry.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>One line of /proc/PID/stat (proc(5)), or null when the process is gone.</summary>
    public static ProcStat? Stat(int pid)
    {
        var text = Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

        // comm may hold spaces and parentheses: the fields start after the last ')'.
        var close = text.LastIndexOf((byte)')');
        if (close < 0 || close + 2 > text.Length)
        {
            return null;
        }

        var fields = Encoding.ASCII.GetString(text[(close + 2)..]).Split(' ');
        return fields.Length < 22 ? null : new ProcStat(
            pid,
            fields[0][0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[2], CultureInfo.InvariantCulture),
            int.Parse(fields[3], CultureInfo.InvariantCulture),
            long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture),
            long.Parse(fields[21], CultureInfo.InvariantCulture))
        {
            ChildrenTicks = long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture),
            Threads = int.Parse(fields[17], CultureInfo.InvariantCulture),
        };
    }
}

/// <summary>What we use of /proc/PID/stat.</summary>
/// <param name="Pid">Process.</param>
/// <param name="State">R, S, D, Z, T …</param>
/// <param name="Parent">Parent pid.</param>
/// <param name="Group">Process group.</param>
/// <param name="Session">Session.</param>
/// <param name="CpuTicks">User + system time, in clock ticks.</param>
/// <param name="ResidentPages">RSS in pages.</param>
public readonly record struct ProcStat(int Pid, char State, int Parent, int Group, int Session, long CpuTicks, long ResidentPages)
{
    /// <summary>User + system time of children that have ended and were waited for, and of theirs.</summary>
    public long ChildrenTicks { get; init; }

    /// <summary>Number of threads.</summary>
    public int Threads { get; init; }
}
