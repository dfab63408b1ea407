using System.Net;
using System.Text;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Tests.Support;

/// <summary>A client's non-blocking end, driven by the test in turns with the server's loop.</summary>
sealed unsafe class Client : IDisposable
{
    Client(Fd fd) => Fd = fd;

    public Fd Fd { get; }

    public static Client ConnectUnix(string path)
    {
        Libc.sockaddr_storage address;
        return Connect(&address, Addresses.Fill(&address, path));
    }

    /// <param name="to">Whom.</param>
    /// <param name="port">Where.</param>
    /// <param name="from">An address of this machine; null: the kernel chooses.</param>
    public static Client ConnectTcp(IPAddress to, int port, IPAddress? from = null)
    {
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, to, port);
        Libc.sockaddr_storage own;
        return from is null ? Connect(&address, length) : Connect(&address, length, &own, Addresses.Fill(&own, from, 0));
    }

    /// <summary>Bytes taken by the kernel; 0 when it takes none now; -1 when the connection is gone.</summary>
    public int TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            var sent = Libc.send(Fd.Number, from, (nuint)bytes.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            return sent >= 0 ? (int)sent : Libc.Errno == Libc.EAGAIN ? 0 : -1;
        }
    }

    public void Send(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(bytes.Length, TrySend(bytes));
    }

    /// <summary>No more will be sent; answers may still come.</summary>
    public void HalfClose() => Assert.Equal(0, Libc.shutdown(Fd.Number, Libc.SHUT_WR));

    /// <summary>What has arrived.</summary>
    public string Received { get; private set; } = "";

    /// <summary>True when the server has closed, whether in order or with a reset.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>errno when the connection was reset instead of closed.</summary>
    public int Error { get; private set; }

    /// <summary>Takes what is there now.</summary>
    public Client Receive()
    {
        var buffer = new byte[64 * 1024];
        while (!IsClosed)
        {
            nint got;
            fixed (byte* into = buffer)
            {
                got = Libc.read(Fd.Number, into, (nuint)buffer.Length);
            }

            if (got < 0 && Libc.Errno == Libc.EAGAIN)
            {
                break;
            }

            Error = got < 0 ? Libc.Errno : 0;
            IsClosed = got <= 0;
            Received += Encoding.ASCII.GetString(buffer, 0, Math.Max(0, (int)got));
        }

        return this;
    }

    public void Dispose() => Fd.Dispose();

    static Client Connect(Libc.sockaddr_storage* address, uint length, Libc.sockaddr_storage* own = null, uint ownLength = 0)
    {
        var fd = Fd.Take(Libc.socket(address->ss_family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket", "connecting");
        if ((own is not null && Libc.bind(fd.Number, own, ownLength) != 0) || Libc.connect(fd.Number, address, length) != 0)
        {
            var errno = Libc.Errno;
            fd.Dispose();
            throw new LinuxException(own is null ? "connect" : "bind or connect", errno, "connecting");
        }

        Assert.Equal(0, Libc.fcntl(fd.Number, Libc.F_SETFL, Libc.O_NONBLOCK));
        return new Client(fd);
    }
}
