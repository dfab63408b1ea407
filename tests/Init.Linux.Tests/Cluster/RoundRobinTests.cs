using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

public class RoundRobinTests
{
    [Fact]
    public void Connections_ArePassedOneByOne_InOrder()
    {
        using var bench = new TableBench(Balance.RoundRobin, 3);
        var listener = bench.Open();
        Assert.Equal(-1, listener.FdFor(0));
        bench.Serve(0, 1, 2);
        for (var i = 1; i <= 100; i++)
        {
            bench.Connect(listener, 1);
            bench.TurnUntil(() => bench.Taken.Count == i);
        }

        Assert.All(bench.Taken, fd => Assert.Equal(Libc.O_NONBLOCK, Libc.fcntl(fd.Number, Libc.F_GETFL, 0) & Libc.O_NONBLOCK));
        Assert.All(bench.Taken, fd => Assert.Equal(Libc.FD_CLOEXEC, Libc.fcntl(fd.Number, Libc.F_GETFD, 0)));
    }

    [Fact]
    public void KernelKeepsTheQueue_WhileNobodyServes()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2);
        var listener = bench.Open();
        bench.Connect(listener, 20);
        bench.Turn();
        Assert.Empty(bench.Taken);
        bench.Serve(1);
        bench.TurnUntil(() => bench.Taken.Count == 20);
        bench.Table.SetServing("k", 1, false);
        bench.Connect(listener, 5);
        bench.Turn();
        Assert.Equal(20, bench.Taken.Count);
        bench.AssertAllClientsLive();
    }

    [Fact]
    public void OneConnectionIsKept_AndTheLoopIsQuiet_WhileNobodyHasRoom()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2) { Room = 3 };
        var listener = bench.Open();
        bench.Serve(0);
        var asked = 0;
        bench.OnTake = _ => asked++;
        bench.Connect(listener, 10);
        bench.Turn();
        bench.Turn();
        Assert.Equal(3, bench.Taken.Count);
        Assert.Equal(4, asked);
        bench.Table.Resume("k");
        Assert.Equal(5, asked);
        bench.Turn();
        Assert.Equal(5, asked);
        bench.Room = 100;
        bench.Table.Resume("k");
        bench.TurnUntil(() => bench.Taken.Count == 10);
        bench.AssertAllClientsLive();
    }

    [Fact]
    public void KeptConnection_IsClosed_WithItsListener()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2) { Room = 0 };
        var listener = bench.Open();
        Fd? offered = null;
        bench.OnTake = fd => offered = fd;
        bench.Serve(0);
        bench.Connect(listener, 1);
        bench.TurnUntil(() => offered is not null);
        Assert.NotEqual(-1, offered!.Number);
        bench.Table.Close("k");
        Assert.Equal(-1, offered.Number);
    }

    [Fact]
    public void Listener_MayBeClosed_WhileItPassesAConnection()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2) { Room = 0 };
        var listener = bench.Open();
        Fd? offered = null;
        bench.OnTake = fd =>
        {
            offered = fd;
            bench.Table.Close("k");
        };
        bench.Serve(0);
        bench.Connect(listener, 3);
        bench.TurnUntil(() => offered is not null);
        Assert.Equal(-1, offered!.Number);
        bench.Turn();
    }

    [Fact]
    public void FaultOfATaker_CostsOneConnection_AndNoMore()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2);
        var listener = bench.Open();
        Fd? lost = null;
        bench.OnTake = fd =>
        {
            lost = fd;
            bench.OnTake = null;
            throw new InvalidOperationException("wrong on purpose");
        };
        bench.Serve(0);
        bench.Connect(listener, 3);
        bench.TurnUntil(() => bench.Taken.Count == 2);
        Assert.Equal(-1, lost!.Number);
    }

    [Fact]
    public void NoDescriptors_Pauses_WarnsOnce_AndGoesOn()
    {
        using var bench = new TableBench(Balance.RoundRobin, 2);
        var listener = bench.Open();
        bench.Serve(0);
        bench.Connect(listener, 2);
        OddThread.RunFailing(TestLibc.Accept4, Libc.EMFILE, () =>
        {
            bench.Turn();
            bench.Turn();
            bench.Table.Expire(Clock.Now + TimeSpan.FromSeconds(2));
            bench.Turn();
        });
        Assert.Empty(bench.Taken);
        Assert.Equal(
            $"127.0.0.1:{listener.Port}: connections wait: accept: Too many open files; raise the limit of open files (ulimit -n) of the container",
            Assert.Single(bench.Warnings));
        bench.Turn();
        Assert.Empty(bench.Taken); // paused: no spinning
        bench.Table.Expire(bench.Table.NextDeadline);
        bench.TurnUntil(() => bench.Taken.Count == 2);
        Assert.False(bench.Table.NextDeadline.IsSet);
    }

    [Fact]
    public void UdpAndUnixSockets_AreOneForAll()
    {
        using var folder = new TempFolder();
        using var bench = new TableBench(Balance.RoundRobin, 2);
        var udp = bench.Open(new ListenAddress { Kind = ListenKind.Udp4, Address = "127.0.0.1" }, "udp");
        Assert.NotEqual(-1, udp.FdFor(0));
        Assert.Equal(udp.FdFor(0), udp.FdFor(1));
        var path = bench.Open(new ListenAddress { Kind = ListenKind.Unix, Address = folder["s"] });
        Assert.Equal(-1, path.FdFor(0));
        bench.Serve(0);
        using var client = Client.ConnectUnix(folder["s"]);
        bench.TurnUntil(() => bench.Taken.Count == 1);
    }
}
