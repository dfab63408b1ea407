using Init.Linux.Interop;

namespace Init.Linux.Ipc;

/// <summary>
/// What was posted to a worker and does not fit into its socket yet, in order and bounded. A descriptor goes with the first byte of its message; one that waits
/// is a copy, since the owner of the first may close it meanwhile.
/// </summary>
sealed unsafe class IpcOutbox
{
    const int MostBytes = 64 * 1024;
    const int MostDescriptors = 64;

    readonly Queue<Waiting> _waiting = [];
    int _bytes;
    int _descriptors;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>The worker lets too much come together.</summary>
    public bool IsOverfull { get; private set; }

    /// <summary>The kernel has no room for what goes along (its limit for descriptors on their way, memory): nobody tells when it has. Tried again after a while, and at the worker's next word.</summary>
    public bool IsStuck { get; private set; }

    /// <returns>False when it will not be sent: the other end is closed, or there is no descriptor left.</returns>
    public bool Post(int fd, ReadOnlySpan<byte> message, int descriptor)
    {
        var sent = 0;
        if (IsEmpty)
        {
            sent = Send(fd, message, descriptor);
            if (sent == message.Length)
            {
                return true;
            }

            if (sent < 0 && !IsForLater(Libc.Errno))
            {
                return false;
            }
        }

        IsOverfull = _bytes + message.Length > MostBytes || (descriptor >= 0 && _descriptors == MostDescriptors);
        if (IsOverfull)
        {
            return false;
        }

        Fd? copy = null;
        if (descriptor >= 0 && sent <= 0)
        {
            copy = new Fd(Libc.fcntl(descriptor, Libc.F_DUPFD_CLOEXEC, 3));
            if (copy.Number < 0)
            {
                return false;
            }

            _descriptors++;
        }

        var rest = message[Math.Max(sent, 0)..].ToArray();
        _waiting.Enqueue(new Waiting(rest, copy));
        _bytes += rest.Length;
        return true;
    }

    /// <summary>Sends what the socket takes.</summary>
    /// <returns>False when it is stuck: waiting for room in the socket would be in vain.</returns>
    public bool Flush(int fd)
    {
        IsStuck = false;
        while (_waiting.TryPeek(out var first))
        {
            var sent = Send(fd, first.Text.AsSpan(first.Sent), first.Descriptor?.Number ?? -1);
            var errno = sent < 0 ? Libc.Errno : 0;
            if (sent < 0 && !IsForLater(errno))
            {
                Clear(); // nobody is there; the end is seen by reading
                return true;
            }

            IsStuck = sent < 0 && errno is not (Libc.EAGAIN or Libc.EINTR);
            if (sent < 0)
            {
                return !IsStuck;
            }

            _descriptors -= first.Descriptor is null ? 0 : 1;
            first.Descriptor?.DisposeAtOnce();
            first.Descriptor = null;
            first.Sent += sent;
            _bytes -= sent;
            if (first.Sent < first.Text.Length)
            {
                break;
            }

            _waiting.Dequeue();
        }

        return true;
    }

    public void Clear()
    {
        foreach (var one in _waiting)
        {
            one.Descriptor?.DisposeAtOnce();
        }

        _waiting.Clear();
        (_bytes, _descriptors, IsStuck) = (0, 0, false);
    }

    static bool IsForLater(int errno) => errno is Libc.EAGAIN or Libc.EINTR or Libc.ENOMEM or Libc.ENOBUFS or Libc.ETOOMANYREFS;

    /// <returns>Bytes sent, or -1.</returns>
    static int Send(int fd, ReadOnlySpan<byte> text, int descriptor)
    {
        fixed (byte* from = text)
        {
            var part = new Libc.iovec { iov_base = (nint)from, iov_len = (nuint)text.Length };
            var control = stackalloc ulong[3]; // CMSG_SPACE(sizeof(int))
            var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1 };
            if (descriptor >= 0)
            {
                var head = (Libc.cmsghdr*)control;
                *head = new Libc.cmsghdr { cmsg_len = (nuint)(sizeof(Libc.cmsghdr) + sizeof(int)), cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
                *(int*)(head + 1) = descriptor;
                message.msg_control = (nint)control;
                message.msg_controllen = 3 * sizeof(ulong);
            }

            return (int)Libc.sendmsg(fd, &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
        }
    }

    sealed class Waiting(byte[] text, Fd? descriptor)
    {
        public byte[] Text { get; } = text;

        public int Sent { get; set; }

        public Fd? Descriptor { get; set; } = descriptor;
    }
}
