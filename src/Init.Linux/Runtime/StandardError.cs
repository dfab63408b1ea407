using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>Lines on descriptor 2, for what happens before the log exists or where there is none (init mode, client verbs).</summary>
public static unsafe class StandardError
{
    /// <summary>Writes "pminit: text". A closed or full stderr is nobody's problem but the reader's.</summary>
    public static void Line(string text) => Write(2, $"pminit: {text}\n");

    /// <summary>Writes all of a text to a descriptor, blocking. Not for the server's loop.</summary>
    /// <returns>False when the descriptor took no more.</returns>
    public static bool Write(int fd, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* from = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var wrote = Libc.write(fd, from + at, (nuint)(bytes.Length - at));
                if (wrote < 0 && Libc.Errno != Libc.EINTR)
                {
                    return false;
                }

                at += Math.Max(0, (int)wrote);
            }
        }

        return true;
    }
}
