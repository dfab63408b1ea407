using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

public class PerWorkerTests
{
    static readonly TimeSpan PastLinger = TimeSpan.FromSeconds(6);

    [Fact]
    public void Connections_AreSpreadEvenly_WhileAllServe()
    {
        using var bench = new TableBench(Balance.PerWorker, 4);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3);
        bench.Connect(listener, 400);
        bench.Turn();
        var counts = TableBench.Drain(listener, 4);
        Assert.Equal(400, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 55, 145)); // five standard deviations
        Assert.Empty(bench.Taken);
        Assert.Empty(bench.Warnings);
    }

    [Fact]
    public void Connections_AreSteeredAway_FromWhoDoesNotServe()
    {
        using var bench = new TableBench(Balance.PerWorker, 4);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3);
        bench.Table.SetServing("k", 1, false);
        bench.Connect(listener, 300);
        bench.Turn();
        Assert.Empty(bench.Taken);
        var counts = TableBench.Drain(listener, 4);
        Assert.Equal(0, counts[1]);
        Assert.Equal(300, counts.Sum());
        Assert.All([counts[0], counts[2], counts[3]], count => Assert.InRange(count, 55, 145));
        bench.Serve(1);
        bench.Connect(listener, 100);
        Assert.InRange(TableBench.Drain(listener.FdFor(1)), 5, 60);
    }

    [Fact]
    public void Queue_Stays_WhileNobodyServes_AndGoesToTheFirstWhoDoes()
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        var listener = bench.Open();
        bench.Connect(listener, 60);
        bench.Turn();
        Assert.Empty(bench.Taken);
        bench.Serve(2);
        bench.Turn();
        bench.Turn();
        var own = TableBench.Drain(listener.FdFor(2));
        Assert.InRange(own, 1, 59);
        Assert.Equal(60, own + bench.Taken.Count);
        bench.AssertNoneReset();
    }

    [Fact]
    public void Queue_IsLeftAlone_WhenItsWorkerIsBack()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        bench.Connect(listener, 40);
        bench.Serve(0, 1);
        bench.Turn();
        Assert.Empty(bench.Taken);
        Assert.Equal(40, TableBench.Drain(listener, 2).Sum());
    }

    [Fact]
    public void Rescue_WaitsForRoom_AndLosesNothing()
    {
        using var bench = new TableBench(Balance.PerWorker, 2) { Room = 5 };
        var listener = bench.Open();
        bench.Connect(listener, 100);
        bench.Serve(1);
        bench.Turn();
        bench.Turn();
        Assert.Equal(5, bench.Taken.Count);
        bench.Room = int.MaxValue;
        bench.Table.Resume("k");
        bench.TurnUntil(() => bench.Taken.Count + TestLibc.QueueOf(listener.FdFor(1)) == 100);
        bench.AssertAllClientsLive();
    }

    [Fact]
    public void Resize_LosesNoConnection_WhileClientsConnect()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3, 4, 5);
        var served = 0;
        var random = new Random(1);
        var asked = 0;
        for (var round = 0; round < 60; round++)
        {
            var slots = 1 + random.Next(6);
            bench.Connect(listener, 6);
            bench.Table.Resize(slots);
            bench.Connect(listener, 4);
            asked += 10;
            if (round % 7 == 6)
            {
                bench.Table.Expire(Clock.Now + PastLinger);
            }

            bench.Turn();
            served += TableBench.Drain(listener, slots).Sum();
        }

        bench.Table.Resize(1);
        bench.Turn();
        bench.Table.Expire(Clock.Now + PastLinger);
        served += TableBench.Drain(listener.FdFor(0));
        Assert.Equal(asked, served + bench.Taken.Count);
        Assert.True(bench.Taken.Count > 0, "nothing waited at a removed slot: the test shows nothing");
        bench.AssertNoneReset();
    }

    [Fact]
    public void RemovedSlot_GetsNothingNew_AndItsQueueIsRescued()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        bench.Serve(0, 1);
        bench.Connect(listener, 100);
        var removed = listener.FdFor(1);
        var waiting = TestLibc.QueueOf(removed);
        Assert.InRange(waiting, 20, 80);
        bench.Table.Resize(1);
        bench.TurnUntil(() => bench.Taken.Count == waiting);
        bench.Connect(listener, 100);
        Assert.Equal(0, TestLibc.QueueOf(removed));
        Assert.Equal(200 - waiting, TableBench.Drain(listener.FdFor(0)));
        bench.AssertNoneReset();
    }

    [Fact]
    public void RemovedSlot_KeepsItsSocket_UntilHandshakesAreOver_AndAsLongAsNobodyCanRescue()
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        bench.Open();
        var before = TableBench.Descriptors();
        bench.Table.Resize(1);
        Assert.False(bench.Table.NextDeadline.IsSet);
        bench.Table.Expire(Clock.Now + PastLinger);
        Assert.Equal(before, TableBench.Descriptors());
        bench.Serve(0);
        Assert.True(bench.Table.NextDeadline.IsSet);
        bench.Table.Expire(Clock.Now);
        Assert.Equal(before, TableBench.Descriptors());
        bench.Table.Expire(bench.Table.NextDeadline);
        Assert.Equal(before - 2, TableBench.Descriptors());
        Assert.False(bench.Table.NextDeadline.IsSet);
    }

    [Fact]
    public void RemovedSlot_TakesItsSocketAgain_WhenItComesBackSoon()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        var fd = listener.FdFor(1);
        bench.Serve(0, 1);
        bench.Table.Resize(1);
        bench.Table.Resize(2);
        Assert.Equal(fd, listener.FdFor(1));
        Assert.False(bench.Table.NextDeadline.IsSet);
        bench.Connect(listener, 100);
        Assert.InRange(TableBench.Drain(fd), 20, 80);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForeignListener_IsInUse_EvenWhenItWouldShare(bool reuses)
    {
        using var foreign = TableBench.Foreign("127.0.0.1", 0, reuses);
        using var bench = new TableBench(Balance.PerWorker, 2);
        var address = TableBench.AnyPort with { Port = Addresses.PortOf(foreign.Number) };
        var before = TableBench.Descriptors();
        Assert.Equal((null, Libc.EADDRINUSE), bench.Table.Open("k", address));
        Assert.Equal(before, TableBench.Descriptors());
        foreign.Dispose();
        Assert.Equal(address.Port, bench.Open(address).Port); // a failure is not kept
    }

    [Fact]
    public void Listener_IsFoundByItsKey_AndHasItsRealPort()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        Assert.InRange(listener.Port, 1, 65535);
        Assert.Same(listener, bench.Open());
        Assert.Same(listener, bench.Open(TableBench.AnyPort with { Port = 1 }));
        Assert.NotEqual(listener.Port, bench.Open(key: "other").Port);
        Assert.NotEqual(listener.FdFor(0), listener.FdFor(1));
    }

    [Fact]
    public void SteeringRefused_MeansOneSocketForAll_AndOneWarning() =>
        OddThread.RunFailingOnThird(TestLibc.Setsockopt, Libc.SO_ATTACH_REUSEPORT_CBPF, Libc.EPERM, () =>
        {
            using var bench = new TableBench(Balance.PerWorker, 3);
            var listener = bench.Open();
            bench.Open(key: "other");
            Assert.Equal(listener.FdFor(0), listener.FdFor(2));
            Assert.Equal(
                $"127.0.0.1:{listener.Port}: connections cannot be steered between sockets here (SO_ATTACH_REUSEPORT_CBPF: Operation not permitted), "
                    + "so all workers share one: nothing is lost, but they get uneven shares. `balance: \"shared\"` asks for it without a warning",
                Assert.Single(bench.Warnings));
            bench.Serve(2);
            bench.Connect(listener, 10);
            bench.Turn();
            Assert.Equal(10, TableBench.Drain(listener.FdFor(1)));
        });

    [Fact]
    public void ReusePortRefused_MeansOneSocketForAll() =>
        OddThread.RunFailingOnThird(TestLibc.Setsockopt, Libc.SO_REUSEPORT, 92, () => // ENOPROTOOPT
        {
            using var bench = new TableBench(Balance.PerWorker, 3);
            var listener = bench.Open();
            Assert.Equal(listener.FdFor(0), listener.FdFor(2));
            Assert.Contains("Protocol not available", Assert.Single(bench.Warnings));
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ShutDownListener_ListensAgain_AndIsSteeredToRightly(bool isNamed)
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        var listener = bench.Open();
        if (isNamed)
        {
            bench.Table.Close("k");
            listener = bench.Open(listener.Address);
        }

        bench.Serve(0, 1);
        Assert.Equal(0, Libc.shutdown(listener.FdFor(0), 2));
        bench.Turn();
        bench.Connect(listener, 100);
        Assert.Equal(0, TableBench.Drain(listener.FdFor(2)));
        Assert.InRange(TableBench.Drain(listener.FdFor(0)), 20, 80);
        Assert.InRange(TableBench.Drain(listener.FdFor(1)), 20, 80);
        Assert.Empty(bench.Taken);
    }

    /// <summary>A worker that keeps the socket of its slot keeps it in the kernel's array too, where another one's may have been before.</summary>
    [Fact]
    public void RemovedSlot_KeepsItsSocket_AsLongAsItsProcessLives()
    {
        using var bench = new TableBench(Balance.PerWorker, 4);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3);
        using var copy = new Fd(TestLibc.dup(listener.FdFor(3)));
        bench.Alive.Add(3);
        bench.Table.Resize(2);
        bench.Table.Expire(bench.Table.NextDeadline);
        bench.Table.Expire(bench.Table.NextDeadline);
        bench.Table.Resize(4);
        bench.Serve(2, 3);
        bench.Connect(listener, 100);
        bench.Turn();
        Assert.Equal(100, TableBench.Drain(listener, 4).Sum());

        bench.Alive.Clear();
        bench.Table.Resize(2);
        bench.Table.Expire(bench.Table.NextDeadline);
        Assert.False(bench.Table.NextDeadline.IsSet);
    }

    /// <summary>What one holder of a socket sets is set for all: libuv does it to a socket that becomes a child's stdin.</summary>
    [Fact]
    public void Rescue_DoesNotWait_ForConnectionsThatDoNotCome()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open();
        bench.Connect(listener, 20);
        Assert.Equal(0, Libc.fcntl(listener.FdFor(1), Libc.F_SETFL, 0));
        Bounded.Run(() =>
        {
            bench.Serve(0);
            bench.Turn();
        });
        Assert.Equal(20, bench.Taken.Count + TestLibc.QueueOf(listener.FdFor(0)));
    }

    [Fact]
    public void Close_LeavesNothing()
    {
        using var bench = new TableBench(Balance.PerWorker, 8) { Room = 1 };
        var before = TableBench.Descriptors();
        var listener = bench.Open();
        bench.Connect(listener, 50);
        bench.Serve(0);
        bench.Turn();
        bench.Table.Close("k");
        bench.Table.Close("k");
        bench.Dispose();
        Assert.Equal(before - 1, TableBench.Descriptors()); // the loop is gone too
    }
}
