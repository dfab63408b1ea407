using System.Net;
using System.Net.Sockets;
using System.Text;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Loop;
using Init.Linux.Probes;
using Init.Linux.Runtime;
using Init.Linux.Stage;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Probes;

/// <summary>Checks against real servers of every kind of bad manners, and real commands.</summary>
public sealed class ProbeRunnerTests : IDisposable
{
    readonly EventLoop _loop = new();
    readonly EventQueue _queue = new();
    readonly Spawner _spawner = new(Inherited.FromRuntime([]));
    readonly Reaper _reaper = new();
    readonly ProbeRunner _runner;

    public ProbeRunnerTests() => _runner = new ProbeRunner(_loop, _queue, _spawner, _reaper, new ProcessTree(_reaper), new StageWatch(_loop));

    public void Dispose()
    {
        _loop.Dispose();
        _spawner.Dispose();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null)]
    [InlineData("HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", null)]
    [InlineData("HTTP/1.1 204\n", null)]
    [InlineData("HTTP/1.1 399 x\r\n", null)]
    [InlineData("HTTP/1.1 400 Bad\r\n\r\n", "answered 400")]
    [InlineData("HTTP/1.1 503 Later\r\n\r\n", "answered 503")]
    [InlineData("HTTP/1.1 101 Upgrade\r\n\r\n", "answered 101")]
    [InlineData("", "the connection was closed without an answer")]
    [InlineData("HTTP/1.1 2", "what it answered is no HTTP/1")]
    [InlineData("HTTP/1.1 20x\r\n", "what it answered is no HTTP/1")]
    [InlineData("HTTP/2 200\r\n", "what it answered is no HTTP/1")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "what it answered is no HTTP/1")]
    public void Answer_IsJudgedByItsFirstLine(string answer, string? problem)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var check = new HealthCheck { Kind = ProbeKind.Http, Port = PortOf(server), Path = "/health" };
        Begin(check);
        using var peer = server.AcceptTcpClient(); // the kernel has connected already
        Bounded.TurnUntil(_loop, () => peer.Available > 0);
        Assert.Equal($"GET /health HTTP/1.1\r\nHost: localhost:{PortOf(server)}\r\nUser-Agent: pminit\r\nAccept: */*\r\nConnection: close\r\n\r\n", ReadAll(peer));
        peer.GetStream().Write(Encoding.ASCII.GetBytes(answer));
        peer.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(problem, Outcome());
    }

    /// <summary>A server that cannot send all of its page would say so at each check.</summary>
    [Fact]
    public void RestOfTheAnswer_IsHeard_AndTheConnectionClosedAfterwards()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Begin(new HealthCheck { Kind = ProbeKind.Http, Port = PortOf(server) });
        using var peer = server.AcceptTcpClient();
        Bounded.TurnUntil(_loop, () => peer.Available > 0);
        _ = ReadAll(peer);
        peer.GetStream().Write("HTTP/1.1 200 OK\r\n"u8);
        Assert.Null(Outcome());
        peer.SendTimeout = (int)Bounded.Patience.TotalMilliseconds;
        peer.GetStream().Write(new byte[20_000]);
        Bounded.Turn(_loop);
        Assert.False(peer.Client.Poll(0, SelectMode.SelectRead)); // it has not hung up
        Begin(new HealthCheck { Kind = ProbeKind.Http, Port = PortOf(server) });
        Assert.True(Bounded.Poll((int)peer.Client.Handle)); // now it has: the next check begins
    }

    /// <summary>A server that sends without end, and without a line, costs 1 KiB.</summary>
    [Fact]
    public void EndlessAnswer_IsCutOff()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Begin(new HealthCheck { Kind = ProbeKind.Http, Port = PortOf(server) });
        using var peer = server.AcceptTcpClient();
        peer.GetStream().Write(new byte[64 * 1024]);
        Assert.Equal("what it answered is no HTTP/1", Outcome());
    }

    [Fact]
    public void Connection_IsEnough_OverTcp()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Begin(new HealthCheck { Kind = ProbeKind.Tcp, Host = "127.0.0.1", Port = PortOf(server) });
        Assert.Null(Outcome());
    }

    [RequiresFact(Need.IPv6)]
    public void Localhost_IsIPv6Too()
    {
        using var server = new TcpListener(IPAddress.IPv6Loopback, 0);
        server.Server.DualMode = false;
        server.Start();
        Begin(new HealthCheck { Kind = ProbeKind.Tcp, Port = PortOf(server) });
        Assert.Null(Outcome());
    }

    [Fact]
    public void NobodyListens_IsAProblem()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = PortOf(server);
        server.Stop();
        Begin(new HealthCheck { Kind = ProbeKind.Tcp, Port = port });
        Assert.Equal("Connection refused", Outcome());
    }

    [Fact]
    public void UnixSocket_IsConnectedTo()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "app.sock");
        Begin(new HealthCheck { Kind = ProbeKind.Tcp, UnixPath = path });
        Assert.Equal("No such file or directory", Outcome());
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(path));
        server.Listen();
        Begin(new HealthCheck { Kind = ProbeKind.Tcp, UnixPath = path });
        Assert.Null(Outcome());
    }

    [Fact]
    public void EndedCheck_SaysHowFarItCame()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Begin(new HealthCheck { Kind = ProbeKind.Http, Port = PortOf(server) });
        using var peer = server.AcceptTcpClient();
        Bounded.TurnUntil(_loop, () => peer.Available > 0);
        _runner.End(new Effect.EndCheck(Worker, 1));
        Assert.Equal("connected, but no answer", Outcome());
        _ = ReadAll(peer);
        Assert.Equal(0, peer.GetStream().Read(new byte[1])); // closed
        _runner.End(new Effect.EndCheck(Worker, 1));
        Assert.False(_queue.HasAny);
    }

    [Theory]
    [InlineData("exit 0", null)]
    [InlineData("echo one; echo; echo ' two '; echo; exit 3", "exited with code 3: two")]
    [InlineData("echo out; printf 'and err' >&2; exit 1", "exited with code 1: and err")]
    [InlineData("exit 7", "exited with code 7")]
    [InlineData("kill -9 $$", "exited with signal SIGKILL")]
    public void Command_IsJudgedByItsCode(string script, string? problem)
    {
        Begin(Exec("/bin/sh", "-c", script));
        Assert.Equal(problem, Outcome());
    }

    [Fact]
    public void CommandThatIsNotThere_IsAProblem()
    {
        Begin(Exec("/no/such/check"));
        Assert.StartsWith("could not be run: ", Outcome(), StringComparison.Ordinal);
    }

    [Fact]
    public void Command_IsKilledWithItsTree_WhenItIsEnded()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "pids");
        Begin(Exec("/bin/sh", "-c", $"setsid sleep 1000 & echo \"$$ $!\" >'{path}.new'; mv '{path}.new' '{path}'; echo waits; wait"));
        Bounded.TurnUntil(_loop, () => File.Exists(path), static () => Thread.Yield());
        var pids = Array.ConvertAll(File.ReadAllText(path).Split(' '), int.Parse);
        _runner.End(new Effect.EndCheck(Worker, 1));
        Assert.StartsWith("has not ended", Outcome(), StringComparison.Ordinal);
        Assert.All(pids, Child.WaitEnd);
        _ = _reaper.Reap(static (_, _, _, _) => Assert.Fail("no worker's"));
        Assert.False(_queue.HasAny);
    }

    static readonly WorkerId Worker = new("app", 0);

    static HealthCheck Exec(string program, params string[] args) => new() { Kind = ProbeKind.Exec, Command = new CommandSpec { Program = program, Args = [.. args] } };

    void Begin(HealthCheck check) =>
        _runner.Begin(new Effect.Check(Worker, 1, 1, 1), new AppSpec { Name = "app", Command = new CommandSpec { Program = "/bin/true" }, HealthCheck = check }, 0);

    string? Outcome()
    {
        Bounded.TurnUntil(_loop, () => _queue.HasAny, () => _reaper.Reap(static (_, _, _, _) => Assert.Fail("no worker's")));
        Assert.True(_queue.TryTake(out var e));
        var answer = Assert.IsType<SupervisorEvent.Checked>(e);
        Assert.Equal((Worker, 1), (answer.Worker, answer.Number));
        return answer.Problem;
    }

    static int PortOf(TcpListener server) => ((IPEndPoint)server.LocalEndpoint).Port;

    static string ReadAll(TcpClient peer)
    {
        var bytes = new byte[peer.Available];
        peer.GetStream().ReadExactly(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
