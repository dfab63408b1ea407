using System.Net;
using System.Net.Sockets;
using System.Text;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Ipc;

/// <summary>Node's channel over a real socket pair, with workers that do all that a worker should not.</summary>
public sealed unsafe class IpcChannelTests : IDisposable
{
    const int MostPerTurn = 16 * 1024;

    readonly EventLoop _loop = new();
    readonly IpcChannel _channel;
    readonly ChannelEnd _worker;
    readonly List<string> _heard = [];
    long _bytesHeard;

    public IpcChannelTests()
    {
        var (channel, worker) = IpcChannel.TryMake()!.Value;
        (_channel, _worker) = (channel, new ChannelEnd(worker));
        _loop.Fault = error => Assert.Fail(error.ToString());
        _channel.Watch(_loop, message =>
        {
            _bytesHeard += message.Length;
            _heard.Add(Encoding.UTF8.GetString(message));
        });
    }

    public void Dispose()
    {
        _channel.Dispose();
        _worker.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void Messages_AreHeard_InOrderAndInPieces()
    {
        _worker.Write("\"a\"\n{\"b\":");
        Bounded.TurnUntil(_loop, () => _heard.Count == 1);
        _worker.Write("1}\n42\n");
        Bounded.TurnUntil(_loop, () => _heard.Count == 3);
        Assert.Equal(["\"a\"", "{\"b\":1}", "42"], _heard);
    }

    [Fact]
    public void LongMessage_IsHeardByItsHead_AndNextOneWhole()
    {
        _worker.Write(new string('x', 100_000));
        Bounded.TurnUntil(_loop, () => _heard.Count == 1); // before its end is there
        _worker.Write(new string('x', 50_000) + "\n\"ready\"\n");
        Bounded.TurnUntil(_loop, () => _heard.Count == 2);
        Assert.Equal(IpcChannel.LongestMessage, _heard[0].Length);
        Assert.Equal("\"ready\"", _heard[1]);
    }

    [Fact]
    public void Flood_IsReadInBoundedPieces()
    {
        var written = _worker.Flood(string.Concat(Enumerable.Repeat("12345678\n", 1000)));
        Assert.InRange(written, 4 * MostPerTurn, int.MaxValue);
        for (var turn = 1; _bytesHeard < written / 9 * 8; turn++)
        {
            Bounded.Turn(_loop);
            Assert.InRange(_bytesHeard, 1, turn * MostPerTurn);
        }
    }

    [Fact]
    public void Channel_IsClosed_WhenTheWorkerClosesIt()
    {
        _worker.Write("last\n");
        _worker.Dispose();
        Bounded.TurnUntil(_loop, () => _channel.IsClosed);
        Assert.Equal(["last"], _heard);
        Assert.Equal(Libc.EPIPE, _channel.Send("x\n"u8));
    }

    [Fact]
    public void Channel_IsClosed_WhenTheWorkerResetsIt()
    {
        // Unread input makes the end of a unix socket a reset.
        Assert.Equal(0, _channel.Send("never read\n"u8));
        _worker.Dispose();
        Bounded.TurnUntil(_loop, () => _channel.IsClosed);
    }

    [Fact]
    public void Send_Fails_WhenTheWorkerIsGone_ThoughItsEndWasNotSeenYet()
    {
        _worker.Dispose();
        Assert.Equal(Libc.EPIPE, _channel.Send("x\n"u8));
    }

    [Fact]
    public void Send_SendsWholeMessagesOrNone_WhenTheWorkerDoesNotRead()
    {
        var sent = 0;
        int errno;
        while ((errno = _channel.Send("\"0123456789\"\n"u8)) == 0)
        {
            sent++;
        }

        Assert.Equal(Libc.EAGAIN, errno);
        for (var i = 0; i < sent; i++)
        {
            Assert.Equal("\"0123456789\"", _worker.ReadLine());
        }

        Assert.False(_worker.HasInput);
        Assert.Equal(0, _channel.Send("\"again\"\n"u8));
        Assert.Equal("\"again\"", _worker.ReadLine());
    }

    [Fact]
    public void Finish_HearsWhatWasSaidBefore()
    {
        _worker.Write("\"ready\"\n");
        _worker.Dispose();
        _channel.Finish();
        Assert.Equal(["\"ready\""], _heard);
        Assert.True(_channel.IsClosed);
    }

    [Fact]
    public void Finish_Ends_WhenSomebodyElseHoldsTheOtherEnd()
    {
        _worker.Write("half");
        Bounded.Run(_channel.Finish);
        Assert.Empty(_heard);
        Assert.True(_channel.IsClosed);
    }

    [Fact]
    public void Descriptors_AreClosed()
    {
        using var pipe = Pipe.Open();
        for (var i = 0; i < 5; i++)
        {
            _worker.Write("{}\n", pipe.Write.Number);
        }

        pipe.Write.Dispose();
        Bounded.TurnUntil(_loop, () => _heard.Count == 5);
        Assert.Equal("", Reading.ToEnd(pipe.Read.Number)); // an end only when nobody has the other one
    }

    /// <summary>close(2) of the last copy would wait until the peer has read all, which it never does.</summary>
    [Fact]
    public void SocketThatLingers_StallsNobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var address = new Libc.sockaddr_storage { ss_family = Libc.AF_INET };
        (address.rest[0], address.rest[1], address.rest[2], address.rest[5]) = ((byte)(port >> 8), (byte)port, 127, 1);
        using var client = Fd.Take(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket", "testing");
        Assert.Equal(0, Libc.connect(client.Number, &address, 16));
        using (var filler = new ChannelEnd(new Fd(TestLibc.dup(client.Number))))
        {
            Assert.InRange(filler.Flood(new string('x', 64 * 1024)), 1, int.MaxValue);
        }

        var linger = (15L << 32) | 1; // struct linger: on, 15 s
        Assert.Equal(0, Libc.setsockopt(client.Number, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, sizeof(long)));
        _worker.Write("{}\n", client.Number);
        client.Dispose(); // not the last copy: one is on its way
        var before = Clock.Now;
        Bounded.TurnUntil(_loop, () => _heard.Count == 1);
        Assert.InRange((Clock.Now - before).TotalSeconds, 0, 8);
    }
}
