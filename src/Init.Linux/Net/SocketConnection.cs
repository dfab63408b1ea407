using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Net;

/// <summary>
/// One connection of a <see cref="SocketServer"/>. Input is read only while nothing waits to be sent, so neither side can grow:
/// a client that sends and never reads is stopped by its own socket buffer.
/// </summary>
sealed unsafe class SocketConnection : IPollable, IDisposable
{
    const int ReadSize = 4096;

    /// <summary>More than any conversation needs; past it the peer is not speaking our protocol.</summary>
    const int InputLimit = 128 * 1024;

    readonly EventLoop _loop;
    readonly Fd _fd;
    readonly IConversation _conversation;
    readonly Urgency _urgency;
    readonly Action<SocketConnection> _onClosed;
    readonly ByteBuffer _input = new(keepBytes: 0);
    readonly ByteBuffer _output = new(keepBytes: 0);
    readonly TimeSpan _patience;
    Instant _deadline;
    bool _isFinishing;
    bool _isWaiting;
    uint _mask;

    public SocketConnection(
        EventLoop loop, Fd fd, IConversation conversation, Urgency urgency, Instant deadline, Action<SocketConnection> onClosed)
    {
        _loop = loop;
        _fd = fd;
        _conversation = conversation;
        _urgency = urgency;
        _deadline = deadline;
        _patience = deadline - Clock.Now;
        _onClosed = onClosed;
    }

    /// <summary>When its time is up. It is the peer's: as long as what it has asked for takes, there is none, and a part of an answer begins it anew.</summary>
    public Instant Deadline => _isWaiting && _output.Length == 0 ? Instant.Never : _deadline;

    /// <summary>Enters the loop and sends the greeting.</summary>
    public void Begin()
    {
        _mask = Libc.EPOLLIN;
        _loop.Add(_fd.Number, this, _mask, _urgency);
        _conversation.Wake = Wake;
        _conversation.Open(_output);
        Send();
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        if (_isWaiting && (events & Libc.EPOLLOUT) == 0)
        {
            Close(isWatched: true); // EPOLLHUP or EPOLLERR: nobody waits for the answer any more
        }
        else if (_output.Length > 0)
        {
            Send();
            if (_input.Length > 0 && !_isWaiting)
            {
                Converse();
            }
        }
        else
        {
            Receive();
        }
    }

    /// <inheritdoc/>
    public void OnFault() => Close(isWatched: false);

    /// <inheritdoc/>
    public void Dispose() => Close(isWatched: true);

    void Receive()
    {
        var room = _input.GetSpan(ReadSize)[..ReadSize];
        nint got;
        fixed (byte* into = room)
        {
            got = Libc.read(_fd.Number, into, ReadSize);
        }

        if (got <= 0)
        {
            if (got == 0 || Libc.Errno is not (Libc.EAGAIN or Libc.EINTR))
            {
                Close(isWatched: true);
            }

            return;
        }

        if (_isFinishing)
        {
            return; // the answer is out; what still comes is read only so that the close does not reset it
        }

        _input.Advance((int)got);
        if (_input.Length > InputLimit)
        {
            Close(isWatched: true);
            return;
        }

        Converse();
    }

    /// <summary>Answers what is complete. Stops when an answer cannot be sent at once, and goes on when it has been.</summary>
    void Converse(bool isWoken = false)
    {
        while (!_isFinishing && (isWoken || _output.Length == 0) && _fd.Number >= 0)
        {
            isWoken = false;
            var before = _input.Length;
            var verdict = _conversation.Converse(_input, _output);
            _isFinishing = verdict == Verdict.Finish;
            if (verdict == Verdict.Wait)
            {
                _isWaiting = true;
                Send();
                return;
            }

            Send();
            if (_input.Length == 0 || _input.Length == before)
            {
                return;
            }
        }
    }

    /// <summary>The conversation has its answer, or a part of it.</summary>
    void Wake()
    {
        if (_isWaiting && _fd.Number >= 0)
        {
            _isWaiting = false;
            _deadline = Clock.Now + _patience;
            Wait(Libc.EPOLLIN);
            Converse(isWoken: true);
        }
    }

    void Send()
    {
        while (_output.Length > 0)
        {
            nint sent;
            fixed (byte* from = _output.Span)
            {
                sent = Libc.send(_fd.Number, from, (nuint)_output.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            }

            if (sent < 0)
            {
                var errno = Libc.Errno;
                if (errno == Libc.EINTR)
                {
                    continue;
                }

                if (errno == Libc.EAGAIN)
                {
                    Wait(Libc.EPOLLOUT);
                    return;
                }

                Close(isWatched: true);
                return;
            }

            _output.Consume((int)sent);
        }

        if (_isFinishing)
        {
            // Half-close, then wait for the peer's end: closing with unread input would reset the connection and lose the answer.
            _ = Libc.shutdown(_fd.Number, Libc.SHUT_WR);
        }

        Wait(_isWaiting ? 0 : Libc.EPOLLIN); // with none, a peer that goes away is still told of
    }

    void Wait(uint mask)
    {
        if (_mask != mask)
        {
            _mask = mask;
            _loop.Change(_fd.Number, mask);
        }
    }

    void Close(bool isWatched)
    {
        if (_fd.Number < 0)
        {
            return;
        }

        if (isWatched)
        {
            _loop.Remove(_fd.Number);
        }

        _fd.Dispose();
        _onClosed(this);
    }
}
