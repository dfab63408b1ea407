using System.Buffers.Text;
using System.Runtime.InteropServices;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// Gives back the pages of our own file that only the start needed (parsers, tables, the runtime's initialisation): 3 of 6 MB resident.
/// They are clean copies of the file, so nothing can be lost: what is needed again is mapped again from the page cache.
/// What can go wrong: dropping a page that was written to would undo the write. So read-only mappings are dropped in which the kernel says that no
/// page is anonymous (none was relocated), and of the writable one only the pages that the kernel says are still the file's. Between its
/// answer and the drop nobody may write to such a page for the first time: the loop has not begun, and the one other thread, the runtime's finalizer,
/// sleeps, and has been through its round before, so that what it writes to is no page of the file any more.
/// </summary>
public static unsafe class StartupMemory
{
    /// <summary>Call once, when everything is started. Without /proc only the heap is trimmed.</summary>
    public static void GiveBack()
    {
        // The tree of the ecosystem file, its text and its errors are garbage by now.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        nint start = 0, end = 0;
        var isOurs = false;
        var text = ProcFile.Read("/proc/self/smaps");
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (TryReadHeader(line, out var from, out var until, out var mayDrop, out var isWritable))
            {
                (start, end, isOurs) = (from, until, mayDrop);
                if (isWritable)
                {
                    GiveBackUnwritten(from, until);
                }
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

    /// <summary>Drops the pages of a writable mapping that are still those of the file (pagemap, see proc_pid_pagemap(5)).</summary>
    static void GiveBackUnwritten(nint start, nint end)
    {
        const ulong PresentInFile = (1UL << 63) | (1UL << 61);
        var pageSize = Environment.SystemPageSize;
        var flags = new ulong[(end - start) / pageSize];
        try
        {
            using var pagemap = File.OpenHandle("/proc/self/pagemap");
            var bytes = MemoryMarshal.AsBytes(flags.AsSpan());
            if (RandomAccess.Read(pagemap, bytes, start / pageSize * sizeof(ulong)) != bytes.Length)
            {
                return;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // a kernel without it: the pages stay
        }

        for (var first = 0; first < flags.Length;)
        {
            var next = first;
            while (next < flags.Length && (flags[next] & PresentInFile) == PresentInFile)
            {
                next++;
            }

            if (next > first)
            {
                _ = Libc.madvise(start + (first * pageSize), (nuint)((next - first) * pageSize), Libc.MADV_DONTNEED);
            }

            first = next + 1;
        }
    }

    /// <summary>"7f1b14421000-7f1b14731000 r-xp 00220000 fe:00 5309253  /usr/bin/pminit": private, not writable, backed by a file.</summary>
    static bool TryReadHeader(ReadOnlySpan<byte> line, out nint start, out nint end, out bool mayDrop, out bool isWritable)
    {
        (start, end, mayDrop, isWritable) = (0, 0, false, false);
        if (!Utf8Parser.TryParse(line, out long from, out var used, 'x') || used == line.Length || line[used] != (byte)'-'
            || !Utf8Parser.TryParse(line[(used + 1)..], out long until, out var more, 'x'))
        {
            return false;
        }

        (start, end) = ((nint)from, (nint)until);
        var rest = line[(used + 1 + more)..];
        mayDrop = (rest.StartsWith(" r-xp "u8) || rest.StartsWith(" r--p "u8)) && rest.Contains((byte)'/');
        isWritable = rest.StartsWith(" rw-p "u8) && rest.Contains((byte)'/');
        return true;
    }
}
