using System.Net;
using System.Text;
using Init.Core.Health;
using Init.Core.Model;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;

namespace Init.Linux.Probes;

/// <summary>
/// Connects, and over HTTP asks for a page and reads the first line of the answer, at most 1 KiB. Nothing blocks. "localhost" is 127.0.0.1 and then ::1: a
/// server that listens on one of them only is well. What follows the first line is read and dropped: a server that cannot send it all may take that for an
/// error, and say so at each check.
/// </summary>
sealed unsafe class SocketProbe(EventLoop loop, HealthCheck check, int index, Action<string?> done, Func<Action<OfferAnswer>, InstanceConnection?>? toInstance = null) : Probe, IPollable
{
    /// <summary>The first line is no longer than this.</summary>
    const int LineSize = 1024;

    const int BufferSize = 8 * 1024;

    /// <summary>Of an answer that is longer, the rest is not heard.</summary>
    const int Patience = 256 * 1024;

    static readonly IPAddress[] Localhost = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    readonly IPAddress[] _addresses = check.UnixPath is not null ? [] : check.Host is null ? Localhost : [IPAddress.Parse(check.Host)];
    readonly byte[] _answer = check.Kind == ProbeKind.Http ? new byte[BufferSize] : [];

    InstanceConnection? _instance;
    Fd _fd = new(-1);
    int _next;
    Step _step;
    byte[] _request = [];
    int _sent;
    int _got;

    enum Step
    {
        Connecting,
        Asking,
        Reading,
        Lingering,
    }

    /// <inheritdoc/>
    public override void Begin()
    {
        _instance = toInstance?.Invoke(OnAnswered);
        if (_instance is null)
        {
            Connect("no address");
        }
        else if (_instance.Problem is { } problem)
        {
            done(problem);
        }
    }

    /// <inheritdoc/>
    public override string End()
    {
        Close();
        return _step == Step.Connecting ? _instance is null ? "no connection" : "it took no connection" : "connected, but no answer";
    }

    /// <inheritdoc/>
    public override bool IsLingering => _step == Step.Lingering && _fd.Number >= 0;

    /// <inheritdoc/>
    public override void Dispose() => Close();

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        switch (_step)
        {
            case Step.Connecting:
                OnConnected();
                break;
            case Step.Asking:
                Send();
                break;
            case Step.Reading:
                Receive();
                break;
            case Step.Lingering:
                Drop();
                break;
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _fd.Dispose();
        _fd = new Fd(-1);
        if (_step != Step.Lingering)
        {
            done("a fault of pminit itself");
        }
    }

    /// <summary>The instance has the connection, or has no use for it. Called by its channel, which has no part in what goes wrong here.</summary>
    void OnAnswered(OfferAnswer answer)
    {
        try
        {
            Follow(answer);
        }
        catch (LinuxException error)
        {
            done(error.Message);
        }
    }

    void Follow(OfferAnswer answer)
    {
        var own = _instance!.Own!;
        switch (answer)
        {
            case OfferAnswer.Taken:
                _fd = own;
                loop.Add(own.Number, this, Libc.EPOLLOUT, Urgency.Health); // at once: it is connected
                break;
            case OfferAnswer.NotServed when !_instance.IsShared:
                own.Dispose();
                _instance = null;
                Connect("no address"); // what listens there is no server of Node's
                break;
            default:
                own.Dispose();
                done(answer == OfferAnswer.NotServed ? "this instance does not listen there" : "it could not take the connection: it has no descriptor left, or has closed its channel");
                break;
        }
    }

