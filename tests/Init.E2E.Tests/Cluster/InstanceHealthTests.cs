// Health checks of a cluster: each instance is asked by itself, though all listen on one port.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Init.Testing;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

public sealed class InstanceHealthTests(ITestOutputHelper output) : ClusterTest(output)
{
    /// <summary>Well at first; ill when a file names the instance, and never ready when the file is `bad`.</summary>
    const string Server = """
        const fs = require('fs');
        const own = `ill-${process.env.NODE_APP_INSTANCE}`;
        const isBad = fs.existsSync('bad');
        const server = require('http').createServer((request, response) => {
          response.statusCode = isBad || (request.url === '/health' && fs.existsSync(own)) ? 503 : 200;
          if (request.url === '/health') console.log(`asked ${request.socket.remoteAddress}`);
          response.end(String(process.pid));
        }).listen(+process.env.PORT);
        """;

    readonly int _port = Pid1.FreePort();
    readonly string _script = Path.Combine(Path.GetTempPath(), $"pminit-e2e-{Guid.NewGuid():N}.js");

    public static TheoryData<int, string> Balances
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (var node in NodeTools.Versions)
            {
                all.Add(node, "per_worker");
                all.Add(node, "round_robin");
            }

            all.Add(NodeTools.Versions[0], "shared");
            return all;
        }
    }

    public static TheoryData<int, string> Kinds
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (var node in NodeTools.Versions)
            {
                foreach (var kind in new[] { "http", "https", "http2", "net", "express", "unix", "module" })
                {
                    all.Add(node, kind);
                }
            }

            return all;
        }
    }

    /// <summary>Three instances are well, one of them is not: that one is restarted, and no other.</summary>
    [NodeTheory]
    [MemberData(nameof(Balances))]
    public void TheIllInstance_IsTheOneThatIsRestarted(int node, string balance)
    {
        var pid1 = StartServer(node, app => app.With("balance", balance));
        var before = Pids(pid1);
        File.WriteAllText(Path.Combine(pid1.Folder, "ill-1"), "");
        Assert.Contains("answered 503", pid1.WaitEvent("health_failed", "api", limit: Long).Message, StringComparison.Ordinal);
        pid1.WaitEvent("worker_exited", "api", limit: Long);
        File.Delete(Path.Combine(pid1.Folder, "ill-1"));
        pid1.WaitEvent("worker_ready", "api", Workers + 1, Long);
        var after = Pids(pid1);
        Assert.Equal((before[0], before[2]), (after[0], after[2]));
        Assert.NotEqual(before[1], after[1]);
        Assert.Contains(pid1.Output("api"), line => line.Message.StartsWith("asked ", StringComparison.Ordinal) && line.Message.EndsWith("127.0.0.1", StringComparison.Ordinal));
    }

    /// <summary>The old processes listen and are well; that does not make the new one ready.</summary>
    [NodeTheory]
    [MemberData(nameof(Balances))]
    public void ANewVersionThatIsNotWell_ReplacesNobody(int node, string balance)
    {
        var pid1 = StartServer(node, app => app.With("balance", balance).With("ready_when", "health_check").With("listen_timeout", 4000));
        var before = Pids(pid1);
        File.WriteAllText(Path.Combine(pid1.Folder, "bad"), "");
        var failed = pid1.Client("reload", "api");
        Assert.Equal(1, failed.Code);
        Assert.Contains("answered 503", failed.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Pids(pid1));

        File.Delete(Path.Combine(pid1.Folder, "bad"));
        Assert.Equal(0, pid1.Client("reload", "api").Code);
        Assert.Empty(before.Intersect(Pids(pid1)));
    }

    /// <summary>Reloads of what is ready by its check lose nothing, whatever the server is; a connection is enough for those that do not speak HTTP/1.</summary>
    [NodeTheory]
    [MemberData(nameof(Kinds))]
    public void Servers_TakeTheConnectionOfACheck(int node, string kind)
    {
        var cluster = StartCluster(node, kind, app =>
        {
            var environment = (JsonObject)app["env"]!;
            var place = environment["SOCKET"] is { } socket ? $"unix:{socket}" : (string)environment["PORT"]!;
            var check = kind is "http" or "express" or "module" ? new JsonObject { ["http"] = $":{place}/" } : new JsonObject { ["tcp"] = place };
            return app.With("ready_when", "health_check").With("health_check", check.With("interval", 200));
        });
        Reload(cluster, false);
        Assert.Empty(cluster.Pid1.Events("health_failed"));
        Assert.Empty(cluster.Pid1.Events("warning"));
    }

    /// <summary>One that hangs in JavaScript takes no connection, and is replaced; nobody else is.</summary>
    [NodeTheory]
    [MemberData(nameof(NodeVersionTests.Versions), MemberType = typeof(NodeVersionTests))]
    public void AnInstanceThatHangs_IsReplaced(int node)
    {
        // The third check is the one that tells: the first may have been taken just before the loop, the second then waits in vain.
        var pid1 = StartServer(node, app => app.With("kill_timeout", 500).With("health_check", Check(3)), "setInterval(() => { if (fs.existsSync(own)) for (;;); }, 50);\n");
        var before = Pids(pid1);
        File.WriteAllText(Path.Combine(pid1.Folder, "ill-2"), "");
        Assert.Contains("it has not even taken the connection", pid1.WaitEvent("health_failed", "api", limit: Long).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(pid1.Folder, "ill-2"));
        pid1.WaitEvent("worker_ready", "api", Workers + 1, Long);
        var after = Pids(pid1);
        Assert.Equal((before[0], before[1]), (after[0], after[1]));
        Assert.NotEqual(before[2], after[2]);
    }

    /// <summary>The server knows the path as the app gave it.</summary>
    [NodeTheory]
    [MemberData(nameof(NodeVersionTests.Versions), MemberType = typeof(NodeVersionTests))]
    public void RelativePathOfAServer_IsThatOfItsCheck(int node)
    {
        var folder = Directory.CreateTempSubdirectory("pminit-e2e-").FullName;
        var pid1 = StartServer(node, app => app.With("cwd", folder).With("env", new JsonObject { ["PORT"] = "0" }).With("ready_when", "health_check")
            .With("health_check", new JsonObject { ["tcp"] = $"unix:{folder}/api.sock", ["interval"] = 200 }), "require('net').createServer(() => {}).listen('./api.sock');\n");
        Assert.Empty(pid1.Events("health_failed"));
        Directory.Delete(folder, true);
    }

    /// <summary>As Node's manual does it where an address is in use: the old end is told after the new beginning.</summary>
    [NodeTheory]
    [MemberData(nameof(NodeVersionTests.Versions), MemberType = typeof(NodeVersionTests))]
    public void AServerThatListensAgain_IsFound(int node)
    {
        var pid1 = StartServer(node, app => app.With("ready_when", "health_check"), "server.once('listening', () => { server.close(); server.listen(+process.env.PORT); });\n");
        Assert.Empty(pid1.Events("health_failed"));
    }

    /// <summary>What the app throws at a connection is not swallowed on the way.</summary>
    [NodeTheory]
    [MemberData(nameof(NodeVersionTests.Versions), MemberType = typeof(NodeVersionTests))]
    public void AnErrorOfTheApp_StaysItsOwn(int node)
    {
        var pid1 = StartServer(node, app => app, "server.on('connection', () => { throw new Error('boom'); });\n");
        Assert.Equal("exited with code 1", pid1.WaitEvent("worker_exited", "api", limit: Long).Message[..18]);
        Assert.Contains(pid1.Output("api"), line => line.Message.Contains("Error: boom", StringComparison.Ordinal));
    }

    Pid1 StartServer(int node, Func<JsonObject, JsonObject> change, string more = "")
    {
        Assert.Null(NodeTools.Missing());
        File.WriteAllText(_script, Server + "\n" + more);
        var app = App("api", _script).With("interpreter", NodeTools.Node(node)).With("instances", Workers).With("env", new JsonObject { ["PORT"] = $"{_port}" })
            .With("listen_timeout", 20_000)
            .With("health_check", Check(2));
        var pid1 = Start(change(app));
        pid1.WaitEvent("worker_ready", "api", Workers, Long);
        return pid1;
    }

    static JsonObject Check(int retries) => new() { ["http"] = "/health", ["interval"] = 200, ["timeout"] = 1000, ["retries"] = retries };

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_script);
    }

    /// <summary>By instance.</summary>
    static long[] Pids(Pid1 pid1) => [.. JsonNode.Parse(pid1.Client("jlist").Output)!.AsArray().Select(one => one!["pid"]!.GetValue<long>())];
}
