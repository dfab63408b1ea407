using Init.Core.Ipc;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Ipc;

/// <summary>A message of a worker.</summary>
/// <param name="message">Its bytes, or the head of a long one; valid during the call.</param>
public delegate void IpcReceiver(ReadOnlySpan<byte> message);

/// <summary>
/// Our end of one process's NODE_CHANNEL_FD: JSON messages, a line each, in both directions. It frames, bounds and sends; what a message means is the receiver's
/// question. Descriptors that come along are closed at once.
/// What can go wrong: the worker floods (one bounded read per turn), never ends a message (only a bounded head is kept), never reads (a send fails, nothing is
/// queued, or, of what is posted, no more than <see cref="IpcOutbox"/> holds: then the channel ends), closes its end, or dies with unread messages, which resets
/// the connection: an end like any other. Our end stays open as long as the process lives: to Node its end means that the parent is gone.
/// </summary>
public sealed unsafe class IpcChannel : IPollable, IDisposable
{
    /// <summary>Longer messages are the apps' own affair: all that concern us are shorter.</summary>
    public const int LongestMessage = 8 * 1024;

    const int ReadSize = 16 * 1024;

    /// <summary>What a socket holds fits into it, though a read ends at each message with descriptors; somebody else below the worker may still be writing.</summary>
    const int LastReads = 512;

    /// <summary>CMSG_SPACE of all that one message can have along (SCM_MAX_FD): what does not fit is closed by the kernel in our name, and may block.</summary>
    const int ControlSize = 1032;

    readonly Fd _fd;
    readonly IpcFramer _framer = new(LongestMessage);
    readonly IpcOutbox _outbox = new();
    EventLoop? _loop;
    IpcReceiver? _receiver;
    bool _isTorn;

    public IpcChannel(Fd fd) => _fd = fd;

    /// <summary>No message will come any more, and none can be sent.</summary>
    public bool IsClosed => _fd.Number < 0;

    /// <summary>It ends, or has: nothing more is sent.</summary>
    public bool IsEnding => IsClosed || _isTorn;

    /// <summary>Called when the kernel has no room for a descriptor on its way: nobody tells when it has, so <see cref="Retry"/> has to be called.</summary>
    public Action? Stuck { get; set; }

    /// <summary>Called when the other end is closed, with whether messages of ours were left unread.</summary>
    public Action<bool>? Ended { get; set; }

    /// <summary>Our end, and the worker's.</summary>
    /// <returns>Null when there are no descriptors left; errno says so.</returns>
    public static (IpcChannel Channel, Fd Worker)? TryMake()
    {
        var pair = stackalloc int[2];
        return Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, pair) == 0
            ? (new IpcChannel(new Fd(pair[0])), new Fd(pair[1]))
            : null;
    }

    public void Watch(EventLoop loop, IpcReceiver receiver)
    {
        _receiver = receiver;
        _loop = loop;
        loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Signals); // before the turn's decisions, which it is part of
    }

    /// <summary>Something posted waits for the worker to read.</summary>
    public bool IsHeldUp => !_outbox.IsEmpty;

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        if ((events & Libc.EPOLLOUT) != 0)
        {
            Flush();
        }

        if ((events & ~Libc.EPOLLOUT) != 0)
        {
            ReadOnce();
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _loop = null;
        Dispose();
        Ended?.Invoke(false);
    }

    /// <summary>The process has ended: what it said before is still heard.</summary>
    public void Finish()
    {
        for (var i = 0; i < LastReads && ReadOnce(); i++)
        {
        }

        Dispose();
    }

    /// <summary>Sends a message, now or never: whole, or not at all.</summary>
    /// <param name="message">With its newline.</param>
    /// <returns>0; EAGAIN when the worker does not read; another errno when nobody is there to read.</returns>
    public int Send(ReadOnlySpan<byte> message)
    {
        if (IsClosed || _isTorn)
        {
            return Libc.EPIPE;
        }

        if (IsHeldUp)
        {
            return Libc.EAGAIN;
        }

        fixed (byte* from = message)
        {
            var sent = Libc.send(_fd.Number, from, (nuint)message.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            if (sent == message.Length)
            {
                return 0;
            }

            // Half of it went (which short ones never do): whatever followed would be part of this one.
            _isTorn = sent > 0;
            return sent < 0 ? Libc.Errno : Libc.EAGAIN;
        }
    }

    /// <summary>Sends a message after all that was posted before, now or when the worker reads. One who lets too much come together loses its channel.</summary>
    /// <param name="message">With its newline.</param>
    /// <param name="descriptor">Goes along, and stays the caller's; -1: none.</param>
    /// <returns>False when it will not be sent.</returns>
    public bool Post(ReadOnlySpan<byte> message, int descriptor = -1)
    {
        if (IsClosed || _isTorn)
        {
            return false;
        }

        var wasEmpty = _outbox.IsEmpty;
        var isPosted = _outbox.Post(_fd.Number, message, descriptor);
        if (_outbox.IsOverfull)
        {
            GiveUp();
            return false;
        }

        if (wasEmpty && !_outbox.IsEmpty)
        {
            _loop?.Change(_fd.Number, Libc.EPOLLIN | Libc.EPOLLOUT);
        }

        return isPosted;
    }

    /// <summary>Ends the channel, which ends the worker; what it said is still heard, and the end comes as any other, in a later turn.</summary>
    public void GiveUp()
    {
        _isTorn = true;
        _outbox.Clear();
        _ = Libc.shutdown(_fd.Number, Libc.SHUT_RDWR);
        _loop?.Change(_fd.Number, Libc.EPOLLIN);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop?.Remove(_fd.Number);
        _loop = null;
        _outbox.Clear();
        _fd.Dispose();
        _framer.Clear();
    }

    /// <summary>The kernel may have room now.</summary>
    public void Retry()
    {
        if (_outbox.IsStuck)
        {
            Flush();
        }
    }

    void Flush()
    {
        if (IsClosed)
        {
            return;
        }

        var isStuck = !_outbox.Flush(_fd.Number);
        _loop?.Change(_fd.Number, isStuck || _outbox.IsEmpty ? Libc.EPOLLIN : Libc.EPOLLIN | Libc.EPOLLOUT);
        if (isStuck)
        {
            Stuck?.Invoke();
        }
    }

    /// <returns>False when there is nothing (more) now.</returns>
    bool ReadOnce()
    {
        if (IsClosed)
        {
            return false;
        }

        var text = stackalloc byte[ReadSize];
        var control = stackalloc ulong[ControlSize / sizeof(ulong)];
        var part = new Libc.iovec { iov_base = (nint)text, iov_len = ReadSize };
        var message = new Libc.msghdr { msg_iov = (nint)(&part), msg_iovlen = 1, msg_control = (nint)control, msg_controllen = ControlSize };
        var got = (int)Libc.recvmsg(_fd.Number, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
        if (got <= 0)
        {
            var errno = got == 0 ? 0 : Libc.Errno;
            if (errno is not (Libc.EAGAIN or Libc.EINTR))
            {
                Dispose();
                Ended?.Invoke(errno == Libc.ECONNRESET);
            }

            return false;
        }

        _ = ControlData.Read((byte*)control, (int)message.msg_controllen);
        Retry();
        var rest = new ReadOnlySpan<byte>(text, got);
        while (_framer.TryTake(ref rest, out var line))
        {
            _receiver!(line);
        }

        return true;
    }
}
