using Init.Linux.Interop;

namespace Init.Linux.Readiness;

/// <summary>
/// The listening stream sockets of one network namespace, from /proc/net/tcp, tcp6 and unix (proc(5)): inode, and what is known of it in one number.
/// Read in pieces and line by line: a machine with a hundred thousand connections must not cost memory.
/// </summary>
public sealed unsafe class ListenerTable
{
    /// <summary>Port of a row that is a unix socket.</summary>
    public const int Unix = 0x10000;

    /// <summary>Owner of a row that names none.</summary>
    public const int NoOwner = -1;

    const int BufferSize = 64 * 1024;
    const int Listen = 0x0A;

    /// <summary>The kernel lists what listens first; so much of other connections, and there is nothing to come.</summary>
    const int Patience = 2 * BufferSize;

    static readonly byte[] Buffer = new byte[BufferSize];

    readonly Dictionary<int, long> _rows = [];

    /// <summary>Inode to port (or <see cref="Unix"/>) in the upper half, uid in the lower.</summary>
    public Dictionary<int, long> Rows => _rows;

    /// <summary>The TCP port, or <see cref="Unix"/>.</summary>
    public static int PortOf(long row) => (int)(row >> 32);

    /// <summary>The uid, or <see cref="NoOwner"/>.</summary>
    public static int OwnerOf(long row) => (int)row;

    /// <summary>Whether a row answers the question for a port; 0 asks for any socket.</summary>
    public static bool IsFor(long row, int port) => port == 0 || PortOf(row) == port;

    /// <summary>Reads the tables of the namespace in which a process is: "/proc/net" or "/proc/PID/net".</summary>
    public void Read(string folder)
    {
        _rows.Clear();
        ReadFile(folder + "/tcp", isUnix: false);
        ReadFile(folder + "/tcp6", isUnix: false);
        ReadFile(folder + "/unix", isUnix: true);
    }

    /// <summary>Takes whole lines, the head included.</summary>
    /// <returns>Bytes used up: up to the last newline.</returns>
    public int Take(ReadOnlySpan<byte> text, bool isUnix)
    {
        var used = 0;
        for (var end = text.IndexOf((byte)'\n'); end >= 0; end = text[used..].IndexOf((byte)'\n'))
        {
            TakeLine(text.Slice(used, end), isUnix);
            used += end + 1;
        }

        return used;
    }

    void ReadFile(string path, bool isUnix)
    {
        using var name = new Utf8z(path);
        var fd = Libc.open(name.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return; // no IPv6, or no /proc: what is not to be had is not seen
        }

        var kept = 0;
        fixed (byte* into = Buffer)
        {
            for (var idle = 0L; idle <= Patience;)
            {
                var got = Libc.read(fd, into + kept, (nuint)(BufferSize - kept));
                if (got <= 0)
                {
                    break;
                }

                var length = kept + (int)got;
                var before = _rows.Count;
                var used = Take(Buffer.AsSpan(0, length), isUnix);
                kept = length - used;
                if (kept == BufferSize)
                {
                    break; // no such line exists
                }

                Buffer.AsSpan(used, kept).CopyTo(Buffer);
                idle = isUnix || _rows.Count > before ? 0 : idle + got;
            }
        }

        _ = Libc.close(fd);
    }

    void TakeLine(ReadOnlySpan<byte> line, bool isUnix)
    {
        if (isUnix)
        {
            TakeUnix(line);
        }
        else
        {
            TakeTcp(line);
        }
    }

    /// <summary>"0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 12345 …"</summary>
    void TakeTcp(ReadOnlySpan<byte> line)
    {
        _ = Word(ref line);
        var address = Word(ref line);
        _ = Word(ref line);
        if (Number(Word(ref line), 16) != Listen)
        {
            return;
        }

        var port = Number(address[(address.LastIndexOf((byte)':') + 1)..], 16);
        for (var i = 0; i < 3; i++)
        {
            _ = Word(ref line);
        }

        var owner = Number(Word(ref line), 10);
        _ = Word(ref line);
        Add(Number(Word(ref line), 10), port, (int)owner);
    }

    /// <summary>"0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/app.sock"</summary>
    void TakeUnix(ReadOnlySpan<byte> line)
    {
        const int AcceptsConnections = 0x10000;
        const int Stream = 1;
        for (var i = 0; i < 3; i++)
        {
            _ = Word(ref line);
        }

        var flags = Number(Word(ref line), 16);
        var type = Number(Word(ref line), 16);
        _ = Word(ref line);
        var inode = Number(Word(ref line), 10);

        // Each .NET program listens there from its first moment on, long before it serves anybody.
        if ((flags & AcceptsConnections) != 0 && type == Stream && line.IndexOf("/dotnet-diagnostic-"u8) < 0)
        {
            Add(inode, Unix, NoOwner);
        }
    }

    void Add(long inode, long port, int owner)
    {
        if (inode > 0)
        {
            _rows[(int)inode] = (port << 32) | (uint)owner;
        }
    }

    static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart((byte)' ');
        var end = line.IndexOf((byte)' ');
        var word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        return word;
    }

    /// <summary>-1 for what is no number.</summary>
    static long Number(ReadOnlySpan<byte> word, int digits)
    {
        long value = word.IsEmpty ? -1 : 0;
        foreach (var c in word)
        {
            var digit = char.IsAsciiHexDigit((char)c) ? (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) : digits;
            if (digit >= digits || value < 0)
            {
                return -1;
            }

            value = (value * digits) + digit;
        }

        return value;
    }
}
