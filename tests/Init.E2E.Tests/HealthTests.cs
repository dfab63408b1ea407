// The probes tell the truth: alive while the loop turns, ready while every app that is meant to be up is up.
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class HealthTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int LongMs = 60_000;
    const int DefaultPort = 9615;

    [RequiresFact]
    public void Probes_Answer200_WhenEveryWorkerIsUp()
    {
        var pid1 = Start(Worker("one", "print=ready").With("instances", 2), Worker("two", "print=ready"));
        pid1.WaitEvent("worker_ready", "one", 2);
        pid1.WaitEvent("worker_ready", "two");

        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez?verbose").Code);
    }

    [RequiresFact]
    public void Ready_Is503_WhileAWorkerWaitsForItsRestart()
    {
        var pid1 = Start(Worker("calm", "print=ready"), Worker("crasher", "exit-after=50 code=1").With("restart_delay", LongMs));
        pid1.WaitEvent("worker_waiting", "crasher");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
    }

    [RequiresFact]
    public void Ready_ComesBack_WhenTheWorkerDoes()
    {
        var pid1 = Start(Worker("api", "print=ready").With("restart_delay", 1500));
        pid1.WaitEvent("worker_ready", "api");
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);

        pid1.SignalInside(pid1.WaitEvent("worker_started", "api").Pid!.Value, Sys.Kill);
        pid1.WaitEvent("worker_waiting", "api");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        pid1.WaitEvent("worker_ready", "api", 2);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);
    }

    [RequiresFact]
    public void Ready_Is503_WhenAnAppGaveUp()
    {
        var pid1 = Start(Worker("calm", "print=ready"), Worker("crasher", "code=1").With("max_restarts", 1));
        pid1.WaitEvent("worker_failed", "crasher");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
    }

    [RequiresFact]
    public void Ready_Is503AndLive200_WhileShuttingDown()
    {
        var pid1 = Start(Worker("deaf", "ignore=TERM print=ready").With("kill_timeout", LongMs));
        pid1.WaitMessage("ready");
        pid1.Signal(Sys.Term);
        pid1.WaitEvent("worker_stopping", "deaf");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
        pid1.Signal(Sys.Term);
        Assert.Equal(137, pid1.WaitExit());
    }

    [RequiresTheory]
    [InlineData("/", "GET", 404)]
    [InlineData("/nothing", "GET", 404)]
    [InlineData("/livez", "POST", 405)]
    [InlineData("/livez", "HEAD", 200)]
    public void OtherRequests_AreRefusedPolitely(string path, string method, int expected)
    {
        var pid1 = Start(Worker("calm", "print=ready"));
        pid1.WaitMessage("ready");

        Assert.Equal(expected, Web.Get(pid1.HealthPort, path, method).Code);
    }

    [RequiresFact]
    public void Nonsense_NeverStopsTheProbes_WhenStrangersSendIt()
    {
        var pid1 = Start(Worker("calm", "print=ready"));
        pid1.WaitMessage("ready");
        var sockets = new List<Socket>();
        foreach (var text in new[] { "", "GET", "\r\n\r\n", "GET /livez HTTP/9.9\r\n", "\0\u0001\u00ff", new string('A', 100_000), "GET " + new string('/', 50_000) + " HTTP/1.1\r\n\r\n" })
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 2000 };
            socket.Connect(IPAddress.Loopback, pid1.HealthPort);
            sockets.Add(socket);
            try
            {
                socket.Send(Encoding.Latin1.GetBytes(text));
            }
            catch (SocketException)
            {
                // It may hang up on us: that is one of the polite answers.
            }
        }

        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
        sockets.ForEach(s => s.Dispose());
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Connections_NeverStopTheProbes_WhenFiveHundredStayOpen()
    {
        var pid1 = Start(Worker("calm", "print=ready"));
        pid1.WaitMessage("ready");
        var sockets = new List<Socket>();
        for (var i = 0; i < 500; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, pid1.HealthPort);
            sockets.Add(socket);
        }

        pid1.WaitUntil("the probe answers", () => Web.Get(pid1.HealthPort, "/livez").Code == 200);
        Assert.Equal(0, pid1.Client("ping").Code);
        sockets.ForEach(s => s.Dispose());
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Port_IsClosed_WhenHealthIsOffByOption()
    {
        var pid1 = Start(new StartOptions { File = Of(Worker("calm", "print=ready")), Health = "off" });
        pid1.WaitMessage("ready");

        Assert.Empty(pid1.Events("health_listening"));
        Assert.False(Web.IsOpen(pid1.HealthPort));
    }

    [RequiresFact]
    public void Port_IsTheFiles_WhenTheFileNamesOne()
    {
        var port = Pid1.FreePort();
        var settings = new JsonObject { ["health"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = port } };
        var pid1 = Start(new StartOptions { File = WithSettings(settings, Worker("calm", "print=ready")), Health = null });
        pid1.WaitMessage("ready");

        Assert.Equal(200, Web.Get(port, "/livez").Code);
    }

    [RequiresFact]
    public void Health_IsOff_WhenTheFileSaysSo()
    {
        var settings = new JsonObject { ["health"] = new JsonObject { ["enabled"] = false } };
        var pid1 = Start(new StartOptions { File = WithSettings(settings, Worker("calm", "print=ready")), Health = null });
        pid1.WaitMessage("ready");

        Assert.Empty(pid1.Events("health_listening"));
    }

    [RequiresFact]
    public void TakenPort_IsAnError_WhenItWasAskedFor()
    {
        using var other = Listen(0);
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        var pid1 = Start(new StartOptions { File = Of(Worker("calm", "touch=up")), Health = $"127.0.0.1:{port}" });

        Assert.NotEqual(0, pid1.WaitExit());
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "up")));
        Assert.Contains(port.ToString(), pid1.Tail());
    }

    [RequiresFact]
    public void TakenPort_IsAWarning_WhenItIsTheDefault()
    {
        using var other = TryListenOnDefault();
        var pid1 = Start(new StartOptions { File = Of(Worker("calm", "print=ready")), Health = null });

        pid1.WaitMessage("ready");
        Assert.Contains(pid1.Lines, l => l.Level == "warn" && l.Message.Contains($"{DefaultPort}", StringComparison.Ordinal));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen(1);
        return socket;
    }

    // When somebody else has it already, it is taken all the same.
    static Socket? TryListenOnDefault()
    {
        try
        {
            return Listen(DefaultPort);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
