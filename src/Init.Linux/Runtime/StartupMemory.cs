using System.Buffers.Text;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// Gives back the pages of our own file that only the start needed (parsers, tables, the runtime's initialisation): 3 of 6 MB resident.
/// They are clean copies of the file, so nothing can be lost: what is needed again is mapped again from the page cache.
/// A second after the start, because it takes milliseconds: on a machine without a CPU to spare they are those of the worker that has just begun.
/// What can go wrong: dropping a page that was written to (relocations) would undo the write. So only mappings are dropped in which the
/// kernel itself says that no page is anonymous.
/// </summary>
public sealed unsafe class StartupMemory
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>MADV_PAGEOUT of madvise(2), since Linux 5.4.</summary>
    const int MadvPageout = 21;

    /// <summary>When <see cref="Expire"/> has something to do; never, most of the time.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Call when everything is started, or something as rare has ended.</summary>
    public void GiveBackSoon(Instant now) => NextDeadline = now + Patience;

    /// <summary>Gives back what is due.</summary>
    public void Expire(Instant now)
    {
        if (NextDeadline <= now)
        {
            NextDeadline = Instant.Never;
            GiveBack();
        }
    }

    /// <summary>Without /proc only the heap is trimmed.</summary>
    static void GiveBack()
    {
        // The tree of the ecosystem file, its text and its errors are garbage by now.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        nint start = 0, end = 0;
        var isOurs = false;
        var text = ProcFile.Read("/proc/self/smaps");
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (TryReadHeader(line, out var from, out var until, out var mayDrop))
            {
                (start, end, isOurs) = (from, until, mayDrop);
            }
            else if (isOurs && line.StartsWith("Anonymous:"u8))
            {
                if (line["Anonymous:".Length..].Trim((byte)' ').SequenceEqual("0 kB"u8))
                {
                    // Refused (an odd kernel): then the pages stay, which is all that happens.
                    _ = Libc.madvise(start, (nuint)(end - start), Libc.MADV_DONTNEED);
                }

                isOurs = false;
            }
        }
    }

    /// <summary>"7f1b14421000-7f1b14731000 r-xp 00220000 fe:00 5309253  /usr/bin/pminit": private, not writable, backed by a file.</summary>
    static bool TryReadHeader(ReadOnlySpan<byte> line, out nint start, out nint end, out bool mayDrop)
    {
        (start, end, mayDrop) = (0, 0, false);
        if (!Utf8Parser.TryParse(line, out long from, out var used, 'x') || used == line.Length || line[used] != (byte)'-'
            || !Utf8Parser.TryParse(line[(used + 1)..], out long until, out var more, 'x'))
        {
            return false;
        }

        (start, end) = ((nint)from, (nint)until);
        var rest = line[(used + 1 + more)..];
        if (rest.StartsWith(" rw-p "u8) && rest.Contains((byte)'/'))
        {
            // Written pages must never be lost, so here the kernel itself reclaims what is clean; not where the file is not ours, and not
            // what another pminit maps too, which costs nothing twice.
            _ = Libc.madvise((nint)from, (nuint)(until - from), MadvPageout);
        }

        mayDrop = (rest.StartsWith(" r-xp "u8) || rest.StartsWith(" r--p "u8)) && rest.Contains((byte)'/');
        return true;
    }
}
