using System.Net;
using Init.Core.Cluster;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>balance: "client_ip", with real sockets: clients are the addresses of loopback.</summary>
public sealed class ClientIpTests
{
    const int Clients = 50;

    static readonly ListenAddress Everywhere = new() { Kind = ListenKind.Tcp4 };

    [Fact]
    public void Client_MeetsAlwaysTheSameSlot_AndAllSlotsHaveSome()
    {
        using var bench = new TableBench(Balance.ClientIp, 4);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3);
        var homes = Meet(bench, listener, 4);
        Assert.Equal([0, 1, 2, 3], homes.Distinct().Order());
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(homes, Meet(bench, listener, 4));
        }

        Assert.Empty(bench.Taken);
        Assert.Empty(bench.Warnings);
    }

    [Fact]
    public void SlotThatIsDown_LendsItsClients_AndHasThemBackAfterwards()
    {
        using var bench = new TableBench(Balance.ClientIp, 4);
        var listener = bench.Open();
        bench.Serve(0, 1, 2, 3);
        var homes = Meet(bench, listener, 4);
        bench.Table.SetServing("k", 1, false);
        var hosts = new HashSet<int>();
        var now = Meet(bench, listener, 4);
        for (var i = 0; i < Clients; i++)
        {
            Assert.NotEqual(1, now[i]);
            Assert.True(homes[i] == 1 || homes[i] == now[i], $"client {i} has left slot {homes[i]}, which serves, for {now[i]}");
            _ = homes[i] == 1 && hosts.Add(now[i]);
        }

        Assert.True(hosts.Count > 1, "one slot got all clients of the one that is down");
        Assert.Equal(now, Meet(bench, listener, 4)); // guests stay where they are, too
        bench.Serve(1);
        Assert.Equal(homes, Meet(bench, listener, 4));
    }

    [Fact]
    public void Home_IsTheSame_BeforeAnybodyServes_AndInTheNextPminit()
    {
        using var bench = new TableBench(Balance.ClientIp, 3);
        var homes = Meet(bench, bench.Open(), 3);
        using var other = new TableBench(Balance.ClientIp, 3);
        var listener = other.Open();
        other.Serve(2, 0, 1);
        Assert.Equal(homes, Meet(other, listener, 3));
    }

    [Fact]
    public void Home_IsTheSame_AfterASocketHasMovedInTheKernelsArray_AndAfterScaling()
    {
        using var bench = new TableBench(Balance.ClientIp, 3);
        var listener = bench.Open();
        bench.Serve(0, 1, 2);
        var homes = Meet(bench, listener, 3);
        Assert.Equal(0, Libc.shutdown(listener.FdFor(0), 2));
        bench.Turn();
        Assert.Equal(homes, Meet(bench, listener, 3));
        bench.Table.Resize(5);
        bench.Serve(3, 4);
        var five = Meet(bench, listener, 5);
        Assert.Equal([0, 1, 2, 3, 4], five.Distinct().Order());
        bench.Table.Resize(3);
        Assert.Equal(homes, Meet(bench, listener, 3));
    }

    [RequiresFact(Need.IPv6)]
    public void DualStack_KnowsClientsOfBothFamilies()
    {
        using var bench = new TableBench(Balance.ClientIp, 4);
        var listener = bench.Open(Everywhere);
        Assert.Equal(ListenKind.Tcp6, listener.Address.Kind);
        bench.Serve(0, 1, 2, 3);
        using var four = new TableBench(Balance.ClientIp, 4);
        var only = four.Open();
        four.Serve(0, 1, 2, 3);
        Assert.Equal(Meet(four, only, 4), Meet(bench, listener, 4));
        bench.Connect(listener, 20); // ::1
        Assert.Equal([0, 0, 0, 20], TableBench.Drain(listener, 4).Order());
    }

    [Fact]
    public void SteeringRefused_SaysThatNothingIsSticky() =>
        OddThread.RunFailingOnThird(TestLibc.Setsockopt, Libc.SO_ATTACH_REUSEPORT_CBPF, Libc.EPERM, () =>
        {
            using var bench = new TableBench(Balance.ClientIp, 3);
            var listener = bench.Open();
            bench.Open(key: "other");
            Assert.Equal(listener.FdFor(0), listener.FdFor(2));
            Assert.Equal(
                $"127.0.0.1:{listener.Port}: connections cannot be steered between sockets here (SO_ATTACH_REUSEPORT_CBPF: Operation not permitted), "
                    + "so all workers share one: sessions are not sticky, a client meets another worker each time; what needs one worker for several requests "
                    + "(Socket.IO's long-polling) fails. `balance: \"shared\"` asks for it without a warning",
                Assert.Single(bench.Warnings));
        });

    /// <summary>The slot that each client meets.</summary>
    static int[] Meet(TableBench bench, Listener listener, int slots)
    {
        var met = new int[Clients];
        for (var i = 0; i < Clients; i++)
        {
            using var client = Client.ConnectTcp(IPAddress.Loopback, listener.Port, IPAddress.Parse($"127.0.0.{i + 1}"));
            bench.Turn();
            met[i] = Array.IndexOf(TableBench.Drain(listener, slots), 1);
            Assert.InRange(met[i], 0, slots - 1);
        }

        return met;
    }
}
