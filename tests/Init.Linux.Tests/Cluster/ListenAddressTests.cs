using System.Net;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

public unsafe class ListenAddressTests
{
    static readonly ListenAddress Everywhere = new() { Kind = ListenKind.Tcp4 };

    [RequiresFact(Need.IPv6)]
    public void Wildcard_IsBothFamilies()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open(Everywhere);
        Assert.Equal(ListenKind.Tcp6, listener.Address.Kind);
        Assert.Equal("::", listener.Address.Address);
        using var four = Client.ConnectTcp(IPAddress.Loopback, listener.Port);
        using var six = Client.ConnectTcp(IPAddress.IPv6Loopback, listener.Port);
        Assert.Equal(2, TableBench.Drain(listener, 2).Sum());
    }

    [RequiresFact(Need.IPv6)]
    public void Wildcard_SteersBothFamilies()
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        var listener = bench.Open(Everywhere);
        bench.Serve(1);
        bench.Connect(listener, 30);
        for (var i = 0; i < 30; i++)
        {
            using var four = Client.ConnectTcp(IPAddress.Loopback, listener.Port);
        }

        Assert.Equal([0, 60, 0], TableBench.Drain(listener, 3));
    }

    [Fact]
    public void Wildcard_IsIPv4_WhereTheKernelHasNoIPv6() =>
        OddThread.RunFailingOn(TestLibc.Socket, firstArgument: Libc.AF_INET6, Libc.EAFNOSUPPORT, () =>
        {
            using var bench = new TableBench(Balance.PerWorker, 2);
            var listener = bench.Open(Everywhere);
            Assert.Equal((ListenKind.Tcp4, "0.0.0.0"), (listener.Address.Kind, listener.Address.Address));
            bench.Connect(listener, 1);
            Assert.Equal(1, TableBench.Drain(listener, 2).Sum());
        });

    [RequiresFact(Need.IPv6)]
    public void IPv6Only_LeavesIPv4ToOthers()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open(Everywhere with { IsIpv6Only = true });
        using var four = TableBench.Foreign("0.0.0.0", listener.Port, reuses: false);
        bench.Connect(listener, 1);
        Assert.Equal(1, TableBench.Drain(listener, 2).Sum());
    }

    [Theory]
    [InlineData("no address", Libc.EINVAL)]
    [InlineData("192.0.2.1", 99)] // EADDRNOTAVAIL
    public void Address_ThatCannotBeBound_IsAnErrorNumber(string address, int errno)
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var before = TableBench.Descriptors();
        Assert.Equal((null, errno), bench.Table.Open("k", Everywhere with { Address = address }));
        Assert.Equal(before, TableBench.Descriptors());
    }

    [Fact]
    public void Queue_IsLong()
    {
        using var bench = new TableBench(Balance.Shared, 2);
        var listener = bench.Open(TableBench.AnyPort with { Backlog = 5 });
        bench.Connect(listener, 300);
        Assert.Equal(300, TestLibc.QueueOf(listener.FdFor(0)));
    }

    [Fact]
    public void Udp_HasOneSocket_ThatIsNotWatched()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open(new ListenAddress { Kind = ListenKind.Udp4, Address = "127.0.0.1" });
        bench.Serve(0);
        Assert.Equal(listener.FdFor(0), listener.FdFor(1));
        var second = bench.Table.Open("second", listener.Address);
        Assert.Equal(Libc.EADDRINUSE, second.Errno);
    }

    [Fact]
    public void Udp_MaySharePorts_WhenAsked()
    {
        using var bench = new TableBench(Balance.PerWorker, 2);
        var listener = bench.Open(new ListenAddress { Kind = ListenKind.Udp4, Address = "127.0.0.1", ReuseAddress = true });
        Assert.Equal(listener.Port, bench.Open(listener.Address, "second").Port);
    }
}
