// Node's IPC channel in fork mode with real Node programs: ready, shutdown, messages that do not concern us, sockets, and peers that misbehave.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ChannelTests(ITestOutputHelper output) : Pid1Test(output)
{
    const string LiveOn = "\nsetInterval(() => {}, 1e6);";

    [RequiresFact(Needs.Node)]
    public void Worker_IsReady_WhenItSendsReady_AndNotBefore()
    {
        // The stage (umask) must pass the channel on.
        var pid1 = Start(Node("api", """
            const fs = require('fs');
            process.send({ type: 'process:msg', data: { ready: true } });
            process.send(17);
            process.send('not ready');
            process.send('x'.repeat(5e6), () => console.log('big one sent'));
            const timer = setInterval(() => {
              if (!fs.existsSync('go')) return;
              clearInterval(timer);
              process.send('ready');
            }, 20);
            """ + LiveOn).With("wait_ready", true).With("umask", "027"), Worker("late", "print=late").With("depends_on", "api"));
        pid1.WaitMessage("big one sent", "api");
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Empty(pid1.Events("worker_ready"));
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", "api");
        pid1.WaitMessage("late", "late");
        pid1.WaitUntil("is ready", () => pid1.Client("health").Code == 0);
    }

    [RequiresFact(Needs.Node)]
    public void Start_HasFailed_WhenReadyDoesNotCome()
    {
        var pid1 = Start(Node("api", "process.send({ ready: true });" + LiveOn).With("wait_ready", true).With("listen_timeout", 400).With("max_restarts", 1));
        Assert.Equal(1, pid1.WaitExit());
        var said = pid1.Events("worker_not_ready", "api").ToList();
        Assert.Equal(2, said.Count);
        Assert.Contains("process.send('ready')", said[0].Message, StringComparison.Ordinal);
        Assert.Single(pid1.Events("worker_failed", "api"));
        Assert.Empty(pid1.Events("worker_ready", "api"));
    }

    [RequiresFact(Needs.Node)]
    public void Worker_HasAChannel_WithoutBeingAskedTo()
    {
        var pid1 = Start(Node("api", "process.send('ready'); console.log(typeof process.send, process.connected, process.env.NODE_CHANNEL_FD);" + LiveOn));
        pid1.WaitMessage("function true undefined", "api");
    }

    [RequiresFact(Needs.Node)]
    public void Worker_StopsByMessage()
    {
        var pid1 = Start(Stopper("""
            process.on('message', message => {
              console.log('heard ' + message);
              if (message === 'shutdown') process.exit(0);
            });
            process.send('ready');
            """));
        pid1.WaitEvent("worker_ready", "api");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["heard shutdown"], pid1.Output("api").Select(l => l.Message));
        Assert.Contains("stopping with message shutdown", pid1.WaitEvent("worker_stopping", "api").Message, StringComparison.Ordinal);
        Assert.Empty(pid1.Events("warning"));
    }

    [RequiresFact(Needs.Node)]
    public void Worker_IsKilled_WhenItHearsTheMessageAndGoesOn()
    {
        var pid1 = Start(Stopper("process.on('message', m => console.log('heard ' + m)); process.send('ready');").With("kill_timeout", 1000));
        pid1.WaitEvent("worker_ready", "api");
        pid1.Signal(Sys.Term);
        Assert.Equal(137, pid1.WaitExit());
        Assert.Equal(["heard shutdown"], pid1.Output("api").Select(l => l.Message));
        Assert.Contains("still running after the message shutdown", pid1.WaitEvent("worker_killed", "api").Message, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Node)]
    public void Worker_StopsBySignal_WhenItHasClosedItsChannel()
    {
        var pid1 = Start(Stopper("process.send('ready', () => { process.disconnect(); console.log('left'); });"));
        pid1.WaitMessage("left", "api");
        pid1.WaitEvent("worker_ready", "api");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["left", "signalled"], pid1.Output("api").Select(l => l.Message));
        Assert.Contains("sending SIGTERM in its place", pid1.WaitEvent("warning", "api").Message, StringComparison.Ordinal); // sent too late, or just not read
    }

    /// <summary>Node holds all that follows back until a socket is acknowledged.</summary>
    [RequiresFact(Needs.Node)]
    public void Sockets_AreAcknowledgedAndClosed()
    {
        var pid1 = Start(Node("api", """
            const fs = require('fs'), net = require('net');
            function send(n) {
              if (n === 0) return process.send('ready');
              const server = net.createServer().listen(0, '127.0.0.1', () => process.send({ n, text: 'x'.repeat(n * 1000) }, server, () => send(n - 1)));
            }
            const timer = setInterval(() => {
              if (!fs.existsSync('go')) return;
              clearInterval(timer);
              send(30);
            }, 20);
            console.log('there');
            """ + LiveOn).With("wait_ready", true));
        pid1.WaitMessage("there", "api");
        var before = Descriptors(pid1);
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", "api");
        Assert.Equal(before, Descriptors(pid1));
    }

    [RequiresFact(Needs.Python)]
    public void Misbehaviour_HurtsOnlyItself()
    {
        var pid1 = Start(
            App("bad", "python3", "-c", """
                import os, random, socket, time
                s = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
                assert os.environ["NODE_CHANNEL_SERIALIZATION_MODE"] == "json"
                random.seed(4)
                while not os.path.exists("go"): time.sleep(0.02)
                pieces = [b'{"cmd":"NODE_HANDLE"}\n', b'{"cmd":"NODE_HANDLE","msg":{', b'"read', b'\n', b'\0\xff', b'{' * 5000, b'"', b'x' * 100000, b'[1,2', b'"\\u']
                for i in range(3000):
                    data = random.choice(pieces) if random.random() < 0.6 else random.randbytes(random.randrange(1, 3000))
                    if random.random() < 0.1:
                        socket.send_fds(s, [data], [0, 1, 2, s.fileno()] * random.randrange(1, 60))
                    else:
                        s.sendall(data)
                print("floods", flush=True)
                while True: s.sendall(b'\n"x"\n{"cmd":"NODE_HANDLE"}\n' * 1000)
                """).With("wait_ready", true).With("listen_timeout", "1h").With("shutdown_with_message", true),
            Worker("good", "print=there").With("min_uptime", 0));
        pid1.WaitMessage("there", "good");
        pid1.WaitEvent("worker_started", "bad");
        var before = Descriptors(pid1);
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitMessage("floods", "bad");
        for (var kill = 1; kill <= 3; kill++)
        {
            pid1.SignalInside(pid1.WaitEvent("worker_started", "good", kill).Pid!.Value, Sys.Kill);
            pid1.WaitMessage("there", "good", kill + 1);
            Assert.Equal(0, pid1.Client("ls").Code);
        }

        pid1.WaitUntil("no descriptor is left over", () => Descriptors(pid1) == before);
        Assert.InRange(Resident(pid1), 1, 24 * 1024);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Contains("it does not read its channel; sending SIGTERM in its place", pid1.WaitEvent("warning", "bad").Message, StringComparison.Ordinal);
        Assert.Empty(pid1.Events("internal_error"));
        Assert.Single(pid1.Events("worker_started", "bad"));
    }

    static JsonObject Node(string name, string code) => App(name, "node", "-e", code);

    /// <summary>Says so when it gets the signal, and ends.</summary>
    static JsonObject Stopper(string code) => Node("api", "process.on('SIGTERM', () => { console.log('signalled'); process.exit(0); });\n" + code + LiveOn)
        .With("wait_ready", true).With("shutdown_with_message", true);

    static int Descriptors(Pid1 pid1) => Directory.GetFiles($"/proc/{pid1.OuterPid}/fd").Length;

    /// <summary>In kB.</summary>
    static int Resident(Pid1 pid1)
    {
        var line = File.ReadLines($"/proc/{pid1.OuterPid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
