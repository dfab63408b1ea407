using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Readiness;

namespace Init.Linux.Runtime;

/// <summary>
/// Moves one stream of one process from its pipe through the framer to the sink. One bounded read per turn, so that a chatty worker
/// delays nobody. Ends at end of file: a grandchild that keeps the pipe open keeps its log going.
/// What can go wrong: the sink is congested. Then the pump leaves the loop altogether (a hung-up pipe would otherwise wake it for
/// ever) and the sink calls it back.
/// </summary>
public sealed unsafe class LogPump : IPollable
{
    /// <summary>Most that is taken when its process has ended, so that the last words come before the exit event.</summary>
    const int DrainLimit = 1024 * 1024;

    /// <summary>One read; shared by all pumps of the thread.</summary>
    static readonly byte[] Chunk = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    readonly EventLoop _loop;
    readonly LogSink _sink;
    readonly Fd _pipe;
    readonly StreamHead _head;
    readonly LineFramer _framer;
    readonly Action<LogPump> _onClosed;
    bool _isPaused;

    public LogPump(EventLoop loop, LogSink sink, Fd pipe, StreamHead head, LineBudget budget, Action<LogPump> onClosed)
    {
        _loop = loop;
        _sink = sink;
        _pipe = pipe;
        _head = head;
        _framer = new LineFramer(budget);
        _onClosed = onClosed;
        loop.Add(pipe.Number, this, Libc.EPOLLIN, Urgency.Logs);
    }

    /// <summary>Sees the lines until one matches; null: nobody does.</summary>
    internal LineMatcher? Matcher { get; set; }

    /// <summary>Keeps the last lines; null: nobody does.</summary>
    internal OutputTail? Tail { get; set; }

    bool IsClosed => _pipe.Number < 0;

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        if (_sink.IsCongested)
        {
            Pause();
            return;
        }

        _ = ReadOnce();
    }

    /// <inheritdoc/>
    public void OnFault() => Close(isWatched: false);

    /// <summary>Takes all that is there now, up to a limit; the rest comes with the loop.</summary>
    public void Drain()
    {
        for (var total = 0; total < DrainLimit && !IsClosed && !_isPaused && !_sink.IsCongested;)
        {
            var got = ReadOnce();
            if (got <= 0)
            {
                return;
            }

            total += got;
        }
    }

    /// <summary>The end of pminit: takes what is there while the sink has room or gets some before the deadline, and lets go.</summary>
    public void Finish(Instant deadline)
    {
        for (var total = 0; total < DrainLimit && !IsClosed && _sink.MakeRoom(deadline);)
        {
            var got = ReadOnce();
            if (got <= 0)
            {
                break;
            }

            total += got;
        }

        if (!IsClosed)
        {
            Close(isWatched: !_isPaused);
        }
    }

    /// <summary>Back into the loop.</summary>
    public void Resume()
    {
        if (_isPaused && !IsClosed)
        {
            _isPaused = false;
            _loop.Add(_pipe.Number, this, Libc.EPOLLIN, Urgency.Logs);
        }
    }

    /// <returns>Bytes read; 0 at the end of the stream; -1 when there is nothing now.</returns>
    int ReadOnce()
    {
        nint got;
        fixed (byte* into = Chunk)
        {
            got = Libc.read(_pipe.Number, into, (nuint)Chunk.Length);
        }

        if (got < 0)
        {
            var errno = Libc.Errno;
            return errno is Libc.EAGAIN or Libc.EINTR ? -1 : throw new LinuxException("read", errno, "reading a worker's output");
        }

        if (got == 0)
        {
            Close(isWatched: !_isPaused);
            return 0;
        }

        var now = Clock.UnixMs;
        var lines = _framer.Feed(Chunk.AsSpan(0, (int)got));
        while (lines.TryTake(out var line))
        {
            Take(line, now);
        }

        return (int)got;
    }

    void Take(FramedLine line, long now)
    {
        _sink.Write(_head, line, now);
        Tail?.Add(line, _head.IsError);
        if (Matcher is not null)
        {
            Matcher.See(line.Text);
            Matcher = Matcher.IsDone ? null : Matcher;
        }
    }

    void Pause()
    {
        _loop.Remove(_pipe.Number);
        _isPaused = true;
        _sink.ResumeLater(this);
    }

    void Close(bool isWatched)
    {
        if (_framer.TakeRest(out var line))
        {
            Take(line, Clock.UnixMs);
        }

        if (isWatched)
        {
            _loop.Remove(_pipe.Number);
        }
        else
        {
            _sink.Forget(this);
        }

        _pipe.Dispose();
        _onClosed(this);
    }
}
