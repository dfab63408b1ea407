using System.Text;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Net;

public sealed class SocketServerTests : IDisposable
{
    const int MaxConnections = 3;

    static readonly TimeSpan LongTime = TimeSpan.FromHours(1);

    readonly EventLoop _loop = new();
    readonly TempFolder _folder = new();
    readonly List<Client> _clients = [];
    readonly List<Exception> _faults = [];
    readonly SocketServer _server;
    bool _admits = true;

    public SocketServerTests()
    {
        var listener = ControlSocket.TryListen([_folder["socket"]], out var path);
        Assert.True(listener is not null, path);
        _loop.Fault = _faults.Add;
        _server = new SocketServer(
            _loop, listener, Urgency.Control, MaxConnections, LongTime, _ => _admits ? new LineConversation() : null);
    }

    public void Dispose()
    {
        _server.Dispose();
        _loop.Dispose();
        _clients.ForEach(client => client.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void Line_IsAnswered_AndTheNextOneToo()
    {
        var client = Connect();
        client.Send("hello\n");
        TurnUntil(() => client.Receive().Received == "greeting\nhello!\n");
        client.Send("again\nand again\n");
        TurnUntil(() => client.Receive().Received == "greeting\nhello!\nagain!\nand again!\n");
        Assert.False(client.IsClosed);
    }

    [Fact]
    public void SlowClient_IsAnswered_WhenEveryByteComesAlone()
    {
        var client = Connect();
        foreach (var c in "slow\n")
        {
            client.Send(c.ToString());
            Bounded.Turn(_loop);
            Bounded.Turn(_loop);
        }

        TurnUntil(() => client.Receive().Received == "greeting\nslow!\n");
    }

    [Fact]
    public void Finish_SendsAllAndCloses()
    {
        var client = Connect();
        client.Send("large\nignored\n");
        TurnUntil(() => client.Receive().IsClosed);
        Assert.Equal(0, client.Error);
        Assert.Equal("greeting\n".Length + LineConversation.LargeAnswer, client.Received.Length);
    }

    [Fact]
    public void Answer_IsKept_WhenTheClientHalfCloses()
    {
        var client = Connect();
        client.Send("large\n");
        client.HalfClose();
        TurnUntil(() => client.Receive().IsClosed);
        Assert.Equal("greeting\n".Length + LineConversation.LargeAnswer, client.Received.Length);
        TurnUntil(() => !_server.NextDeadline.IsSet);
    }

    [Fact]
    public void Answer_IsNotResetAway_WhenTheClientSendsMoreThanWasAskedFor()
    {
        var client = Connect();
        client.Send("large\n");
        var more = new byte[1000];
        TurnUntil(() =>
        {
            _ = client.TrySend(more);
            return client.Receive().IsClosed;
        });
        Assert.Equal(0, client.Error);
        Assert.Equal("greeting\n".Length + LineConversation.LargeAnswer, client.Received.Length);
    }

    [Fact]
    public void Flood_IsCutOff_AndOthersAreServed()
    {
        var flood = Connect();
        var other = Connect();
        var sent = 0L;
        var block = Encoding.ASCII.GetBytes(new string('x', 10_000));
        TurnUntil(() =>
        {
            var took = flood.TrySend(block);
            sent += Math.Max(0, took);
            return took < 0;
        });

        // What the server takes plus what the kernel holds for it.
        Assert.InRange(sent, 128 * 1024, 4 * 1024 * 1024);
        other.Send("here\n");
        TurnUntil(() => other.Receive().Received.EndsWith("here!\n", StringComparison.Ordinal));
    }

    [Fact]
    public void ClientThatNeverReads_IsStoppedByItsOwnBuffer()
    {
        var deaf = Connect();
        var other = Connect();
        var request = Encoding.ASCII.GetBytes("medium\n");
        var sent = 0L;
        for (var refusals = 0; refusals < 100;)
        {
            var took = deaf.TrySend(request);
            Assert.True(took >= 0, "it was closed");
            sent += took;
            Assert.InRange(sent, 0, 4 * 1024 * 1024);
            refusals = took == 0 ? refusals + 1 : 0;
            Bounded.Turn(_loop);
        }

        other.Send("here\n");
        TurnUntil(() => other.Receive().Received.EndsWith("here!\n", StringComparison.Ordinal));

        // When it reads at last it gets everything.
        TurnUntil(() => deaf.Receive().Received.Length >= sent / request.Length * LineConversation.MediumAnswer);
    }

    [Fact]
    public void Oldest_IsClosed_WhenThereAreTooMany()
    {
        var clients = Enumerable.Range(0, MaxConnections + 2).Select(_ => Connect()).ToList();
        Assert.Equal([true, true, false, false, false], clients.Select(client => client.Receive().IsClosed));
        clients[^1].Send("here\n");
        TurnUntil(() => clients[^1].Receive().Received == "greeting\nhere!\n");
    }

    [Fact]
    public void Connection_IsClosed_WhenItsTimeIsUp()
    {
        Assert.False(_server.NextDeadline.IsSet);
        var client = Connect();
        var deadline = _server.NextDeadline;
        Assert.True(deadline.IsSet);
        _server.Expire(new Instant(deadline.Nanoseconds - 1));
        Assert.False(client.Receive().IsClosed);
        _server.Expire(deadline);
        Assert.True(client.Receive().IsClosed);
        Assert.False(_server.NextDeadline.IsSet);
    }

    /// <summary>What it has asked for takes as long as it takes: a worker may be slow to start, or to stop.</summary>
    [Fact]
    public void Connection_IsKept_AsLongAsItWaits()
    {
        var client = Connect();
        var deadline = _server.NextDeadline;
        client.Send("wait\n");
        TurnUntil(() => !_server.NextDeadline.IsSet);
        _server.Expire(deadline);
        Assert.False(client.Receive().IsClosed);
    }

    [Fact]
    public void Connection_IsGone_WhenTheClientLeaves()
    {
        var client = Connect();
        Assert.True(_server.NextDeadline.IsSet);
        client.Dispose();
        TurnUntil(() => !_server.NextDeadline.IsSet);
    }

    [Fact]
    public void Client_IsRefused_WhenNotAdmitted()
    {
        _admits = false;
        var client = Client.ConnectUnix(_folder["socket"]);
        _clients.Add(client);
        TurnUntil(() => client.Receive().IsClosed);
        Assert.Equal("", client.Received);
        Assert.False(_server.NextDeadline.IsSet);
    }

    [Fact]
    public void Fault_CostsOneConnection()
    {
        var bad = Connect();
        var good = Connect();
        bad.Send("throw\n");
        good.Send("fine\n");
        TurnUntil(() => bad.Receive().IsClosed && good.Receive().Received == "greeting\nfine!\n");
        Assert.Equal("on purpose", Assert.Single(_faults).Message);
        bad.Dispose();
        var next = Connect();
        next.Send("fine\n");
        TurnUntil(() => next.Receive().Received == "greeting\nfine!\n");
    }

    [Fact]
    public void Dispose_ClosesAll()
    {
        var clients = new[] { Connect(), Connect() };
        _server.Dispose();
        Assert.All(clients, client => Assert.True(client.Receive().IsClosed));
        Assert.Throws<LinuxException>(() => Client.ConnectUnix(_folder["socket"]));
    }

    [Fact]
    public void Accepting_Pauses_WhenDescriptorsRunOut_UntilTheTimeIsUp()
    {
        var waiting = RunOutOfDescriptors();
        var resumeAt = _server.NextDeadline;
        Assert.True(resumeAt.IsSet);

        // The listener is readable all the time, yet nothing wakes.
        ExpectNoWakeUp();
        Assert.Equal("", waiting.Receive().Received);
        _server.Expire(resumeAt);
        TurnUntil(() => waiting.Receive().Received == "greeting\n");
    }

    [Fact]
    public void Accepting_GoesOn_WhenAConnectionCloses()
    {
        var first = Connect();
        var waiting = RunOutOfDescriptors();
        first.Dispose();
        TurnUntil(() => waiting.Receive().Received == "greeting\n");
    }

    Client RunOutOfDescriptors()
    {
        var waiting = Client.ConnectUnix(_folder["socket"]);
        _clients.Add(waiting);
        OddThread.RunFailing(TestLibc.Accept4, Libc.EMFILE, () => Bounded.Turn(_loop));
        Assert.Empty(_faults);
        return waiting;
    }

    void ExpectNoWakeUp()
    {
        var now = Clock.Now;
        var deadline = now + TimeSpan.FromMilliseconds(5);
        _loop.Wait(now, deadline);
        Assert.True(Clock.Now >= deadline);
    }

    /// <summary>A client that has been accepted and greeted.</summary>
    Client Connect()
    {
        var client = Client.ConnectUnix(_folder["socket"]);
        _clients.Add(client);
        TurnUntil(() => Bounded.IsReady(client.Fd.Number));
        return client;
    }

    void TurnUntil(Func<bool> condition) => Bounded.TurnUntil(_loop, condition, () => { });

    /// <summary>Answers each line with itself and "!".</summary>
    sealed class LineConversation : IConversation
    {
        public const int LargeAnswer = 3_000_000;

        public const int MediumAnswer = 10_000;

        public void Open(ByteBuffer output) => output.Append("greeting\n"u8);

        public Verdict Converse(ByteBuffer input, ByteBuffer output)
        {
            for (var end = input.Span.IndexOf((byte)'\n'); end >= 0; end = input.Span.IndexOf((byte)'\n'))
            {
                var line = Encoding.ASCII.GetString(input.Span[..end]);
                input.Consume(end + 1);
                switch (line)
                {
                    case "throw":
                        throw new InvalidOperationException("on purpose");
                    case "wait":
                        return Verdict.Wait;
                    case "large":
                        output.Append(Enumerable.Repeat((byte)'x', LargeAnswer).ToArray());
                        return Verdict.Finish;
                    case "medium":
                        output.Append(Enumerable.Repeat((byte)'x', MediumAnswer).ToArray());
                        break;
                    default:
                        output.Append(Encoding.ASCII.GetBytes(line + "!\n"));
                        break;
                }
            }

            return Verdict.Continue;
        }
    }
}
