using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>Bounded reads. Latin-1, so that every byte survives and counts as one character.</summary>
static unsafe class Reading
{
    /// <summary>One read; empty at the end of the stream, or when a non-blocking descriptor has nothing.</summary>
    public static string Some(int fd)
    {
        var buffer = new byte[64 * 1024];
        fixed (byte* into = buffer)
        {
            var got = Libc.read(fd, into, (nuint)buffer.Length);
            return got <= 0 ? "" : Encoding.Latin1.GetString(buffer, 0, (int)got);
        }
    }

    /// <summary>All up to the end of the stream.</summary>
    public static string ToEnd(int fd)
    {
        var all = new StringBuilder();
        while (true)
        {
            Assert.True(Bounded.Poll(fd), "nothing came, and no end either; so far: " + all);
            var some = Some(fd);
            if (some.Length == 0)
            {
                return all.ToString();
            }

            all.Append(some);
        }
    }

    /// <summary>One line without its end, read byte by byte so that nothing after it is taken.</summary>
    public static string Line(int fd)
    {
        var line = new StringBuilder();
        while (true)
        {
            Assert.True(Bounded.Poll(fd), "no line came; so far: " + line);
            byte one;
            Assert.True(Libc.read(fd, &one, 1) == 1, "the stream ended; so far: " + line);
            if (one == '\n')
            {
                return line.ToString();
            }

            line.Append((char)one);
        }
    }
}
