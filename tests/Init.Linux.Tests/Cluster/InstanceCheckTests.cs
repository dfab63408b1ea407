using System.Text;
using Init.Core.Cluster;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Probes;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Linux.Tests.Cluster;

/// <summary>Health checks of one process among several that share a port. The test plays the processes.</summary>
public sealed unsafe class InstanceCheckTests : IDisposable
{
    readonly ClusterHost _host = new(Balance.PerWorker);
    readonly Spawner _spawner = new(Inherited.FromRuntime([]));
    readonly ProbeRunner _runner;
    int _number;

    public InstanceCheckTests()
    {
        var reaper = new Reaper();
        _runner = new ProbeRunner(_host.Loop, _host.Queue, _spawner, reaper, new ProcessTree(reaper), new StageWatch(_host.Loop)) { Clusters = _host.Clusters };
    }

    public void Dispose()
    {
        _spawner.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void Http_IsAnsweredByTheOneThatIsAsked(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var reaper = new Reaper();
        var runner = new ProbeRunner(host.Loop, host.Queue, _spawner, reaper, new ProcessTree(reaper), new StageWatch(host.Loop)) { Clusters = host.Clusters };
        var (first, second) = (host.Fork(0), host.Fork(1));
        var (_, port) = Load(first).Listen();
        Assert.Equal(port, Load(second).Listen().Port);
        runner.Begin(new Effect.Check(new WorkerId("app", 1), 2, second.Pid, 7), host.Spec with { HealthCheck = Http(port) }, 0);
        var number = HearCheck(second, port, out var fd);
        Assert.False(first.HasInput);

        second.Answer(number, isAccepted: true);
        host.TurnUntil(() => Text(fd).Length > 0 || _heard.Length > 0);
        Assert.StartsWith("GET /health HTTP/1.1\r\n", _heard, StringComparison.Ordinal);
        Write(fd, "HTTP/1.1 503 no\r\n\r\n");
        Assert.Equal("answered 503", Outcome(host));
    }

    [Fact]
    public void Tcp_IsWell_WhenTheServerHasTheConnection()
    {
        var worker = _host.Fork();
        var (_, port) = Load(worker).Listen();
        Begin(worker, new HealthCheck { Kind = ProbeKind.Tcp, Port = port });
        var number = HearCheck(worker, port, out _);
        _host.Turn();
        Assert.False(_host.Queue.TryTake(out _)); // the kernel's word is not enough
        worker.Answer(number, isAccepted: true);
        Assert.Null(Outcome(_host));
    }

    [Fact]
    public void UnixSocket_GetsAUnixConnection()
    {
        var worker = Load(_host.Fork());
        Begin(worker, new HealthCheck { Kind = ProbeKind.Tcp, UnixPath = "/nowhere/api.sock" });
        var message = worker.Hear(out var fd);
        Assert.Equal("/nowhere/api.sock", (string)message["place"]!);
        Libc.sockaddr_storage address;
        uint length = 128;
        Assert.Equal(0, Libc.getsockname(fd, &address, &length));
        Assert.Equal(Libc.AF_UNIX, address.ss_family);
        worker.Answer((int)message["seq"]!, isAccepted: true);
        Assert.Null(Outcome(_host));
    }

    /// <summary>A check by /var/run is one of the socket in /run.</summary>
    [Fact]
    public void UnixSocket_IsFoundByItsOtherName()
    {
        var folder = Directory.CreateTempSubdirectory("pminit-check-").FullName;
        try
        {
            var link = Path.Combine(folder, "link");
            Directory.CreateSymbolicLink(link, Directory.CreateDirectory(Path.Combine(folder, "real")).FullName);
            var path = Path.Combine(folder, "real", "api.sock");
            var worker = Load(_host.Fork());
            Assert.Equal(0, (int)worker.Query($"\"address\":\"{path}\",\"port\":-1,\"addressType\":-1", out _)["errno"]!);
            Begin(worker, new HealthCheck { Kind = ProbeKind.Tcp, UnixPath = Path.Combine(link, "api.sock") });
            var message = worker.Hear(out _);
            Assert.Equal(path, (string)message["place"]!);
            worker.Answer((int)message["seq"]!, isAccepted: false);
            Assert.Equal("this instance does not listen there", Outcome(_host));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>The socket is there, because the old process has it: the new one does not listen yet.</summary>
    [Fact]
    public void WhoDoesNotListen_IsNotReady_ByTheWordOfAnother()
    {
        var (old, successor) = (_host.Fork(), _host.Fork());
        var (_, port) = Load(old).Listen();
        Begin(Load(successor), Http(port));
        successor.Answer(HearCheck(successor, port, out _), isAccepted: false);
        Assert.Equal("this instance does not listen there", Outcome(_host));
    }

    /// <summary>What no socket of the cluster is behind is connected to as ever: a server that is no server of Node's.</summary>
    [Fact]
    public void WhatNobodyShares_IsConnectedTo()
    {
        using var server = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        var port = ((System.Net.IPEndPoint)server.LocalEndpoint).Port;
        var worker = Load(_host.Fork());
        Begin(worker, new HealthCheck { Kind = ProbeKind.Tcp, Port = port });
        worker.Answer(HearCheck(worker, port, out _), isAccepted: false);
        Assert.Null(Outcome(_host));
    }

    /// <summary>Without the preload whoever answers is as good, but for readiness.</summary>
    [Theory]
    [InlineData(ReadyKind.Listening, null)]
    [InlineData(ReadyKind.HealthCheck, "the port is that of all instances, and the script by which one of them can be asked (\"keepalive_drain\") is not loaded in it")]
    public void WithoutThePreload_NobodyElseMakesItReady(ReadyKind readyWhen, string? problem)
    {
        var worker = _host.Fork();
        var (_, port) = worker.Listen();
        _runner.Begin(Check(worker), _host.Spec with { HealthCheck = new HealthCheck { Kind = ProbeKind.Tcp, Port = port }, ReadyWhen = new ReadyWhen(readyWhen) }, 0);
        Assert.Equal(problem, Outcome(_host));
    }

    /// <summary>One that hangs costs one message, however often it is asked.</summary>
    [Fact]
    public void WhoDoesNotAnswer_IsNotAskedTwice()
    {
        var worker = _host.Fork();
        var (_, port) = Load(worker).Listen();
        worker.CloseHandles();
        var before = ClusterHost.Descriptors;
        Begin(worker, Http(port));
        _runner.End(new Effect.EndCheck(new WorkerId("app", 0), _number));
        Assert.Equal("it took no connection", Outcome(_host));
        for (var i = 0; i < 100; i++)
        {
            Begin(worker, Http(port));
            Assert.Equal("it has not even taken the connection of the check before", Outcome(_host));
        }

        // It wakes up: the connection that nobody waits for is closed, and it is asked again.
        Assert.Equal("NODE_PMINIT_CHECK", (string)worker.Hear(out var fd)["cmd"]!);
        Assert.Equal(0, Libc.read(fd, null, 0));
        worker.CloseHandles();
        worker.Answer(0, isAccepted: true);
        _host.Turn();
        Begin(worker, Http(port));
        worker.Answer(HearCheck(worker, port, out _), isAccepted: false);
        Assert.Equal("this instance does not listen there", Outcome(_host));
        worker.CloseHandles();
        Assert.Equal(before, ClusterHost.Descriptors);
    }

    [Fact]
    public void WhoHasNoDescriptorLeft_IsAskedFourTimes()
    {
        var worker = _host.Fork();
        var (_, port) = Load(worker).Listen();
        Begin(worker, Http(port));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("NODE_PMINIT_CHECK", (string)worker.Hear(out _, acknowledges: false)["cmd"]!);
            worker.End.Write("{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
        }

        Assert.StartsWith("it could not take the connection", Outcome(_host), StringComparison.Ordinal);
    }

    [Fact]
    public void WhoDies_LeavesNothing()
    {
        var before = ClusterHost.Descriptors;
        var worker = _host.Fork();
        Begin(Load(worker), Http(1));
        worker.Die();
        Assert.StartsWith("it could not take the connection", Outcome(_host), StringComparison.Ordinal);
        Assert.Equal(before, ClusterHost.Descriptors);
    }

    static HealthCheck Http(int port) => new() { Kind = ProbeKind.Http, Port = port, Path = "/health" };

    FakeWorker Load(FakeWorker worker)
    {
        worker.End.Write("{\"cmd\":\"NODE_PMINIT_LOADED\"}\n");
        worker.Say("\"act\":\"online\"");
        _host.Turn();
        return worker;
    }

    void Begin(FakeWorker worker, HealthCheck check) => _runner.Begin(Check(worker), _host.Spec with { HealthCheck = check }, 0);

    Effect.Check Check(FakeWorker worker) => new(new WorkerId("app", 0), 1, worker.Pid, ++_number);

    static int HearCheck(FakeWorker worker, int port, out int fd)
    {
        var message = worker.Hear(out fd);
        Assert.Equal("NODE_PMINIT_CHECK", (string)message["cmd"]!);
        Assert.Equal(port, (int)message["place"]!);
        return (int)message["seq"]!;
    }

    static string? Outcome(ClusterHost host)
    {
        SupervisorEvent.Checked? seen = null;
        host.TurnUntil(() =>
        {
            while (seen is null && host.Queue.TryTake(out var item))
            {
                seen = item as SupervisorEvent.Checked;
            }

            return seen is not null;
        });
        return seen!.Problem;
    }

    string _heard = "";

    string Text(int fd)
    {
        var buffer = stackalloc byte[1024];
        var got = Libc.read(fd, buffer, 1024);
        return _heard = got <= 0 ? _heard : Encoding.ASCII.GetString(buffer, (int)got);
    }

    static void Write(int fd, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* from = bytes)
        {
            Assert.Equal(bytes.Length, (int)Libc.send(fd, from, (nuint)bytes.Length, Libc.MSG_NOSIGNAL));
        }
    }
}
