using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>Real Node processes with unmodified servers, and pminit's primary in this process.</summary>
public sealed class NodeClusterTests : IDisposable
{
    const string Http = "require('http').createServer((q, r) => r.end(String(require('cluster').worker.id))).listen(0, '127.0.0.1', function () { console.log(this.address().port); });";

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    [InlineData(Balance.ClientIp)]
    public void Http_IsServedByAll_OnOnePort(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var port = Serve(host, Http, 2);
        var ready = 0;
        host.TurnUntil(() => (ready += host.TakeReady()) == 2);
        var answers = new Dictionary<string, int>();
        for (var i = 0; i < 40; i++)
        {
            var id = Ask(host, port);
            answers[id] = answers.GetValueOrDefault(id) + 1;
        }

        Assert.All(answers.Keys, id => Assert.Contains(id, new[] { "1", "2" }));
        if (balance == Balance.RoundRobin)
        {
            Assert.Equal([20, 20], answers.Values);
        }
        else if (balance == Balance.PerWorker)
        {
            Assert.Equal(2, answers.Count);
        }
        else if (balance == Balance.ClientIp)
        {
            Assert.Single(answers); // there is one client
        }
    }

    [Fact]
    public void Worker_IsOne_AndItsVariablesGoNoFurther()
    {
        using var host = new ClusterHost(Balance.Shared);
        var app = _folder.Write("app.js", """
            const cluster = require('cluster');
            console.log(cluster.isWorker, cluster.isPrimary, cluster.worker.id, typeof process.send, Object.keys(process.env).filter(n => n.startsWith('NODE_C') || n.startsWith('NODE_U')).length, process.env.NODE_APP_INSTANCE);
            """);
        var child = host.Start(1, "node", app);
        Assert.Equal("true false 1 function 0 1", child.ReadLine());
        Assert.Equal("true false 2 function 0 0", host.Start(0, "node", app).ReadLine());
    }

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.RoundRobin)]
    public void Disconnect_DrainsAnUnmodifiedServer_AndOthersGoOn(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var children = new List<Child>();
        var port = Serve(host, Http, 2, children);
        Assert.Null(host.Clusters.Disconnect(children[0].Pid));
        host.TurnUntil(() => host.Disconnected.Count == 1);
        Assert.Equal(ExitStatus.Exited(0), children[0].Reap());
        host.Clusters.Ended(children[0].Pid);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("2", Ask(host, port));
        }
    }

    [Theory]
    [InlineData("cluster.worker.disconnect()")]
    [InlineData("cluster.worker.kill()")]
    public void Worker_EndsByItsOwnWish(string wish)
    {
        using var host = new ClusterHost(Balance.PerWorker);
        var child = host.Start(0, "node", _folder.Write("app.js", $"const cluster = require('cluster'); require('net').createServer().listen(0, () => {wish});"));
        host.TurnUntil(() => host.Disconnected.Count == 1);
        Assert.Equal(ExitStatus.Exited(0), child.Reap());
    }

    /// <summary>What is on its way to a worker that dies is not lost, and the port never closes.</summary>
    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.Shared)]
    [InlineData(Balance.RoundRobin)]
    public void Killed_LosesNoPort_AndTheSuccessorServes(Balance balance)
    {
        using var host = new ClusterHost(balance, 1);
        var children = new List<Child>();
        var port = Serve(host, Http, 1, children);
        Assert.Equal("1", Ask(host, port));
        Assert.Equal(0, Libc.kill(children[0].Pid, 9));
        _ = children[0].Reap();
        using var waiting = Request(port);
        host.Clusters.Ended(children[0].Pid);
        Assert.Equal(port, Serve(host, Http, 1));
        Assert.Equal("2", Answer(host, waiting));
        Assert.Equal("2", Ask(host, port));
    }

    /// <summary>An assertion of Node would end the worker.</summary>
    [Fact]
    public void PortTwice_IsInUse()
    {
        using var host = new ClusterHost(Balance.Shared);
        var child = Run(host, """
            const net = require('net');
            const first = net.createServer().listen(0, '127.0.0.1', () => {
              const port = first.address().port;
              const second = net.createServer().listen(port, '127.0.0.1');
              second.on('error', e => { console.log(e.code); first.close(() => net.createServer().listen(port, '127.0.0.1', function () { console.log(this.address().port === port); })); });
            });
            """);
        Assert.Equal("EADDRINUSE", Line(host, child));
        Assert.Equal("true", Line(host, child));
    }

    [Fact]
    public void SeveralServers_EachHaveTheirPort_SharedWithTheSameOfOthers()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        const string Three = """
            const net = require('net');
            const ports = [];
            for (const i of [0, 1, 2]) net.createServer().listen(0, '127.0.0.1', function () { ports[i] = this.address().port; if (ports.filter(Boolean).length === 3) console.log(ports.join(' ')); });
            """;
        var (one, two) = (Run(host, Three), Run(host, Three, 1));
        var ports = Line(host, one);
        Assert.Equal(ports, Line(host, two));
        Assert.Equal(3, ports.Split(' ').Distinct().Count());
    }

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.RoundRobin)]
    public void UnixSocket_IsServed(Balance balance)
    {
        using var host = new ClusterHost(balance);
        var path = _folder["a.sock"];
        var app = $"require('net').createServer(s => s.end('id ' + require('cluster').worker.id)).listen({{path: '{path}', readableAll: true, writableAll: true}}, function () {{ console.log(this.address()); }});";
        var (one, two) = (Run(host, app), Run(host, app, 1));
        Assert.Equal(path, Line(host, one));
        Assert.Equal(path, Line(host, two));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        Assert.StartsWith("id ", ReadToEnd(host, client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Balance.PerWorker)]
    [InlineData(Balance.RoundRobin)]
    public void Datagrams_Arrive(Balance balance)
    {
        using var host = new ClusterHost(balance);
        const string App = """
            const s = require('dgram').createSocket('udp4');
            s.on('message', (m, from) => s.send('got ' + m, from.port, from.address));
            s.bind(0, '127.0.0.1', () => console.log(s.address().port));
            """;
        var (one, two) = (Run(host, App), Run(host, App, 1));
        var port = int.Parse(Line(host, one), CultureInfo.InvariantCulture);
        Assert.Equal(port, int.Parse(Line(host, two), CultureInfo.InvariantCulture));
        host.TurnUntil(() => host.TakeReady() > 0);
        using var client = new UdpClient();
        client.Connect("127.0.0.1", port);
        client.Send("x"u8);
        System.Net.IPEndPoint? from = null;
        Assert.True(Bounded.Poll((int)client.Client.Handle));
        Assert.Equal("got x", Encoding.ASCII.GetString(client.Receive(ref from)));
    }

    /// <summary>So that a session can be resumed at any worker, also after all have been replaced.</summary>
    [Fact]
    public void TicketKeys_AreThoseOfTheFirst()
    {
        using var host = new ClusterHost(Balance.PerWorker);
        const string App = "const s = require('tls').createServer({}).listen(0, '127.0.0.1', () => console.log(s.getTicketKeys().toString('hex')));";
        var one = Run(host, App);
        var keys = Line(host, one);
        Assert.Equal(keys, Line(host, Run(host, App, 1)));
        Assert.Equal(0, Libc.kill(one.Pid, 9));
        _ = one.Reap();
        host.Clusters.Ended(one.Pid);
        Assert.Equal(keys, Line(host, Run(host, App)));
    }

    /// <summary>A worker without descriptors left says so, and another one gets the connection.</summary>
    [Fact]
    public void WorkerWithoutDescriptors_IsPassedOver()
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var full = host.Start(0, "/bin/sh", "-c", $"ulimit -n 60; exec node {_folder.Write("full.js", """
            require('http').createServer((q, r) => r.end('full')).listen(0, '127.0.0.1', function () {
              const port = this.address().port;
              const fs = require('fs');
              try { for (;;) fs.openSync('/dev/null'); } catch (e) { console.log(port); }
            });
            """)}");
        var port = int.Parse(Line(host, full), CultureInfo.InvariantCulture);
        host.TurnUntil(() => host.TakeReady() == 1);
        using var first = Request(port); // it is the only one there
        Assert.Equal(port, Serve(host, Http, 1, firstSlot: 1));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("2", Ask(host, port));
        }
    }

    [Fact]
    public void WaitReady_AndShutdownMessage_GoOnWorking()
    {
        using var host = new ClusterHost(Balance.Shared);
        host.Spec = host.Spec with { ReadyWhen = new ReadyWhen(ReadyKind.Message) };
        var child = Run(host, "process.on('message', m => { console.log(m); process.exit(3); }); require('net').createServer().listen(0, () => { process.send({ type: 'bus' }); process.send('ready'); console.log('up'); });");
        Assert.Equal("up", Line(host, child));
        host.TurnUntil(() => host.TakeReady() == 1);
        Assert.Null(host.Clusters.SendShutdown(child.Pid, () => Assert.Fail("unheard")));
        Assert.Equal("shutdown", Line(host, child));
        Assert.Equal(ExitStatus.Exited(3), child.Reap());
    }

    /// <summary>So that the preload drains. Nobody else hears of it.</summary>
    [Fact]
    public void ShutdownMessage_ComesAfterOneForThePreload()
    {
        using var host = new ClusterHost(Balance.Shared);
        var child = Run(host, "process.on('internalMessage', m => m.cmd.includes('PMINIT') && console.log(m.cmd)).on('message', m => { console.log(m); process.exit(3); }); require('net').createServer().listen(0, () => { process.send('ready'); console.log('up'); });");
        Assert.Equal("up", Line(host, child));
        host.TurnUntil(() => host.TakeReady() == 1);
        Assert.Null(host.Clusters.SendShutdown(child.Pid, () => Assert.Fail("unheard")));
        Assert.Equal("NODE_PMINIT_DRAIN", Line(host, child));
        Assert.Equal("shutdown", Line(host, child));
        Assert.Equal(ExitStatus.Exited(3), child.Reap());
    }

    [Fact]
    public void DescriptorOfThePrimary_IsRefused_WithAWord()
    {
        using var host = new ClusterHost(Balance.Shared);
        var child = Run(host, "require('net').createServer().on('error', e => console.log(e.code)).listen({fd: 5});");
        Assert.Equal("EBADF", Line(host, child));
        Assert.Contains("descriptor 5", Assert.Single(host.Reports), StringComparison.Ordinal);
    }

    Child Run(ClusterHost host, string script, int slot = 0) => host.Start(slot, "node", _folder.Write($"app{script.GetHashCode(StringComparison.Ordinal)}.js", script));

    /// <summary>Starts servers in slots of their own; their one port.</summary>
    int Serve(ClusterHost host, string script, int count, List<Child>? children = null, int firstSlot = 0)
    {
        var port = 0;
        for (var i = 0; i < count; i++)
        {
            var child = Run(host, script, firstSlot + i);
            children?.Add(child);
            var own = int.Parse(Line(host, child), CultureInfo.InvariantCulture);
            Assert.True(port == 0 || port == own);
            port = own;
        }

        host.Turn(); // `listening` was sent before
        return port;
    }

    static string Line(ClusterHost host, Child child)
    {
        host.TurnUntil(() => Bounded.IsReady(child.Process.Output.Number), turns: true);
        return child.ReadLine();
    }

    static Socket Request(int port)
    {
        var socket = ClusterHost.Connect(port);
        socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
        return socket;
    }

    static string Ask(ClusterHost host, int port)
    {
        using var socket = Request(port);
        return Answer(host, socket);
    }

    static string Answer(ClusterHost host, Socket socket) => ReadToEnd(host, socket).Split("\r\n\r\n")[^1];

    static string ReadToEnd(ClusterHost host, Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            host.TurnUntil(() => Bounded.IsReady((int)socket.Handle), turns: true);
            var got = socket.Receive(buffer);
            if (got == 0)
            {
                return text.ToString();
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, got));
        }
    }
}
