// Writes bytes to fd 1 and 2 with nothing in between, so that a test decides what arrives in one write and what does not.
// A failing write ends the worker with code 74, which no test asks for: a lost line must not look like a quiet worker.
using System.Runtime.InteropServices;
using System.Text;

namespace TestWorker;

static class Output
{
    const int WriteFailed = 74;

    public static void Line(string text) => Write(1, Encoding.UTF8.GetBytes(text + "\n"));

    public static void ErrorLine(string text) => Write(2, Encoding.UTF8.GetBytes(text + "\n"));

    public static void Text(string text) => Write(1, Encoding.UTF8.GetBytes(text));

    public static unsafe void Write(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Libc.write(fd, start, bytes.Length);
            }

            if (written >= 0)
            {
                bytes = bytes[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                Libc._exit(WriteFailed);
            }
        }
    }

    /// <summary>One line of <paramref name="length"/> bytes plus the newline; position is readable from the text, so that a lost part shows.</summary>
    public static void LongLine(int length)
    {
        var text = new StringBuilder(length + 10);
        while (text.Length < length)
        {
            text.Append(text.Length).Append('.');
        }

        text.Length = length;
        Line(text.ToString());
    }

    /// <summary>Numbered lines, forever when <paramref name="count"/> is negative. Every line names its writer.</summary>
    public static void Spam(long count, int width)
    {
        var writer = Environment.GetEnvironmentVariable("NODE_APP_INSTANCE") ?? "-";
        var padding = new string('x', width);
        for (long i = 0; i != count; i++)
        {
            Line($"spam {writer} {i} {padding}");
        }
    }
}
