using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

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

    [Theory]
    [InlineData("lives on", true)]
    [InlineData("ends", false)]
    [InlineData("retires", false)]
    [InlineData("listens again", false)]
    [InlineData("other starts", false)]
    public void Listener_ThatAllGaveUp_IsClosed_WhenNobodyIsAboutToWantIt(string story, bool isClosed)
    {
        using var host = new ClusterHost(Balance.Shared, 1);
        var worker = host.Fork();
        var (key, port) = worker.Listen(ClusterHost.FreePort());
        host.Follow(isSteady: true);
        if (story == "retires")
        {
            host.Clusters.Retire(worker.Pid);
        }

        worker.CloseHandles();
        worker.Say($"\"act\":\"close\",\"key\":\"{key}\"");
        host.Turn();
        Assert.Equal(story != "retires", host.Clusters.NextDeadline.IsSet);
        switch (story)
        {
            case "ends":
                worker.Die();
                host.Follow(isSteady: false);
                break;
            case "listens again":
                Assert.Equal(0, (int)worker.Query($"\"address\":\"127.0.0.1\",\"port\":{port},\"addressType\":4", out _)["errno"]!);
                break;
            case "other starts":
                _ = host.Fork();
                host.Follow(isSteady: false);
                break;
        }

        host.Clusters.Expire(Clock.Now);
        Assert.True(ClusterHost.IsOpen(port));
        host.Clusters.Expire(Clock.Now + TimeSpan.FromSeconds(6));
        Assert.Equal(!isClosed, ClusterHost.IsOpen(port));
        Assert.False(host.Clusters.NextDeadline.IsSet);
        Assert.Equal(isClosed ? 1 : 0, host.Reports.Count);
    }

    /// <summary>The new code, or the new PORT, has no use for it; a client would wait there for ever.</summary>
    [Fact]
    public void Listener_OfDeadProcesses_IsClosed_WhenTheOthersAreUpForAWhile_AndDoWithoutIt()
    {
        using var host = new ClusterHost(Balance.PerWorker, 1);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        host.Follow(isSteady: true);
        worker.Die();
        host.Follow(isSteady: false);
        Assert.False(host.Clusters.NextDeadline.IsSet); // it may crash for ever: nothing wakes for that
        var successor = host.Fork();
        var reply = successor.Query("\"address\":\"127.0.0.2\",\"port\":0,\"addressType\":4", out var fd);
        Assert.Equal(0, (int)reply["errno"]!);
        var other = FakeWorker.PortOf(fd);
        Assert.False(host.Clusters.NextDeadline.IsSet);
        host.Follow(isSteady: true);
        host.Clusters.Expire(Clock.Now + TimeSpan.FromSeconds(4));
        Assert.True(ClusterHost.IsOpen(port));
        host.Clusters.Expire(Clock.Now + TimeSpan.FromSeconds(6));
        Assert.False(ClusterHost.IsOpen(port));
        Assert.False(host.Clusters.NextDeadline.IsSet);
        Assert.Equal($"app: 127.0.0.1:{port} is closed: no instance listens there any more", Assert.Single(host.Reports));
        Assert.NotEqual(other, port);
    }

    [Fact]
    public void Listener_OfADeadProcess_Stays_WhenAnotherOneStartsMeanwhile_AndAsksForIt()
    {
        using var host = new ClusterHost(Balance.PerWorker, 1);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        worker.Die();
        var successor = host.Fork();
        host.Follow(isSteady: true); // it is ready by something else
        Assert.True(host.Clusters.NextDeadline.IsSet);
        host.Follow(isSteady: false);
        Assert.False(host.Clusters.NextDeadline.IsSet);
        host.Follow(isSteady: true);
        Assert.Equal(port, successor.Listen().Port);
        Assert.False(host.Clusters.NextDeadline.IsSet);
        host.Clusters.Expire(Clock.Now + TimeSpan.FromSeconds(6));
        Assert.True(ClusterHost.IsOpen(port));
        Assert.Empty(host.Reports);
    }

    /// <summary>As many do before they listen.</summary>
    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.RoundRobin)]
    public void Path_ThatTheAppRemoves_IsBoundAnew_ForWhoAsksNext(Balance balance)
    {
        using var folder = new TempFolder();
        using var host = new ClusterHost(balance);
        var path = folder["a.sock"];
        var one = host.Fork();
        var key = Serve(host, one, path);
        File.Delete(path);
        var two = host.Fork(1);
        Assert.Equal(key, Serve(host, two, path));
        using (Client.ConnectUnix(path))
        {
            Assert.Equal(balance == Balance.RoundRobin, two.HasInput); // else it takes it from the socket
        }

        one.Stops(key); // of the socket before
        one.Die();
        using (Client.ConnectUnix(path))
        {
        }

        File.Delete(path);
        Assert.Equal(key, Serve(host, host.Fork(), path));
        using (Client.ConnectUnix(path))
        {
        }

        Assert.Contains("has removed this file", Assert.Single(host.Reports), StringComparison.Ordinal);
        host.Clusters.Close("app");
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Path_ThatSomebodyElseHasNow_IsInUse()
    {
        using var folder = new TempFolder();
        using var host = new ClusterHost(Balance.Shared);
        var path = folder["a.sock"];
        _ = Serve(host, host.Fork(), path);
        File.Delete(path);
        File.WriteAllText(path, "mine");
        Assert.Equal(-NodePrimaryTests.Errno("EADDRINUSE"), (int)host.Fork(1).Query($"\"address\":\"{path}\",\"port\":-1,\"addressType\":-1", out _)["errno"]!);
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Empty(host.Reports);
    }

    static string Serve(ClusterHost host, FakeWorker worker, string path)
    {
        var reply = worker.Query($"\"address\":\"{path}\",\"port\":-1,\"addressType\":-1", out _);
        Assert.Equal(0, (int)reply["errno"]!);
        worker.Say($"\"act\":\"listening\",\"index\":0,\"address\":\"{path}\",\"port\":-1,\"addressType\":-1");
        host.TurnUntil(() => host.TakeReady() == 1);
        return (string)reply["key"]!;
    }

    static void Retire(ClusterHost host, params FakeWorker[] workers) => Array.ForEach(workers, worker => host.Clusters.Retire(worker.Pid));
}
