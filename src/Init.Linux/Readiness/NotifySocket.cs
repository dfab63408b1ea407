using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Readiness;

/// <summary>A datagram of sd_notify(3), and who sent it.</summary>
/// <param name="sender">The kernel's word. The pid is that in our namespace; 0 for a process outside it.</param>
/// <param name="datagram">Valid during the call.</param>
delegate void NotifyReceiver(Libc.ucred sender, ReadOnlySpan<byte> datagram);

/// <summary>
/// One process's NOTIFY_SOCKET: an abstract socket (no writable disk is needed) under a random name, which only its environment tells. The kernel says who
/// sends; whether that is the worker's tree is the receiver's question. Descriptors that come along are closed at once, which is also the answer to
/// systemd-notify's BARRIER.
/// </summary>
sealed unsafe class NotifySocket : IPollable, IDisposable
{
    /// <summary>Datagrams taken in one turn: a worker that sends without end delays nobody.</summary>
    const int PerTurn = 16;

    const int RandomBytes = 16;

    readonly Fd _fd;
    EventLoop? _loop;
    NotifyReceiver? _receiver;

    NotifySocket(Fd fd, string name)
    {
        _fd = fd;
        Name = name;
    }

    /// <summary>As NOTIFY_SOCKET has it: '@' and the abstract name.</summary>
    public string Name { get; }

    /// <summary>Null when the kernel gives none; errno says why.</summary>
    public static NotifySocket? TryMake()
    {
        var random = stackalloc byte[RandomBytes];
        if (Libc.getrandom(random, RandomBytes, 0) != RandomBytes)
        {
            return null;
        }

        var name = "pminit-" + Convert.ToHexStringLower(new ReadOnlySpan<byte>(random, RandomBytes));
        var number = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (number < 0)
        {
            return null;
        }

        var fd = new Fd(number);
        var address = new Libc.sockaddr_storage { ss_family = Libc.AF_UNIX };
        for (var i = 0; i < name.Length; i++)
        {
            address.rest[i + 1] = (byte)name[i]; // after the NUL of an abstract name
        }

        var one = 1;
        if (Libc.setsockopt(number, Libc.SOL_SOCKET, Libc.SO_PASSCRED, &one, sizeof(int)) != 0
            || Libc.bind(number, &address, (uint)(sizeof(ushort) + 1 + name.Length)) != 0)
        {
            fd.Dispose();
            return null;
        }

        return new NotifySocket(fd, "@" + name);
    }

    public void Watch(EventLoop loop, NotifyReceiver receiver)
    {
        _receiver = receiver;
        _loop = loop;
        loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Signals); // before exits are decided: READY, then the end, in this order
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        for (var i = 0; i < PerTurn && TakeOne(); i++)
        {
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _loop = null;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop?.Remove(_fd.Number);
        _loop = null;
        _fd.Dispose();
    }

    /// <returns>False when there is none now.</returns>
    bool TakeOne()
    {
        const int ControlSize = 1024; // credentials and as many descriptors as one message can carry (253)
        var text = stackalloc byte[NotifyMessage.Longest];
        var control = stackalloc ulong[ControlSize / sizeof(ulong)];
        var part = new Libc.iovec { iov_base = (nint)text, iov_len = NotifyMessage.Longest };
        var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1, msg_control = (nint)control, msg_controllen = ControlSize };
        var got = _fd.Number < 0 ? -1 : Libc.recvmsg(_fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
        if (got < 0)
        {
            return false;
        }

        var sender = ControlData.Read((byte*)control, (int)message.msg_controllen);
        if ((message.msg_flags & Libc.MSG_TRUNC) == 0)
        {
            _receiver!(sender, new ReadOnlySpan<byte>(text, (int)got));
        }

        return true;
    }
}
