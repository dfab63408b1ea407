using Init.Linux.Interop;

namespace Init.Linux.Loop;

/// <summary>
/// Tells when somebody sets the wall clock, without a look at it now and then: timerfd_settime(2) with TFD_TIMER_CANCEL_ON_SET, armed for a day that does not
/// come. The descriptor becomes readable (ECANCELED) when CLOCK_REALTIME jumps, after a suspend too.
/// What can go wrong: a kernel that does not offer it (some sandboxes). Then that is said, and schedules follow the clock at their next fire only.
/// </summary>
public sealed unsafe class ClockWatch : IPollable, IDisposable
{
    /// <summary>The year 2200, in seconds since 1970.</summary>
    const long FarAway = 7_258_118_400;

    readonly EventLoop _loop;
    readonly Action _onSet;
    readonly Action<string> _warn;
    readonly Fd _fd;

    /// <param name="loop">Where to be dispatched.</param>
    /// <param name="onSet">Called when the clock was set.</param>
    /// <param name="warn">Told when the kernel does not offer this.</param>
    public ClockWatch(EventLoop loop, Action onSet, Action<string> warn)
    {
        _loop = loop;
        _onSet = onSet;
        _warn = warn;
        _fd = new Fd(Libc.timerfd_create(Libc.CLOCK_REALTIME, Libc.TFD_NONBLOCK | Libc.TFD_CLOEXEC));
        if (_fd.Number < 0)
        {
            Refused(Libc.Errno);
        }
        else if (Arm())
        {
            _loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Signals);
        }
    }

    /// <summary>True while changes are told.</summary>
    public bool IsArmed { get; private set; }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        ulong count;
        if (Libc.read(_fd.Number, (byte*)&count, sizeof(ulong)) >= 0 || Libc.Errno == Libc.ECANCELED)
        {
            _onSet();
            if (!Arm())
            {
                _loop.Remove(_fd.Number);
            }
        }
    }

    /// <inheritdoc/>
    public void OnFault() => Stop();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsArmed)
        {
            _loop.Remove(_fd.Number);
        }

        Stop();
    }

    void Stop()
    {
        IsArmed = false;
        _fd.Dispose();
    }

    bool Arm()
    {
        var when = new Libc.itimerspec { it_value = new Libc.timespec { tv_sec = unchecked((nint)FarAway) } };
        IsArmed = Libc.timerfd_settime(_fd.Number, Libc.TFD_TIMER_ABSTIME | Libc.TFD_TIMER_CANCEL_ON_SET, &when, null) == 0;
        if (!IsArmed)
        {
            Refused(Libc.Errno);
        }

        return IsArmed;
    }

    void Refused(int errno) =>
        _warn($"this kernel does not tell when the clock is set ({Libc.Describe(errno)}): after that, schedules are right again from their next fire on");
}