    /// <summary>To the next address; when there is none, that was it.</summary>
    void Connect(string problem)
    {
        while (_next < Math.Max(1, _addresses.Length))
        {
            Libc.sockaddr_storage address;
            var length = check.UnixPath is { } path ? Addresses.Fill(&address, path) : Addresses.Fill(&address, _addresses[_next], check.PortOf(index));
            _next++;
            var number = Libc.socket(address.ss_family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
            if (number < 0)
            {
                problem = Libc.Describe(Libc.Errno);
                continue;
            }

            _fd = new Fd(number);
            var errno = Libc.connect(number, &address, length) == 0 ? 0 : Libc.Errno;
            if (errno is 0 or Libc.EINPROGRESS)
            {
                _step = Step.Connecting;
                loop.Add(number, this, Libc.EPOLLOUT, Urgency.Health); // at once when it is connected already
                return;
            }

            // A unix socket never says "in progress": its queue is full.
            problem = errno == Libc.EAGAIN ? "it accepts no connections" : Libc.Describe(errno);
            _fd.Dispose();
        }

        _fd = new Fd(-1);
        done(problem);
    }

    void OnConnected()
    {
        int errno;
        uint size = sizeof(int);
        if (Libc.getsockopt(_fd.Number, Libc.SOL_SOCKET, Libc.SO_ERROR, &errno, &size) != 0)
        {
            errno = Libc.Errno;
        }

        if (errno != 0)
        {
            Close();
            Connect(Libc.Describe(errno));
        }
        else if (check.Kind == ProbeKind.Tcp)
        {
            Finish(null);
        }
        else
        {
            _request = Encoding.ASCII.GetBytes($"GET {check.Path} HTTP/1.1\r\nHost: {check.Authority(index)}\r\nUser-Agent: pminit\r\nAccept: */*\r\nConnection: close\r\n\r\n");
            _step = Step.Asking;
            Send();
        }
    }

    void Send()
    {
        nint sent;
        fixed (byte* from = _request)
        {
            sent = Libc.send(_fd.Number, from + _sent, (nuint)(_request.Length - _sent), Libc.MSG_NOSIGNAL);
        }

        if (sent < 0)
        {
            var errno = Libc.Errno;
            if (errno is not (Libc.EAGAIN or Libc.EINTR))
            {
                Finish("connected, then " + Libc.Describe(errno));
            }

            return;
        }

        _sent += (int)sent;
        if (_sent == _request.Length)
        {
            _step = Step.Reading;
            loop.Change(_fd.Number, Libc.EPOLLIN);
        }
    }

    void Receive()
    {
        nint got;
        fixed (byte* into = _answer)
        {
            got = Libc.read(_fd.Number, into + _got, (nuint)(LineSize - _got));
        }

        if (got < 0)
        {
            var errno = Libc.Errno;
            if (errno is not (Libc.EAGAIN or Libc.EINTR))
            {
                Finish("connected, then " + Libc.Describe(errno));
            }

            return;
        }

        _got += (int)got;
        var answer = _answer.AsSpan(0, _got);
        if (got == 0 || _got == LineSize || answer.Contains((byte)'\n'))
        {
            var code = HttpStatusLine.Read(answer);
            if (code > 0 && got > 0)
            {
                _step = Step.Lingering;
            }
            else
            {
                Close();
            }

            done(HttpStatusLine.IsWell(code) ? null : code > 0 ? $"answered {code}" : _got == 0 ? "the connection was closed without an answer" : "what it answered is no HTTP/1");
        }
    }

    void Drop()
    {
        nint got;
        fixed (byte* into = _answer)
        {
            got = Libc.read(_fd.Number, into, BufferSize);
        }

        _got += Math.Max(0, (int)got);
        if ((got <= 0 && !(got < 0 && Libc.Errno is Libc.EAGAIN or Libc.EINTR)) || _got > Patience)
        {
            Close();
        }
    }

    void Finish(string? problem)
    {
        Close();
        done(problem);
    }

    void Close()
    {
        if (_fd.Number >= 0)
        {
            loop.Remove(_fd.Number);
            _fd.Dispose();
            _fd = new Fd(-1);
        }

        _instance?.Dispose();
        _instance?.Own?.Dispose(); // one that was not answered for
    }
}
