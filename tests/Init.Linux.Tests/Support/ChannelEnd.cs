using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>A worker's end of an IPC channel, as libuv uses it.</summary>
sealed unsafe class ChannelEnd(Fd fd) : IDisposable
{
    public int Number => fd.Number;

    public void Write(string text, params ReadOnlySpan<int> descriptors) => Assert.True(TryWrite(text, descriptors), "it does not fit, or nobody is there");

    /// <returns>False when not all of it fits, or nobody is there.</returns>
    public bool TryWrite(string text, params ReadOnlySpan<int> descriptors)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* from = bytes)
        {
            var part = new Libc.iovec { iov_base = (nint)from, iov_len = (nuint)bytes.Length };
            var length = sizeof(Libc.cmsghdr) + (descriptors.Length * sizeof(int));
            var control = stackalloc ulong[(length + 7) / 8];
            var head = (Libc.cmsghdr*)control;
            *head = new Libc.cmsghdr { cmsg_len = (nuint)length, cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
            descriptors.CopyTo(new Span<int>(head + 1, descriptors.Length));
            var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1 };
            if (descriptors.Length > 0)
            {
                message.msg_control = (nint)control;
                message.msg_controllen = (nuint)((length + 7) & ~7);
            }

            return TestLibc.sendmsg(fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL) == bytes.Length;
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

    /// <summary>One line, and the descriptor that came with its first byte; -1: none.</summary>
    public string ReadLine(out int descriptor)
    {
        Assert.True(Bounded.Poll(fd.Number), "no line came");
        byte first;
        var part = new Libc.iovec { iov_base = (nint)(&first), iov_len = 1 };
        var control = stackalloc ulong[3]; // CMSG_SPACE(sizeof(int))
        var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1, msg_control = (nint)control, msg_controllen = 3 * sizeof(ulong) };
        Assert.Equal(1, Libc.recvmsg(fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC));
        descriptor = message.msg_controllen >= (nuint)(sizeof(Libc.cmsghdr) + sizeof(int)) ? *(int*)((Libc.cmsghdr*)control + 1) : -1;
        return (char)first + ReadLine();
    }

    /// <summary>Reads what is there; the descriptors that come along are closed.</summary>
    /// <returns>False at the end of the channel.</returns>
    public bool TryDrain()
    {
        var text = stackalloc byte[4096];
        var control = stackalloc ulong[3];
        while (HasInput)
        {
            var part = new Libc.iovec { iov_base = (nint)text, iov_len = 4096 };
            var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1, msg_control = (nint)control, msg_controllen = 3 * sizeof(ulong) };
            if (Libc.recvmsg(fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC) <= 0)
            {
                return false;
            }

            if (message.msg_controllen >= (nuint)(sizeof(Libc.cmsghdr) + sizeof(int)))
            {
                Assert.Equal(0, Libc.close(*(int*)((Libc.cmsghdr*)control + 1)));
            }
        }

        return true;
    }

    public bool HasInput => Bounded.IsReady(fd.Number);

    public void Dispose() => fd.Dispose();
}
