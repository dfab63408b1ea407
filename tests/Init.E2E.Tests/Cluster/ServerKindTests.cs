// Other servers than a plain HTTP one, each on one or two versions of Node.
using Init.E2E.Tests.Harness;
using Init.Testing;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

public sealed class ServerKindTests(ITestOutputHelper output) : ClusterTest(output)
{
    [NodeTheory]
    [InlineData(18, "express")]
    [InlineData(20, "fastify")]
    [InlineData(22, "express")]
    [InlineData(24, "fastify")]
    [InlineData(22, "https")]
    [InlineData(20, "unix")]
    [InlineData(24, "zero")]
    [InlineData(22, "module")]
    [InlineData(24, "typescript")]
    public void ReloadAndScale_LoseNothing(int node, string kind)
    {
        var cluster = StartCluster(node, kind);
        Reload(cluster, false, true);
        Scale(cluster, false, true);
    }

    /// <summary>In long sessions too: what crosses the GOAWAY on its way is refused by its number, and the client sends it elsewhere.</summary>
    [NodeTheory]
    [InlineData(18)]
    [InlineData(24)]
    public void Http2_LosesNothing(int node)
    {
        var cluster = StartCluster(node, "http2");
        Reload(cluster, false, true);
        Scale(cluster, false, true);
    }

    /// <summary>A connection of such a server lasts as long as its peers want, so only new ones are asked.</summary>
    [NodeTheory]
    [InlineData(20, "net")]
    [InlineData(24, "net")]
    [InlineData(20, "dgram")]
    [InlineData(24, "dgram")]
    public void ReloadAndScale_LoseNothing_OfShortConversations(int node, string kind)
    {
        var cluster = StartCluster(node, kind);
        Reload(cluster, false);
        Scale(cluster, false);
    }

    [NodeTheory]
    [InlineData(20, "express")]
    [InlineData(24, "fastify")]
    [InlineData(22, "https")]
    [InlineData(18, "net")]
    [InlineData(22, "unix")]
    [InlineData(20, "zero")]
    public void Kill_CostsOnlyWhatWasInFlight(int node, string kind)
        => Kill(StartCluster(node, kind), kind == "net" ? [false] : [false, true]);

    /// <summary>Node then asks its primary for nothing: the workers have sockets of their own, and are found to listen without a word.</summary>
    [NodeTheory]
    [InlineData(24)]
    public void ReusePort_Serves(int node)
    {
        var cluster = StartCluster(node, "reuse");
        Assert.Equal(Workers, LoadClient.AskOneByOne(cluster.Target, 100).Pids.Count);
    }

    [NodeTheory]
    [InlineData(20)]
    public void Connections_TakeTurns_InRoundRobin(int node)
    {
        var cluster = StartCluster(node, "http", app => app.With("balance", "round_robin"));
        var seen = LoadClient.AskOneByOne(cluster.Target, 1000);
        Assert.Equal(Workers, seen.Pids.Count);
        Assert.InRange(seen.Pids.Values.Max() - seen.Pids.Values.Min(), 0, 1);
    }

    [NodeTheory]
    [InlineData(18, "round_robin")]
    [InlineData(24, "round_robin")]
    [InlineData(22, "shared")]
    public void NothingIsLost_InEveryBalance(int node, string balance)
    {
        var cluster = StartCluster(node, "http", app => app.With("balance", balance));
        Reload(cluster, false, true);
        Scale(cluster, false, true);
        Kill(cluster, false, true);
    }

    /// <summary>Worker 1 ends as soon as it runs, and is started again for ever.</summary>
    [NodeTheory]
    [InlineData(20, "per_worker")]
    [InlineData(24, "round_robin")]
    public void CrashLoop_CostsNoRequest(int node, string balance)
    {
        var cluster = StartCluster(
            node, "crash", app => app.With("balance", balance).With("max_restarts", 1000).With("restart_delay", 100), ready: Workers - 1);
        UnderLoad(cluster, [false, true], (loads, pid1) =>
        {
            pid1.WaitEvent("worker_exited", "api", 8, Long);
            Assert.Equal(Workers - 1, loads[0].Result.Pids.Count);
        });
    }

    [NodeTheory]
    [InlineData(18)]
    [InlineData(24)]
    public void TlsSessions_AreResumed_ByEveryWorker_AndAfterAReload(int node)
    {
        var cluster = StartCluster(node, "https");
        var port = ((System.Net.IPEndPoint)cluster.Target.Address).Port;
        var session = Path.Combine(cluster.Pid1.Folder, "session");
        for (var round = 1; round <= 2; round++)
        {
            var client = Pid1.Run([NodeTools.Node(node), Machine.Fixture("cluster/tls-client.js"), $"{port}", session], []);
            Assert.True(client.Code == 0, client.Errors);
            Assert.Contains("\"reused\":8", client.Output, StringComparison.Ordinal);
            cluster.Verb("reload", "api");
        }
    }

    /// <summary>WebSocket needs no sticky sessions: whoever was cut off by the end of its worker connects to another one.</summary>
    [NodeTheory]
    [InlineData(22)]
    public void SocketIo_GoesOn_AfterAReload(int node)
    {
        var cluster = StartCluster(node, "socket.io", app => app.With("kill_timeout", 1000), beside: environment =>
            App("client", Machine.Fixture("cluster/socket.io-client.js")).With("interpreter", NodeTools.Node(node)).With("env", environment).With("depends_on", "api"));
        cluster.Pid1.WaitMessage("connected", "client");
        cluster.Verb("reload", "api");
        File.WriteAllText(Path.Combine(cluster.Pid1.Folder, "go"), "");
        var line = cluster.Pid1.WaitLine("answers", l => l.App == "client" && l.Message.StartsWith("answered by ", StringComparison.Ordinal));
        var alive = cluster.Alive.Select(pid => $"{pid}").ToHashSet();
        Assert.All(line.Message["answered by ".Length..].Split(','), pid => Assert.Contains(pid, alive));
    }
}
