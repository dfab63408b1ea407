using System.Text;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>Workers that do all that a worker should not: each hurts only itself, and leaves nothing behind.</summary>
public sealed unsafe class HostilePeerTests
{
    static readonly string[] Words =
    [
        "{\"cmd\":\"NODE_CLUSTER\",", "\"act\":\"queryServer\",", "\"act\":\"listening\",", "\"act\":\"close\",", "\"act\":\"online\",", "\"act\":\"exitedAfterDisconnect\",",
        "\"index\":0,", "\"index\":-1,", "\"data\":null,", "\"data\":{\"a\":[}]},", "\"data\":{\"ok\":1},", "\"address\":\"127.0.0.1\",", "\"address\":null,", "\"address\":\"\\u12\",",
        "\"port\":0,", "\"port\":99999999999999999999,", "\"port\":-1,", "\"addressType\":4,", "\"addressType\":-1,", "\"addressType\":\"udp4\",", "\"fd\":7,", "\"key\":\"127.0.0.1:0:0:0:0\",",
        "\"ack\":0,", "\"ack\":1,", "\"ack\":-5,", "\"accepted\":true,", "\"accepted\":false,", "\"seq\":0}", "\"seq\":1}", "\"seq\":-1}", "}", "]", "{", "[[[[", "\"", "\\", "\n", "\n", "\n",
        "{\"cmd\":\"NODE_HANDLE\"}\n", "{\"cmd\":\"NODE_HANDLE_ACK\"}\n", "{\"cmd\":\"NODE_HANDLE_NACK\"}\n", "\"ready\"\n", "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{", "\0", "é",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"index\":0,\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":4,\"seq\":1}\n",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"listening\",\"index\":0,\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":4,\"seq\":2}\n",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"exitedAfterDisconnect\",\"seq\":3}\n",
    ];

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void Garbage_HurtsOnlyTheSender(Balance balance)
    {
        var random = new Random(5);
        using (new ClusterHost(balance))
        {
        }

        var before = ClusterHost.Descriptors;
        using (var host = new ClusterHost(balance, 3))
        {
            var good = host.Fork();
            var (_, port) = good.Listen();
            using var pipe = Pipe.Open();
            for (var round = 0; round < 30; round++)
            {
                var bad = host.Fork(1 + (round % 2));
                for (var i = 0; i < 40; i++)
                {
                    var text = new StringBuilder();
                    for (var words = random.Next(12); words >= 0; words--)
                    {
                        text.Append(Words[random.Next(Words.Length)]);
                    }

                    if (!TryWrite(bad, text.ToString(), random.Next(4) == 0 ? [pipe.Read.Number] : []))
                    {
                        break;
                    }

                    host.Turn();
                }

                while (bad.End.HasInput && bad.End.TryDrain())
                {
                    host.Turn();
                }

                bad.Die();
            }

            // Some of them said that they listen, so they were given connections; all of these come here.
            for (var i = 0; i < 10; i++)
            {
                using var client = ClusterHost.Connect(port);
                if (balance == Balance.RoundRobin)
                {
                    good.Answer(good.HearConnection(out _), true);
                }
            }

            Assert.False(good.HasInput);
            Assert.Equal(0, (int)good.Query("\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":\"udp4\",\"fd\":-1", out _)["errno"]!);
        }

        Assert.Equal(before, ClusterHost.Descriptors);
    }

    /// <summary>close(2) of a socket that somebody else lets linger waits for its peer, whoever has the last copy.</summary>
    [Theory]
    [InlineData("passed")]
    [InlineData("sent")]
    public void WhoseSocketsLinger_HoldsNobodyUp(string how)
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var bad = host.Fork();
        var (_, port) = bad.Listen();
        using var client = ClusterHost.Connect(port);
        var number = bad.HearConnection(out var fd);
        var bytes = stackalloc byte[4096];
        while (Libc.send(fd, bytes, 4096, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL) > 0)
        {
        }

        if (how == "sent")
        {
            bad.Answer(number, isAccepted: true);
            host.Turn();
            Linger(fd);
            int[] all = [.. Enumerable.Repeat(bad.End.Number, 252), fd];
            bad.End.Write("{\"cmd\":\"X\"}\n", all);
            bad.CloseHandles();
        }
        else
        {
            Linger(fd);
            bad.CloseHandles();
            bad.Answer(number, isAccepted: true);
        }

        Bounded.Run(() =>
        {
            host.Turn();
            host.Turn();
        });
    }

    /// <summary>It asks and asks, and never reads the answers.</summary>
    [Theory]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void WhoNeverReads_LosesItsChannel_AndNobodyElseDoes(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var good = host.Fork();
        _ = good.Listen();
        var before = ClusterHost.Descriptors;
        var bad = host.Fork(1);
        for (var i = 0; i < 100_000 && host.Disconnected.Count == 0; i++)
        {
            if (!TryWrite(bad, "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"index\":0,\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":4,\"seq\":1}\n"))
            {
                host.Turn();
            }
        }

        host.TurnUntil(() => host.Disconnected.Count == 1);
        Assert.Equal(1, host.Disconnected[0].Worker.Index);
        bad.Die();
        Assert.Equal(before, ClusterHost.Descriptors);
        Assert.Equal(0, (int)good.Query("\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":\"udp4\",\"fd\":-1", out _)["errno"]!);
    }

    /// <summary>It reads, but never says that a descriptor has arrived.</summary>
    [Fact]
    public void WhoNeverAcknowledges_LosesItsChannel()
    {
        using var host = new ClusterHost(Balance.Shared);
        var bad = host.Fork();
        for (var i = 0; i < 4000 && host.Disconnected.Count == 0; i++)
        {
            _ = TryWrite(bad, "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"index\":0,\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":4,\"seq\":1}\n"
                + "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"close\",\"key\":\"127.0.0.1:0:0:0:0\",\"seq\":2}\n");
            host.Turn();
            bad.End.TryDrain();
        }

        host.TurnUntil(() => host.Disconnected.Count == 1);
    }

    static void Linger(int fd)
    {
        var linger = (300L << 32) | 1; // struct linger: two ints
        Assert.Equal(0, Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, sizeof(long)));
    }

    static bool TryWrite(FakeWorker worker, string text, params ReadOnlySpan<int> descriptors) => worker.End.TryWrite(text, descriptors);
}
