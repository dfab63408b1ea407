using System.Buffers.Binary;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Loop;

/// <summary>
/// The one epoll loop. Level-triggered, so a source may leave work behind; no timerfd: the timeout of epoll_wait is the single next
/// deadline. An exception in a source closes that source and nothing else: PID 1 must not end because of an error.
/// What can go wrong: a source closed in the same batch that its event sits in (each registration has a generation, so a stale
/// event is dropped); a regular file in epoll (EPERM: `TryAdd` says so and the caller treats it as always ready).
/// </summary>
public sealed unsafe class EventLoop : IDisposable
{
    const int Capacity = 256;

    readonly Fd _epoll;
    readonly byte[] _events = GC.AllocateUninitializedArray<byte>(Capacity * 16, pinned: true);
    readonly int _stride = Libc.EpollEventSize;
    readonly int _dataOffset = Libc.EpollDataOffset;
    Registration[] _registrations = new Registration[64];
    uint _generation;
    int _ready;

    public EventLoop() => _epoll = Fd.Take(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1", "making the event loop");

    /// <summary>Told of every exception that escaped a source.</summary>
    public Action<Exception>? Fault { get; set; }

    /// <summary>Watches a descriptor; throws when the kernel refuses.</summary>
    public void Add(int fd, IPollable source, uint mask, Urgency urgency)
    {
        if (!TryAdd(fd, source, mask, urgency))
        {
            throw new LinuxException("epoll_ctl", Libc.EPERM, "watching a descriptor");
        }
    }

    /// <summary>Watches a descriptor; false when it is of a kind that epoll cannot watch and that is always ready (a regular file).</summary>
    public bool TryAdd(int fd, IPollable source, uint mask, Urgency urgency)
    {
        if (fd >= _registrations.Length)
        {
            Array.Resize(ref _registrations, Math.Max(fd + 1, _registrations.Length * 2));
        }

        var registration = new Registration(source, ++_generation, urgency);
        if (Control(Libc.EPOLL_CTL_ADD, fd, mask, registration.Generation) != 0)
        {
            var errno = Libc.Errno;
            return errno == Libc.EPERM ? false : throw new LinuxException("epoll_ctl", errno, "watching a descriptor");
        }

        _registrations[fd] = registration;
        return true;
    }

    /// <summary>Changes what a watched descriptor waits for.</summary>
    public void Change(int fd, uint mask)
    {
        if (Control(Libc.EPOLL_CTL_MOD, fd, mask, _registrations[fd].Generation) != 0)
        {
            throw new LinuxException("epoll_ctl", Libc.Errno, "changing what a descriptor waits for");
        }
    }

    /// <summary>Stops watching. Call before closing the descriptor.</summary>
    public void Remove(int fd)
    {
        // ENOENT and EBADF cannot happen to an owned, watched descriptor; any other error leaves nothing to do either.
        _ = Control(Libc.EPOLL_CTL_DEL, fd, 0, 0);
        _registrations[fd] = default;
    }

    /// <summary>Waits until something is ready or the deadline has come. Then call <see cref="Dispatch"/> for each urgency.</summary>
    /// <param name="now">Read just before the call.</param>
    /// <param name="deadline">Never: wait without limit. In the past: only look.</param>
    public void Wait(Instant now, Instant deadline)
    {
        fixed (byte* buffer = _events)
        {
            _ready = Libc.epoll_wait(_epoll.Number, buffer, Capacity, TimeoutMs(now, deadline));
        }

        if (_ready < 0)
        {
            var errno = Libc.Errno;
            _ready = 0;
            if (errno != Libc.EINTR)
            {
                throw new LinuxException("epoll_wait", errno, "waiting for events");
            }
        }
    }

    /// <summary>Calls the ready sources of one urgency.</summary>
    public void Dispatch(Urgency urgency)
    {
        for (var i = 0; i < _ready; i++)
        {
            var entry = _events.AsSpan(i * _stride, _stride);
            var data = BinaryPrimitives.ReadUInt64LittleEndian(entry[_dataOffset..]);
            var fd = (int)(data & 0x7fffffff);
            var registration = _registrations[fd];
            if (registration.Source is null || registration.Generation != (uint)(data >> 32) || registration.Urgency != urgency)
            {
                continue;
            }

            try
            {
                registration.Source.OnReady(BinaryPrimitives.ReadUInt32LittleEndian(entry));
            }
#pragma warning disable CA1031 // The law: an unexpected error costs its source, never the loop.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Contain(fd, registration, error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    /// <summary>Rounded up: waking a millisecond early would only spin.</summary>
    static int TimeoutMs(Instant now, Instant deadline)
    {
        if (!deadline.IsSet)
        {
            return -1;
        }

        var left = deadline.Nanoseconds - now.Nanoseconds;
        return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, (left + 999_999) / 1_000_000);
    }

    void Contain(int fd, Registration registration, Exception error)
    {
        if (_registrations[fd].Generation == registration.Generation)
        {
            Remove(fd);
        }

        registration.Source!.OnFault();
        Fault?.Invoke(error);
    }

    int Control(int operation, int fd, uint mask, uint of)
    {
        var entry = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(entry, 4), mask);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(entry + _dataOffset, 8), ((ulong)of << 32) | (uint)fd);
        return Libc.epoll_ctl(_epoll.Number, operation, fd, entry);
    }

    readonly record struct Registration(IPollable? Source, uint Generation, Urgency Urgency);
}
