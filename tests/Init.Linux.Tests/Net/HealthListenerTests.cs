using System.Net;
using Init.Core.Health;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Net;

public class HealthListenerTests
{
    static readonly HealthSettings AnyPort = new() { Port = 0 };

    [RequiresFact(Need.IPv6)]
    public void Listener_AnswersBothFamilies_WhenNoHostIsNamed()
    {
        using var listener = HealthListener.TryListen(AnyPort, out var port, out var errno);
        Assert.True(listener is not null, Libc.Describe(errno));
        Assert.InRange(port, 1, 65535);
        using var four = Client.ConnectTcp(IPAddress.Loopback, port);
        using var six = Client.ConnectTcp(IPAddress.IPv6Loopback, port);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(Bounded.Poll(listener.Number));
            using var peer = Accept(listener);
            Assert.True(Addresses.IsLoopbackPeer(peer.Number));
        }
    }

    [RequiresFact(Need.IPv6)]
    public void Listener_AnswersOneFamily_WhenTheHostIsIPv4()
    {
        using var listener = HealthListener.TryListen(AnyPort with { Host = "127.0.0.1" }, out var port, out _);
        Assert.NotNull(listener);
        using var four = Client.ConnectTcp(IPAddress.Loopback, port);
        var error = Assert.Throws<LinuxException>(() => Client.ConnectTcp(IPAddress.IPv6Loopback, port));
        Assert.Equal(Libc.ECONNREFUSED, error.Errno);
    }

    [RequiresFact(Need.IPv6)]
    public void Listener_AnswersIPv6_WhenTheHostIs()
    {
        using var listener = HealthListener.TryListen(AnyPort with { Host = "::1" }, out var port, out _);
        Assert.NotNull(listener);
        using var six = Client.ConnectTcp(IPAddress.IPv6Loopback, port);
        Assert.Throws<LinuxException>(() => Client.ConnectTcp(IPAddress.Loopback, port));
    }

    [Fact]
    public void Listener_FallsBackToIPv4_WhenTheKernelHasNoIPv6() =>
        OddThread.RunFailingOn(TestLibc.Socket, firstArgument: Libc.AF_INET6, Libc.EAFNOSUPPORT, () =>
        {
            using var listener = HealthListener.TryListen(AnyPort, out var port, out var errno);
            Assert.NotNull(listener);
            Assert.Equal(0, errno);
            using var four = Client.ConnectTcp(IPAddress.Loopback, port);
        });

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1")]
    public void TakenPort_IsTold(string? host)
    {
        using var first = HealthListener.TryListen(AnyPort with { Host = host }, out var port, out _);
        using var second = HealthListener.TryListen(AnyPort with { Host = host, Port = port }, out var none, out var errno);
        Assert.Null(second);
        Assert.Equal(0, none);
        Assert.Equal(Libc.EADDRINUSE, errno);
    }

    [Fact]
    public void Port_IsFreeAgain_WhenItsConnectionsLinger()
    {
        int port;
        using (var first = HealthListener.TryListen(AnyPort with { Host = "127.0.0.1" }, out port, out _))
        {
            using var client = Client.ConnectTcp(IPAddress.Loopback, port);
            Accept(first!).Dispose();
        }

        using var second = HealthListener.TryListen(AnyPort with { Host = "127.0.0.1", Port = port }, out var again, out var errno);
        Assert.True(second is not null, Libc.Describe(errno));
        Assert.Equal(port, again);
    }

    [Fact]
    public void ForeignAddress_IsAnError()
    {
        // TEST-NET-1 is nobody's.
        Assert.Null(HealthListener.TryListen(AnyPort with { Host = "192.0.2.1" }, out _, out var errno));
        Assert.NotEqual(0, errno);
    }

    [Theory]
    [InlineData("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n")]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n")]
    [InlineData("GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found\r\n")]
    [InlineData("rubbish\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n")]
    public void Probe_IsAnswered_OverTheWire(string request, string expected)
    {
        using var loop = new EventLoop();
        var listener = HealthListener.TryListen(AnyPort with { Host = "127.0.0.1" }, out var port, out _);
        using var server = new SocketServer(
            loop, listener!, Urgency.Health, 8, TimeSpan.FromHours(1), _ => new ProbeConversation());
        using var client = Client.ConnectTcp(IPAddress.Loopback, port);
        foreach (var part in request.Chunk(7))
        {
            client.Send(new string(part));
            Bounded.Turn(loop);
        }

        client.HalfClose();
        Bounded.TurnUntil(loop, () => client.Receive().IsClosed, () => { });
        Assert.Equal(0, client.Error);
        Assert.StartsWith(expected, client.Received);
    }

    static unsafe Fd Accept(Fd listener) => Fd.Take(Libc.accept4(listener.Number, null, null, Libc.SOCK_CLOEXEC), "accept4", "testing");

    sealed class ProbeConversation : IConversation
    {
        public void Open(ByteBuffer output)
        {
        }

        public Verdict Converse(ByteBuffer input, ByteBuffer output)
        {
            var request = HealthHttp.Read(input.Span, peerIsLoopback: true);
            if (!request.IsComplete)
            {
                return Verdict.Continue;
            }

            HealthHttp.Answer(request, new HealthView(ready: false, shuttingDown: false), output);
            return Verdict.Finish;
        }
    }
}
