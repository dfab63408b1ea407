using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>The rules of Node's cluster protocol, and what goes wrong without them; the workers are the test.</summary>
public sealed unsafe class NodePrimaryTests
{
    internal const string Any = "\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":4";

    /// <summary>TLS servers take their ticket keys from the answer, and would throw on null.</summary>
    [Fact]
    public void Data_OfTheFirst_IsEchoedToAll()
    {
        using var host = new ClusterHost(Balance.Shared);
        var (one, two) = (host.Fork(), host.Fork(1));
        one.Say($$"""{{"\"act\":\"queryServer\""}},"index":0,{{Any}},"data":{"ticketKeys":"aa"}""");
        Assert.Equal("""{"ticketKeys":"aa"}""", one.Hear(out _)["data"]!.ToJsonString());
        one.Die();
        two.Say($$"""{{"\"act\":\"queryServer\""}},"index":0,{{Any}},"data":{"ticketKeys":"bb"}""");
        Assert.Equal("""{"ticketKeys":"aa"}""", two.Hear(out _)["data"]!.ToJsonString());
        two.Say($$"""{{"\"act\":\"queryServer\""}},"index":0,"address":"9.9.9.9","port":1,"addressType":4,"data":{"ticketKeys":"cc"}""");
        var refused = two.Hear(out _);
        Assert.Equal("""{"ticketKeys":"cc"}""", refused["data"]!.ToJsonString());
        Assert.InRange((int)refused["errno"]!, -200, -1);
    }

    /// <summary>Others of the app would throw when they parse it.</summary>
    [Theory]
    [InlineData("[}")]
    [InlineData("{]")]
    [InlineData("{\"a\":tru}")]
    [InlineData("\"text\"")]
    public void Data_ThatIsNoObject_IsNotPassedOn(string data)
    {
        using var host = new ClusterHost(Balance.Shared);
        var (bad, good) = (host.Fork(), host.Fork(1));
        bad.Say($$"""{{"\"act\":\"queryServer\""}},"index":0,{{Any}},"data":{{data}}""");
        host.Turn();
        Assert.Null(good.Query(Any, out _)["data"]);
    }

