using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>Two descriptors of which what goes into one comes out of the other. Everything here is non-blocking or bounded.</summary>
sealed unsafe class Pipe : IDisposable
{
    Pipe(int read, int write)
    {
        Read = new Fd(read);
        Write = new Fd(write);
    }

    public Fd Read { get; }

    public Fd Write { get; }

    /// <summary>A pipe; the flags hold for both ends.</summary>
    public static Pipe Open(int flags = 0)
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.pipe2(ends, flags | Libc.O_CLOEXEC));
        return new Pipe(ends[0], ends[1]);
    }

    /// <summary>A connected pair of stream sockets.</summary>
    public static Pipe OpenSockets()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, TestLibc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, ends));
        return new Pipe(ends[0], ends[1]);
    }

    /// <summary>A pseudo terminal: its master reads, its slave is written to.</summary>
    public static Pipe OpenTerminal()
    {
        var master = TestLibc.posix_openpt(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC);
        Assert.True(master >= 0);
        Assert.Equal(0, TestLibc.grantpt(master));
        Assert.Equal(0, TestLibc.unlockpt(master));
        var name = stackalloc byte[64];
        Assert.Equal(0, TestLibc.ptsname_r(master, name, 64));
        var slave = Libc.open(name, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC, 0);
        Assert.True(slave >= 0);
        return new Pipe(master, slave);
    }

    /// <summary>Writes a text that must fit.</summary>
    public void Put(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(bytes.Length, TryPut(bytes));
    }

    /// <summary>Writes what fits now.</summary>
    /// <returns>Bytes taken; the write end must be non-blocking, or the bytes must fit.</returns>
    public int TryPut(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            return Math.Max(0, (int)Libc.write(Write.Number, from, (nuint)bytes.Length));
        }
    }

    /// <summary>Reads what is there now; null at the end of the stream.</summary>
    public string? TryTake()
    {
        var all = new StringBuilder();
        while (Bounded.IsReady(Read.Number))
        {
            var got = Reading.Some(Read.Number);
            if (got.Length == 0)
            {
                return all.Length == 0 ? null : all.ToString();
            }

            all.Append(got);
        }

        return all.ToString();
    }

    public void Dispose()
    {
        Read.Dispose();
        Write.Dispose();
    }
}
