using Init.Core.Cluster;
using Init.Core.Model;

namespace Init.Linux.Tests.Cluster;

/// <summary>How long the primary keeps a socket; the workers are the test.</summary>
public sealed class ListenerLifeTests
{
    /// <summary>The last requests of the workers may take long; a client that comes then has to go elsewhere.</summary>
    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void Listener_OfAnAppThatEnds_IsClosed_WhenAllHaveClosedTheirs(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (key, port) = one.Listen();
        _ = two.Listen();
        Retire(host, one, two);
        host.Follow(isWanted: false);
        one.Stops(key);
        Assert.True(ClusterHost.IsOpen(port)); // what waits there the other one may still take
        two.Stops(key);
        Assert.False(ClusterHost.IsOpen(port));
        Assert.False(host.Clusters.NextDeadline.IsSet);
    }

    [Fact]
    public void Listener_OfAnAppThatEnds_IsClosed_WithTheLastProcessThatHasIt()
    {
        using var host = new ClusterHost(Balance.Shared);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (key, port) = one.Listen();
        _ = two.Listen();
        Retire(host, one, two);
        one.Stops(key);
        two.Die();
        Assert.True(ClusterHost.IsOpen(port)); // a restart
        host.Follow(isWanted: false);
        Assert.False(ClusterHost.IsOpen(port)); // and then somebody stops it
    }

    [Fact]
    public void Listener_StaysOpen_WhenSomebodyWantsTheAppAfterAll()
    {
        using var host = new ClusterHost(Balance.Shared, 1);
        var worker = host.Fork();
        var (key, port) = worker.Listen();
        Retire(host, worker);
        host.Follow(isWanted: false);
        host.Follow(isWanted: true);
        worker.Stops(key);
        Assert.True(ClusterHost.IsOpen(port));
        worker.Die();
        Assert.Equal(port, host.Fork().Listen().Port);
    }

    /// <summary>One that came back after its socket has gone is nobody's to serve.</summary>
    [Fact]
    public void Connection_OfAClosedListener_IsClosed_WhenItComesBack()
    {
        using var host = new ClusterHost(Balance.RoundRobin, 1);
        var worker = host.Fork();
        var (key, port) = worker.Listen();
        using var client = ClusterHost.Connect(port);
        var number = worker.HearConnection(out _);
        Retire(host, worker);
        host.Follow(isWanted: false);
        worker.Stops(key);
        var before = ClusterHost.Descriptors;
        worker.Answer(number, false);
        host.Turn();
        Assert.Equal(before - 1, ClusterHost.Descriptors);
    }

    /// <summary>It would find its own port in use.</summary>
    [Fact]
    public void Listeners_AreClosed_BeforeAProcessThatIsNoWorkerStarts()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (key, port) = one.Listen();
        _ = two.Listen();
        one.Die();
        host.Clusters.BeforeSpawn(host.Spec);
        Assert.True(ClusterHost.IsOpen(port));
        host.Clusters.BeforeSpawn(host.Spec with { Name = "other", Cluster = ClusterMode.None });
        Assert.True(ClusterHost.IsOpen(port));
        two.CloseHandles(); // it is about to say so
        host.Clusters.BeforeSpawn(host.Spec with { Cluster = ClusterMode.None });
        Assert.False(ClusterHost.IsOpen(port));
        two.Stops(key);
        two.Die();
        Assert.Empty(host.Reports);
        Assert.True(ClusterHost.IsOpen(host.Fork().Listen().Port)); // and it is a cluster again
    }

    static void Retire(ClusterHost host, params FakeWorker[] workers) => Array.ForEach(workers, worker => host.Clusters.Retire(worker.Pid));
}
