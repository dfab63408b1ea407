using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Runtime;

/// <summary>
/// The last writer: every line of every worker and every event of pminit, in order, to standard output (or to standard error, where a format keeps the two apart). Lines gather in one buffer and
/// leave in one write per turn of the loop, or sooner when they are many. When the reader is slow the buffer fills to a mark, then pumps stop reading (back-pressure:
/// the worker's own pipe fills); pminit's own events are still taken up to a second mark, and beyond it dropped and counted.
/// What can go wrong: the reader goes away or the disk is full. Then lines are dropped and counted, and workers go on.
/// </summary>
public sealed class LogSink : IPollable, IDisposable
{
    /// <summary>Written out at once above this, within a turn too: a chunk of short lines grows a hundredfold as JSON.</summary>
    const int FlushMark = 64 * 1024;

    /// <summary>Pumps stop above this, and go on below half of it.</summary>
    const int HighWater = 256 * 1024;

    /// <summary>Own events are dropped above this.</summary>
    const int Ceiling = 1024 * 1024;

    readonly EventLoop _loop;
    readonly NonBlockingOutput _output;
    readonly ByteBuffer _pending = new(keepBytes: 2 * FlushMark);
    readonly LogWriter _writer;
    readonly List<LogPump> _paused = [];
    bool _isWatching;
    bool _isMidLine;
    bool _startsWithTornEnd;
    long _droppedUnsaid;

    /// <param name="loop">Where to wait for a slow reader.</param>
    /// <param name="fd">Descriptor to write to; not owned.</param>
    /// <param name="writer">The form of a line.</param>
    public LogSink(EventLoop loop, int fd, LogWriter writer)
    {
        _loop = loop;
        _writer = writer;
        _output = new NonBlockingOutput(fd);
    }

    /// <summary>True while pumps must not read.</summary>
    public bool IsCongested => _pending.Length >= HighWater;

    /// <summary>Lines that never reached the reader.</summary>
    public long Dropped { get; private set; }

    /// <summary>One line of a worker.</summary>
    public void Write(StreamHead head, FramedLine line, long unixMs)
    {
        _writer.Write(_pending, head, unixMs, line);
        if (_pending.Length >= FlushMark && !_isWatching)
        {
            Flush();
        }
    }

    /// <summary>One event of pminit.</summary>
    public void Write(LogEvent item)
    {
        if (_pending.Length >= Ceiling)
        {
            Drop(1);
            return;
        }

        _writer.Write(_pending, Clock.UnixMs, item);
    }

    /// <summary>Resumes this pump when there is room again.</summary>
    public void ResumeLater(LogPump pump) => _paused.Add(pump);

    /// <summary>The pump is closed and must not be resumed.</summary>
    public void Forget(LogPump pump) => _paused.Remove(pump);

    /// <summary>Writes what the reader takes now. Called once per turn.</summary>
    public void Flush()
    {
        while (_pending.Length > 0)
        {
            var wrote = _output.Write(_pending.Span, out var errno);
            if (errno == Libc.EAGAIN)
            {
                Watch();
                return;
            }

            if (errno == Libc.EINTR)
            {
                continue;
            }

            if (errno != 0)
            {
                DropPending();
                break;
            }

            Took(wrote);
        }

        Unwatch();
        ResumePumps();
    }

    /// <summary>The last flush: waits for a slow reader until all is written or the deadline has come.</summary>
    public void FlushFinally(Instant deadline)
    {
        Flush();
        while (_pending.Length > 0 && WaitForRoom(deadline))
        {
            Flush();
        }
    }

    /// <summary>At the end, when no loop calls back any more: makes room by waiting for the reader.</summary>
    /// <returns>False when there is none and the deadline has come.</returns>
    public bool MakeRoom(Instant deadline)
    {
        while (IsCongested && WaitForRoom(deadline))
        {
            Flush();
        }

        return !IsCongested;
    }

    /// <inheritdoc/>
    public void OnReady(uint events) => Flush();

    /// <inheritdoc/>
    public void OnFault() => _isWatching = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Unwatch();
        _output.Dispose();
    }

    bool WaitForRoom(Instant deadline)
    {
        var left = (deadline - Clock.Now).TotalMilliseconds;
        if (left <= 0)
        {
            return false;
        }

        _output.WaitForRoom((int)Math.Ceiling(left));
        return true;
    }

    void Took(int count)
    {
        _isMidLine = _pending.Span[count - 1] != (byte)'\n';
        _startsWithTornEnd = false;
        _pending.Consume(count);
        if (_droppedUnsaid > 0 && !_isMidLine)
        {
            var lost = _droppedUnsaid;
            _droppedUnsaid = 0;
            Write(new LogEvent(EventName.LogsDropped, LogLevel.Warn, $"{lost} log lines were lost: standard output did not take them")
            {
                Fields = [new LogField("lines", lost)],
            });
        }
    }

    void DropPending()
    {
        Drop(_pending.Span.Count((byte)'\n') - (_startsWithTornEnd ? 1 : 0));
        _pending.Clear();

        // A torn line ends before the next one, so that that one is readable: at the first write that works, which may not be the next.
        _startsWithTornEnd = _isMidLine;
        if (_isMidLine)
        {
            _pending.Append((byte)'\n');
        }
    }

    void Drop(long lines)
    {
        Dropped += lines;
        _droppedUnsaid += lines;
    }

    void ResumePumps()
    {
        if (_paused.Count == 0 || _pending.Length >= HighWater / 2)
        {
            return;
        }

        foreach (var pump in _paused)
        {
            pump.Resume();
        }

        _paused.Clear();
    }

    void Watch()
    {
        if (!_isWatching)
        {
            _isWatching = _loop.TryAdd(_output.Descriptor, this, Libc.EPOLLOUT, Urgency.Logs);
        }
    }

    void Unwatch()
    {
        if (_isWatching)
        {
            _loop.Remove(_output.Descriptor);
            _isWatching = false;
        }
    }
}
