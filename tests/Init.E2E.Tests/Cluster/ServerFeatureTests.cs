// What servers do beside serving, each on one or two versions of Node: balances, crash loops, TLS sessions, Socket.IO, Next.js.
using System.Net;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Init.Testing;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

public sealed class ServerFeatureTests(ITestOutputHelper output) : ClusterTest(output)
{
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

    /// <summary>Instances come and go while others are being replaced, and in the end all of them stop in the middle of it.</summary>
    [NodeTheory]
    [InlineData(20)]
    [InlineData(24)]
    public void ScaleDuringAReload_LosesNothing_AndAStopDuringBothIsOrderly(int node)
    {
        var cluster = StartCluster(node, "http", app => app.With("max_surge", 2));
        UnderLoad(cluster, [false, true], (loads, pid1) =>
        {
            foreach (var workers in new[] { 5, 1, 4, 2 })
            {
                cluster.Verb("reload", "api", "--no-wait");
                cluster.Verb("scale", "api", $"{workers}");
                pid1.WaitUntil($"{workers} workers", () => Pids(pid1).Length == workers && cluster.Alive.Count() == workers, Long);
                loads[0].WaitPids(pid1, Pids(pid1));
            }
        });
        cluster.Verb("reload", "api", "--no-wait");
        cluster.Verb("scale", "api", "6");
        cluster.Pid1.Signal(Sys.Term);
        Assert.Equal(0, cluster.Pid1.WaitExit());
        Assert.Empty(cluster.Pid1.Events("worker_killed"));
    }

    /// <summary>What `jlist` shows, sorted; numbers are 0 to n - 1, some of them twice while one process takes over from another.</summary>
    static long[] Pids(Pid1 pid1)
    {
        var listed = JsonNode.Parse(pid1.Client("jlist").Output)!.AsArray();
        var numbers = listed.Select(one => one!["pm2_env"]!["NODE_APP_INSTANCE"]!.GetValue<int>()).Distinct().Order().ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        return [.. listed.Select(one => one!["pid"]!.GetValue<long>()).Order()];
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
        var port = ((IPEndPoint)cluster.Target.Address).Port;
        var session = Path.Combine(cluster.Pid1.Folder, "session");
        for (var round = 1; round <= 2; round++)
        {
            var client = Pid1.Run([NodeTools.Node(node), Machine.Fixture("cluster/tls-client.js"), $"{port}", session], []);
            Assert.True(client.Code == 0, client.Errors);
            Assert.Contains("\"reused\":8", client.Output, StringComparison.Ordinal);
            cluster.Verb("reload", "api");
        }
    }

    /// <summary>
    /// Whoever is cut off by the end of its worker connects to another one. Over WebSocket that needs nothing; in long polling each request is a connection of
    /// its own, and one session has to stay with one worker.
    /// </summary>
    [NodeTheory]
    [InlineData(22, "websocket", "per_worker")]
    [InlineData(22, "polling", "client_ip")]
    [InlineData(24, "polling", "client_ip")]
    public void SocketIo_GoesOn_AfterAReload(int node, string transport, string balance)
    {
        var cluster = StartCluster(node, "socket.io", app => app.With("kill_timeout", 1000).With("balance", balance), beside: environment =>
            App("client", Machine.Fixture("cluster/socket.io-client.js")).With("interpreter", NodeTools.Node(node))
                .With("env", environment.With("TRANSPORT", transport)).With("depends_on", "api"));
        cluster.Pid1.WaitMessage("connected", "client");
        cluster.Verb("reload", "api");
        File.WriteAllText(Path.Combine(cluster.Pid1.Folder, "go"), "");
        var line = cluster.Pid1.WaitLine("answers", l => l.App == "client" && l.Message.StartsWith("answered by ", StringComparison.Ordinal));
        var alive = cluster.Alive.Select(pid => $"{pid}").ToHashSet();
        Assert.All(line.Message["answered by ".Length..].Split(','), pid => Assert.Contains(pid, alive));
    }

    /// <summary>A server that binds by itself has an address for each instance here, and is found to listen without a word to the primary.</summary>
    [NodeTheory]
    [InlineData(18)]
    [InlineData(24)]
    public void Exclusive_ServesOnAddressesOfItsOwn(int node)
    {
        var cluster = StartCluster(node, "exclusive");
        var port = ((IPEndPoint)cluster.Target.Address).Port;
        var pids = Enumerable.Range(1, Workers).Select(last => new Target(Protocol.Http, new IPEndPoint(IPAddress.Parse($"127.0.0.{last}"), port)))
            .Select(target => Assert.Single(LoadClient.AskOneByOne(target, 20).Pids).Key);
        Assert.Equal(cluster.Alive.Order(), pids.Select(long.Parse).Order());
        cluster.Verb("restart", "api");
        Assert.Equal(20, LoadClient.AskOneByOne(cluster.Target, 20).Ok);
    }

    [NodeTheory]
    [InlineData(20, "npm start")]
    [InlineData(24, "node_modules/next/dist/bin/next start")]
    public void NextJs_LosesNothing(int node, string command)
    {
        var words = command.Split(' ');
        var cluster = StartCluster(node, "next", app => app.With("script", words[0]).With("args", words[1]).With("cwd", NodeTools.Next));
        Reload(cluster, false, true);
        Scale(cluster, false, true);
    }
}