    /// <summary>The same key twice would trip an assertion in the worker.</summary>
    [Fact]
    public void Key_ThatAWorkerHolds_IsInUse_UntilItClosesIt()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        var same = $"\"address\":\"127.0.0.1\",\"port\":{port},\"addressType\":4";
        var first = worker.Query("\"address\":\"127.0.0.2\",\"port\":" + port + ",\"addressType\":4", out _);
        var key = (string)first["key"]!;
        var again = worker.Query("\"address\":\"127.0.0.2\",\"port\":" + port + ",\"addressType\":4", out var fd);
        Assert.Equal((-Errno("EADDRINUSE"), -1), ((int)again["errno"]!, fd));
        Assert.Equal(key, (string)again["key"]!);
        worker.Say($"\"act\":\"close\",\"key\":\"{key}\"");
        Assert.Equal(0, (int)worker.Query("\"address\":\"127.0.0.2\",\"port\":" + port + ",\"addressType\":4", out _)["errno"]!);
        Assert.NotEqual(0, (int)worker.Query(same, out _)["errno"]!); // port 0 has a key of its own, and the port is taken
    }

    [Fact]
    public void PortZero_IsTheSamePortForTheSameServerOfAll()
    {
        using var host = new ClusterHost(Balance.Shared);
        var (one, two) = (host.Fork(), host.Fork(1));
        one.Query(Any, out var a);
        two.Query(Any, out var b);
        Assert.Equal(FakeWorker.PortOf(a), FakeWorker.PortOf(b));
        one.Say($"\"act\":\"queryServer\",\"index\":1,\"data\":null,{Any}");
        one.Hear(out var c);
        Assert.NotEqual(FakeWorker.PortOf(a), FakeWorker.PortOf(c));
    }

    /// <summary>So a free port is looked for: listen, close, and use it, or let another program do so.</summary>
    [Fact]
    public void PortZero_IsFree_WhenItsServerIsClosed()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        var worker = host.Fork();
        var (key, first) = worker.Listen();
        worker.Stops(key);
        Assert.False(ClusterHost.IsOpen(first));
        Assert.Equal(0, (int)worker.Query($"\"address\":\"127.0.0.1\",\"port\":{first},\"addressType\":4", out _)["errno"]!);
    }

    /// <summary>A port that is tried at one address is taken at all of them.</summary>
    [Fact]
    public void PortThatTheAppHasGivenUp_IsItsOwn_AtOtherAddressesToo()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        var worker = host.Fork();
        var (key, port) = worker.Listen(ClusterHost.FreePort());
        worker.Stops(key);
        Assert.True(ClusterHost.IsOpen(port)); // who listens again soon finds it
        Assert.Equal(0, (int)worker.Query($"\"address\":null,\"port\":{port},\"addressType\":4", out _)["errno"]!);
        Assert.Equal(-98, (int)worker.Query($"\"address\":\"127.0.0.1\",\"port\":{port},\"addressType\":4", out _)["errno"]!);
    }

    /// <summary>A reload keeps the sockets; that it does is said.</summary>
    [Fact]
    public void AnotherBalance_IsForTheNextSockets()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        var old = host.Fork();
        _ = old.Listen();
        host.Spec = host.Spec with { Balance = Balance.RoundRobin };
        for (var i = 0; i < 2; i++)
        {
            _ = host.Fork(1);
        }

        Assert.StartsWith("app: a change of \"balance\"", Assert.Single(host.Reports), StringComparison.Ordinal);
        Assert.Equal(Balance.PerWorker, host.Clusters.Of("app")!.Balance);
    }

    [Fact]
    public void Listening_MakesReady_Once_AndOnlyOnTheAskedPort()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        worker.Say("\"act\":\"listening\",\"index\":9,\"address\":null,\"port\":1,\"addressType\":4");
        host.Turn();
        Assert.Equal(0, host.TakeReady());
        host.Spec = host.Spec with { ReadyWhen = host.Spec.ReadyWhen with { Number = port } };
        var other = host.Fork(1).Say("\"act\":\"listening\",\"index\":0,\"address\":null,\"port\":1,\"addressType\":4");
        host.Turn();
        Assert.Equal(0, host.TakeReady());
        other.Say($"\"act\":\"listening\",\"index\":0,\"address\":null,\"port\":{port},\"addressType\":4");
        host.Turn();
        Assert.Equal(1, host.TakeReady());
    }

    /// <summary>Without an answer worker.disconnect() and worker.kill() hang for ever.</summary>
    [Fact]
    public void ExitedAfterDisconnect_IsAnswered()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork().Say("\"act\":\"online\"").Say("\"act\":\"exitedAfterDisconnect\"");
        Assert.Equal(1, (int)worker.Hear(out _)["ack"]!);
    }

    [Theory]
    [InlineData("\"address\":null,\"port\":null,\"addressType\":null,\"fd\":5", "EBADF", 1)]
    [InlineData("\"address\":null,\"port\":70000,\"addressType\":4", "EINVAL", 0)]
    [InlineData("\"address\":\"not an address\",\"port\":80,\"addressType\":4", "EINVAL", 0)]
    public void Query_WithoutSense_IsRefused(string members, string errno, int warnings)
    {
        using var host = new ClusterHost(Balance.Shared);
        var reply = host.Fork().Query(members, out var fd);
        Assert.Equal((-Errno(errno), -1), ((int)reply["errno"]!, fd));
        Assert.Equal(warnings, host.Reports.Count);
    }

    [Theory]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void Datagrams_HaveAlwaysADescriptor(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var reply = host.Fork().Query("\"address\":\"127.0.0.1\",\"port\":0,\"addressType\":\"udp4\",\"fd\":-1,\"flags\":0", out var fd);
        Assert.Equal(0, (int)reply["errno"]!);
        Assert.True(fd >= 0);
        Assert.Null(reply["sockname"]);
    }

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.RoundRobin)]
    public void UnixSocket_IsShared(Balance balance)
    {
        using var folder = new TempFolder();
        using var host = new ClusterHost(balance);
        var query = $"\"address\":\"{folder["a.sock"]}\",\"port\":-1,\"addressType\":-1";
        var (one, two) = (host.Fork(), host.Fork(1));
        var (a, b) = (one.Query(query, out var first), two.Query(query, out var second));
        Assert.Equal((string)a["key"]!, (string)b["key"]!);
        Assert.Equal(balance != Balance.RoundRobin, first >= 0 && second >= 0);
        Assert.Null(b["sockname"]);
        Assert.True(File.Exists(folder["a.sock"]));
    }

    [Fact]
    public void Disconnect_SteersAway_AndAsks()
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (key, port) = one.Listen();
        _ = two.Listen();
        Assert.NotNull(host.Clusters.Disconnect(one.Pid)); // it has not said "online": npm would not understand it
        one.Say("\"act\":\"online\"");
        host.Turn();
        Assert.Null(host.Clusters.Disconnect(one.Pid));
        Assert.Equal("disconnect", (string)one.Hear(out _)["act"]!);
        for (var i = 0; i < 4; i++)
        {
            using var client = ClusterHost.Connect(port);
            two.Answer(two.HearConnection(out _), true);
        }

        one.Say($"\"act\":\"close\",\"key\":\"{key}\"");
        Assert.False(one.HasInput);
        one.Dispose();
        host.TurnUntil(() => host.Disconnected.Count == 1);
        Assert.Equal(0, host.Disconnected[0].Worker.Index);
        Assert.NotNull(host.Clusters.Disconnect(one.Pid));
        host.Clusters.Ended(one.Pid);
        Assert.Single(host.Disconnected);
    }

    [Fact]
    public void End_WithoutDisconnect_IsToldToNobody_WhenTheProcessIsReapedFirst()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork();
        _ = worker.Listen();
        worker.Die();
        host.Turn();
        Assert.Empty(host.Disconnected);
    }

    /// <summary>One process of a slot, and its successor.</summary>
    [Fact]
    public void Slot_Serves_AsLongAsOneOfItsProcessesDoes()
    {
        using var host = new ClusterHost(Balance.PerWorker, 1);
        var old = host.Fork();
        var (key, port) = old.Listen();
        var successor = host.Fork();
        _ = successor.Listen();
        host.Clusters.Retire(old.Pid);
        old.Say($"\"act\":\"close\",\"key\":\"{key}\"");
        host.Turn();
        old.Die();
        Assert.True(ClusterHost.IsOpen(port));
        Assert.False(successor.HasInput); // the kernel gives it to whom it serves: nothing is passed
    }

    [Fact]
    public void Listener_OutlivesItsWorkers()
    {
        using var host = new ClusterHost(Balance.Shared, 1);
        var one = host.Fork();
        var (_, port) = one.Listen();
        one.Die();
        Assert.True(ClusterHost.IsOpen(port));
        var two = host.Fork();
        Assert.Equal(port, two.Listen().Port);
        two.Die();
        host.Clusters.Close("app");
        Assert.False(ClusterHost.IsOpen(port));
    }

    [Fact]
    public void Shutdown_IsSent_AfterWhatWaits()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork();
        var unheard = 0;
        Assert.Null(host.Clusters.SendShutdown(worker.Pid, () => unheard++));
        Assert.Equal("\"shutdown\"", worker.End.ReadLine());
        Assert.Null(host.Clusters.SendShutdown(worker.Pid, () => unheard++));
        worker.Dispose();
        host.TurnUntil(() => unheard == 1);
        Assert.NotNull(host.Clusters.SendShutdown(worker.Pid, () => unheard++));
    }

    /// <summary>Without an answer Node holds back all that it sends later.</summary>
    [Fact]
    public void SocketOfAWorker_IsAcknowledged_AndClosed()
    {
        using var host = new ClusterHost(Balance.Shared);
        using var pipe = Pipe.Open();
        var worker = host.Fork();
        worker.End.Write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{}}\n", pipe.Write.Number);
        pipe.Write.Dispose();
        host.TurnUntil(() => worker.End.HasInput);
        Assert.Equal("{\"cmd\":\"NODE_HANDLE_ACK\"}", worker.End.ReadLine());
        Assert.Equal("", Reading.ToEnd(pipe.Read.Number));
    }

    [Fact]
    public void Ready_IsTheMessage_WhereItIsAskedFor()
    {
        using var host = new ClusterHost(Balance.Shared);
        host.Spec = host.Spec with { ReadyWhen = new Init.Core.Model.ReadyWhen(Init.Core.Model.ReadyKind.Message) };
        var worker = host.Fork().Say("\"act\":\"listening\",\"index\":0,\"address\":null,\"port\":1,\"addressType\":4");
        host.Turn();
        Assert.Equal(0, host.TakeReady());
        worker.End.Write("\"ready\"\n\"ready\"\n");
        host.Turn();
        Assert.Equal(1, host.TakeReady());
    }

    internal static int Errno(string name) => name switch
    {
        "EADDRINUSE" => Libc.EADDRINUSE,
        "EBADF" => Libc.EBADF,
        "EINVAL" => Libc.EINVAL,
        _ => Libc.EMFILE,
    };
}
