using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>A worker's end of an IPC channel, as libuv uses it.</summary>
sealed unsafe class ChannelEnd(Fd fd) : IDisposable
{
    public void Write(string text, int descriptor = -1)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* from = bytes)
        {
            var part = new Libc.iovec { iov_base = (nint)from, iov_len = (nuint)bytes.Length };
            var control = stackalloc ulong[3]; // CMSG_SPACE(sizeof(int))
            var head = (Libc.cmsghdr*)control;
            *head = new Libc.cmsghdr { cmsg_len = (nuint)(sizeof(Libc.cmsghdr) + sizeof(int)), cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
            *(int*)(head + 1) = descriptor;
            var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1 };
            if (descriptor >= 0)
            {
                message.msg_control = (nint)control;
                message.msg_controllen = 3 * sizeof(ulong);
            }

            Assert.Equal(bytes.Length, TestLibc.sendmsg(fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL));
        }
    }

    /// <summary>As much as the socket takes.</summary>
    /// <returns>Bytes written.</returns>
    public int Flood(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var total = 0;
        fixed (byte* from = bytes)
        {
            for (nint sent; (sent = Libc.send(fd.Number, from, (nuint)bytes.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL)) > 0;)
            {
                total += (int)sent;
            }
        }

        return total;
    }

    public string ReadLine() => Reading.Line(fd.Number);

    public bool HasInput => Bounded.IsReady(fd.Number);

    public void Dispose() => fd.Dispose();
}
