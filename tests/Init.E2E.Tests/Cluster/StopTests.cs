// The end of a cluster whose last requests take long: who comes then has to go elsewhere at once.
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

public sealed class StopTests(ITestOutputHelper output) : Pid1Test(output)
{
    /// <summary>Answers when the file `go` is there.</summary>
    const string Server = """
        const fs = require('fs');
        require('http').createServer((request, response) => {
          response.write('begun ');
          const timer = setInterval(() => { if (fs.existsSync('go')) { clearInterval(timer); response.end('done'); } }, 20);
        }).listen(+process.env.PORT, '127.0.0.1');
        """;

    readonly int _port = Pid1.FreePort();
    readonly string _script = Path.Combine(Path.GetTempPath(), $"pminit-e2e-{Guid.NewGuid():N}.js");

    [RequiresTheory(Needs.Node)]
    [InlineData("stop", "per_worker")]
    [InlineData("stop", "round_robin")]
    [InlineData("SIGTERM", "per_worker")]
    public void NewClients_AreRefused_WhileTheLastRequestsAreAnswered(string how, string balance)
    {
        File.WriteAllText(_script, Server);
        var pid1 = Start(
            App("api", _script).With("instances", 2).With("exec_mode", "cluster").With("balance", balance).With("kill_timeout", 60_000).With("env", new JsonObject { ["PORT"] = $"{_port}" }),
            Worker("other", "print=ready"));
        pid1.WaitEvent("worker_ready", "api", 2);
        using var slow = Connect();
        slow.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8);
        Assert.Contains("begun", Read(slow, "begun"), StringComparison.Ordinal);
        var code = 0;
        var stop = new Thread(() => code = pid1.Client("stop", "api").Code);
        if (how == "stop")
        {
            stop.Start();
        }
        else
        {
            pid1.Signal(15);
        }

        try
        {
            pid1.WaitUntil("new clients are refused", IsRefused);
        }
        finally
        {
            File.WriteAllText(Path.Combine(pid1.Folder, "go"), ""); // else nothing would end
        }

        Assert.Contains("done", Read(slow, "done"), StringComparison.Ordinal);
        if (how == "stop")
        {
            stop.Join();
            Assert.Equal(0, code);
        }
    }

    /// <summary>`kill_signal` as the verb `signal` sends it is the app's affair, and no stop.</summary>
    [RequiresTheory(Needs.Node)]
    [InlineData("per_worker")]
    [InlineData("round_robin")]
    public void ASignalThatIsLivedWith_TakesNobodyOut(string balance)
    {
        File.WriteAllText(_script, "process.on('SIGTERM', () => console.log('heard'));\n" + Server);
        var pid1 = Start(App("api", _script).With("instances", 2).With("exec_mode", "cluster").With("balance", balance).With("kill_timeout", 1000).With("env", new JsonObject { ["PORT"] = $"{_port}" }));
        pid1.WaitEvent("worker_ready", "api", 2);
        Assert.Equal(0, pid1.Client("signal", "SIGTERM", "api").Code);
        pid1.WaitUntil("both have heard it", () => pid1.Output("api").Count(line => line.Message == "heard") == 2);
        for (var i = 0; i < 4; i++)
        {
            using var client = Connect();
            client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8);
            Assert.Contains("begun", Read(client, "begun"), StringComparison.Ordinal);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_script);
        GC.SuppressFinalize(this);
    }

    Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Connect(IPAddress.Loopback, _port);
        return socket;
    }

    bool IsRefused()
    {
        try
        {
            using var socket = Connect();
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }

    static string Read(Socket socket, string until)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(until, StringComparison.Ordinal) && socket.Receive(buffer) is > 0 and var count)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
