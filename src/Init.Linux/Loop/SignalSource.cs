using System.Buffers.Binary;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Loop;

/// <summary>
/// signalfd(2) in the loop. Standard signals coalesce in the kernel, so a signal is a hint and never a count: SIGCHLD means
/// "wait until there is none left". Signals must be blocked in every thread (native/early.c), or the kernel may give them to another.
/// </summary>
public sealed unsafe class SignalSource : IPollable, IDisposable
{
    const int Batch = 32;

    readonly EventLoop _loop;
    readonly Fd _fd;
    readonly Action<Signal> _onSignal;
    readonly byte[] _buffer = new byte[Batch * Libc.SignalfdSiginfoSize];

    /// <param name="loop">Where to be dispatched.</param>
    /// <param name="signals">Bit n-1 for signal n; all blocked already.</param>
    /// <param name="onSignal">Called for each one read.</param>
    public SignalSource(EventLoop loop, ulong signals, Action<Signal> onSignal)
    {
        _loop = loop;
        _onSignal = onSignal;
        var set = new Libc.sigset_t { bits = signals };
        _fd = Fd.Take(Libc.signalfd(-1, &set, Libc.SFD_NONBLOCK | Libc.SFD_CLOEXEC), "signalfd", "opening the signal source");
        _loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Signals);
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        nint got;
        fixed (byte* into = _buffer)
        {
            got = Libc.read(_fd.Number, into, (nuint)_buffer.Length);
        }

        // A short or empty read (EAGAIN) is not an error: the signal was taken in an earlier turn.
        for (var at = 0; at + Libc.SignalfdSiginfoSize <= got; at += Libc.SignalfdSiginfoSize)
        {
            _onSignal(new Signal((int)BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(at))));
        }
    }

    /// <summary>Without signals PID 1 would be deaf, so the source stays: an error in one handler must not cost the next signal.</summary>
    public void OnFault() => _loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Signals);

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop.Remove(_fd.Number);
        _fd.Dispose();
    }
}
