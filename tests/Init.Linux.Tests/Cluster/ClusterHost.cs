using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Init.Core.Cluster;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>A cluster primary on a loop of the test's own, with workers that are either the test itself or real processes.</summary>
sealed class ClusterHost : IDisposable
{
    readonly List<FakeWorker> _fakes = [];
    readonly List<Child> _children = [];
    readonly Spawner _spawner = new(Inherited.FromRuntime([]));
    int _lastPid = 1_000_000_000; // of no process
    int _incarnation;

    public ClusterHost(Balance balance, int instances = 2)
    {
        Spec = new AppSpec
        {
            Name = "app",
            Command = new CommandSpec { Program = "node" },
            Instances = instances,
            Cluster = ClusterMode.Node,
            Balance = balance,
            ReadyWhen = new ReadyWhen(ReadyKind.Listening),
        };
        Loop.Fault = error => Assert.Fail(error.ToString());
        Clusters = new NodeClusters(Loop, Queue, item => Reports.Add(item.Message)) { ChannelEnded = (worker, incarnation) => Disconnected.Add((worker, incarnation)) };
    }

    public AppSpec Spec { get; set; }

    public EventLoop Loop { get; } = new();

    public EventQueue Queue { get; } = new();

    public NodeClusters Clusters { get; }

    public List<string> Reports { get; } = [];

    public List<(WorkerId Worker, int Incarnation)> Disconnected { get; } = [];

    /// <summary>A worker whose part the test plays.</summary>
    public FakeWorker Fork(int slot = 0)
    {
        var (channel, end) = IpcChannel.TryMake()!.Value;
        Assert.True(Clusters.Attach(++_lastPid, channel, new WorkerId("app", slot), ++_incarnation, Spec));
        var fake = new FakeWorker(this, _lastPid, new ChannelEnd(end));
        _fakes.Add(fake);
        return fake;
    }

    /// <summary>A real process, started by the real spawner.</summary>
    public Child Start(int slot, string program, params string[] args)
    {
        var child = Child.Start(_spawner, Spec with { Command = new CommandSpec { Program = program, Args = [.. args] } }, slot, slot);
        _children.Add(child);
        Assert.True(Clusters.Attach(child.Pid, child.Process.Channel, new WorkerId("app", slot), ++_incarnation, Spec));
        return child;
    }

    /// <summary>How many processes have become ready since the last look.</summary>
    public int TakeReady()
    {
        var count = 0;
        while (Queue.TryTake(out var item))
        {
            count += item is SupervisorEvent.ToWorker { Event: WorkerEvent.ReadyReceived } ? 1 : 0;
        }

        return count;
    }

    public void Turn() => Bounded.Turn(Loop);

    /// <param name="condition">What is waited for.</param>
    /// <param name="turns">It comes from elsewhere, so that waiting in the loop would be in vain.</param>
    public void TurnUntil(Func<bool> condition, bool turns = false) => Bounded.TurnUntil(Loop, condition, turns ? static () => Thread.Yield() : null);

    /// <summary>What the supervisor thinks of the app.</summary>
    public void Follow(bool isWanted = true, bool isSteady = false) => Clusters.Of("app")!.Follow(isWanted, isSteady);

    public static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Bounded.Patience.TotalMilliseconds };
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return socket;
        }
        catch
        {
            socket.Dispose(); // else some later test would see it go
            throw;
        }
    }

    /// <summary>Nobody's, a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether anybody listens there.</summary>
    public static bool IsOpen(int port)
    {
        try
        {
            using var socket = Connect(port);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }

    public static int Descriptors => OwnDescriptors.Count();

    public void Dispose()
    {
        Clusters.Dispose();
        _fakes.ForEach(static fake => fake.Dispose());
        _children.ForEach(static child => child.Dispose());
        _spawner.Dispose();
        Loop.Dispose();
    }
}

/// <summary>A worker whose part the test plays: it says what Node would say.</summary>
sealed class FakeWorker(ClusterHost host, int pid, ChannelEnd end) : IDisposable
{
    int _seq;
    readonly List<int> _taken = [];

    public int Pid => pid;

    public ChannelEnd End => end;

    public FakeWorker Say(string members)
    {
        end.Write($$"""{"cmd":"NODE_CLUSTER",{{members}},"seq":{{_seq++}}}""" + "\n");
        return this;
    }

    /// <summary>Asks for a server's socket.</summary>
    /// <returns>The answer.</returns>
    public JsonObject Query(string members, out int fd)
    {
        Say($"\"act\":\"queryServer\",\"index\":0,\"data\":null,{members}");
        return Hear(out fd);
    }

    /// <summary>Asks for a TCP server, and listens; the reply's key and the real port.</summary>
    public (string Key, int Port) Listen(int port = 0)
    {
        var reply = Query($"\"address\":\"127.0.0.1\",\"port\":{port},\"addressType\":4", out var fd);
        Assert.Equal(0, (int)reply["errno"]!);
        var real = fd >= 0 ? PortOf(fd) : (int)reply["sockname"]!["port"]!;
        Say($"\"act\":\"listening\",\"index\":0,\"address\":\"127.0.0.1\",\"port\":{real},\"addressType\":4");
        host.TurnUntil(() => host.TakeReady() == 1);
        return ((string)reply["key"]!, real);
    }

    public static unsafe int PortOf(int fd)
    {
        Libc.sockaddr_storage address;
        uint length = 128;
        Assert.Equal(0, Libc.getsockname(fd, &address, &length));
        return (address.rest[0] << 8) | address.rest[1];
    }

    /// <summary>The next message of the primary, out of its envelope, which is acknowledged.</summary>
    public JsonObject Hear(out int fd, bool acknowledges = true)
    {
        host.TurnUntil(() => end.HasInput);
        var message = JsonNode.Parse(end.ReadLine(out fd))!.AsObject();
        if ((string)message["cmd"]! != "NODE_HANDLE")
        {
            Assert.Equal(-1, fd);
            return message;
        }

        Assert.True(fd >= 0);
        _taken.Add(fd);
        if (acknowledges)
        {
            end.Write("{\"cmd\":\"NODE_HANDLE_ACK\"}\n");
        }

        Assert.Contains((string)message["type"]!, new[] { "net.Native", "dgram.Native" });
        return message["msg"]!.AsObject();
    }

    /// <summary>A connection that is passed.</summary>
    /// <returns>The number to answer.</returns>
    public int HearConnection(out int fd)
    {
        var message = Hear(out fd);
        Assert.Equal("newconn", (string)message["act"]!);
        return (int)message["seq"]!;
    }

    /// <summary>Closes its server.</summary>
    public void Stops(string key)
    {
        CloseHandles();
        Say($"\"act\":\"close\",\"key\":\"{key}\"");
        host.Turn();
    }

    public void Answer(int number, bool isAccepted) => Say($"\"ack\":{number},\"accepted\":{(isAccepted ? "true" : "false")}");

    public bool HasInput
    {
        get
        {
            host.Turn();
            return end.HasInput;
        }
    }

    /// <summary>It dies, and is reaped.</summary>
    public void Die()
    {
        Dispose();
        host.Clusters.Ended(pid);
    }

    public void CloseHandles()
    {
        _taken.ForEach(static fd => _ = Libc.close(fd));
        _taken.Clear();
    }

    public void Dispose()
    {
        end.Dispose();
        CloseHandles();
    }
}
