using System.Globalization;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Init.Testing;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

/// <summary>One server, started as several workers of one cluster, and what happens to it.</summary>
public abstract class ClusterTest(ITestOutputHelper output) : Pid1Test(output)
{
    protected const int Workers = 3;
    const int AnswersBetween = 60;

    protected static readonly TimeSpan Long = TimeSpan.FromSeconds(40);

    /// <summary>A cluster that is ready.</summary>
    private protected sealed record Cluster(Pid1 Pid1, Target Target)
    {
        /// <summary>Pids of the processes that serve now.</summary>
        public IEnumerable<long> Alive => Pid1.Events("worker_started", "api").Select(line => line.Pid!.Value)
            .Where(pid => Pid1.ListProcesses().Any(process => process.Pid == pid && process.State != 'Z'));

        public void WaitReady(int count) => Pid1.WaitEvent("worker_ready", "api", count, Long);

        public void Verb(params string[] words)
        {
            var result = Pid1.Client(words);
            if (result.Code != 0)
            {
                throw Pid1.Failure($"pminit {string.Join(' ', words)}: code {result.Code}\n{result.Output}{result.Errors}");
            }
        }
    }

    /// <param name="node">Major version.</param>
    /// <param name="kind">KIND of Fixtures/cluster/server.js; "module" is server.mjs, "typescript" server.ts, "zero" the port 0.</param>
    /// <param name="change">Fields of the app beside the usual.</param>
    /// <param name="ready">Workers that become ready.</param>
    /// <param name="beside">Another app, given the environment of the first.</param>
    private protected Cluster StartCluster(
        int node, string kind, Func<JsonObject, JsonObject>? change = null, int ready = Workers, Func<JsonObject, JsonObject>? beside = null)
    {
        Assert.Null(NodeTools.Missing());
        var certificate = Directory.CreateTempSubdirectory("pminit-e2e-tls-").FullName;
        folders.Add(certificate);
        NodeTools.WriteCertificate(certificate);
        var socket = kind == "unix" ? Path.Combine(certificate, "api.sock") : null;
        var port = kind == "zero" ? 0 : Pid1.FreePort();
        var environment = new JsonObject
        {
            ["KIND"] = kind is "unix" or "zero" ? "http" : kind,
            ["PORT"] = $"{port}",
            ["CERTIFICATE"] = certificate,
            ["NODE_PATH"] = NodeTools.Frameworks,
        };
        if (socket is not null)
        {
            environment["SOCKET"] = socket;
        }

        var app = App("api", Machine.Fixture($"cluster/{kind switch { "module" => "server.mjs", "typescript" => "server.ts", _ => "server.js" }}"))
            .With("interpreter", NodeTools.Node(node)).With("instances", Workers).With("exec_mode", "cluster").With("env", environment)
            .With("listen_timeout", 20_000); // a machine with two cores and many tests
        app = change is null ? app : change(app);
        var pid1 = beside is null ? Start(app) : Start(app, beside((JsonObject)environment.DeepClone()));
        pid1.WaitEvent("worker_ready", "api", ready, Long);
        if (port == 0 && socket is null)
        {
            var line = pid1.WaitLine("the port", l => l.Event is null && l.Message.StartsWith("listening ", StringComparison.Ordinal));
            port = int.Parse(line.Message.Split(' ')[1], CultureInfo.InvariantCulture);
        }

        return new Cluster(pid1, socket is not null ? Target.Unix(socket) : Target.Tcp(ProtocolOf(kind), port));
    }

    /// <summary>All workers are replaced under load; nothing is lost, and all the new ones serve.</summary>
    private protected static void Reload(Cluster cluster, params bool[] keepAlive) => UnderLoad(cluster, keepAlive, (loads, pid1) =>
    {
        long[] before = [.. cluster.Alive];
        for (var reload = 1; reload <= 2; reload++)
        {
            cluster.Verb("reload", "api");
            Progress(loads, pid1);
        }

        long[] after = [.. cluster.Alive];
        Assert.Empty(before.Intersect(after));
        Assert.Equal(Workers, after.Length);
        loads[0].WaitPids(pid1, after);
    });

    /// <summary>Workers come and go under load; nothing is lost.</summary>
    private protected static void Scale(Cluster cluster, params bool[] keepAlive) => UnderLoad(cluster, keepAlive, (loads, pid1) =>
    {
        foreach (var workers in new[] { Workers + 2, 1, Workers })
        {
            cluster.Verb("scale", "api", $"{workers}");
            Progress(loads, pid1);
            pid1.WaitUntil($"{workers} workers", () => cluster.Alive.Count() == workers, Long);
        }

        loads[0].WaitPids(pid1, [.. cluster.Alive]);
    });

    /// <summary>A worker is killed under load, three times: only what it was working on fails; nothing hangs, nothing is refused.</summary>
    private protected static void Kill(Cluster cluster, params bool[] keepAlive)
    {
        const int Kills = 3;
        var loads = Loads(cluster, keepAlive);
        try
        {
            Progress(loads, cluster.Pid1);
            for (var kill = 1; kill <= Kills; kill++)
            {
                var victim = cluster.Alive.First();
                cluster.Pid1.SignalInside(victim, Sys.Kill);
                cluster.Pid1.WaitEvent("worker_exited", "api", kill, Long);
                cluster.Pid1.WaitUntil("a successor", () => cluster.Alive.Count() == Workers, Long);
                loads[0].WaitPids(cluster.Pid1, [.. cluster.Alive]);
                Progress(loads, cluster.Pid1);
            }
        }
        finally
        {
            Array.ForEach(loads, load => load.Dispose());
        }

        foreach (var load in loads)
        {
            var result = load.Result;
            Assert.True(result.Hung == 0 && result.Refused == 0 && result.Failed.Count <= Kills * load.Clients, $"{result}");
        }
    }

    /// <summary>Runs an action under load that must not cost a request.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="keepAlive">A load each.</param>
    /// <param name="action">What happens meanwhile.</param>
    private protected static void UnderLoad(Cluster cluster, bool[] keepAlive, Action<LoadClient[], Pid1> action)
    {
        var loads = Loads(cluster, keepAlive);
        try
        {
            Progress(loads, cluster.Pid1);
            action(loads, cluster.Pid1);
            Progress(loads, cluster.Pid1);
        }
        finally
        {
            Array.ForEach(loads, load => load.Dispose());
        }

        foreach (var load in loads)
        {
            var result = load.Result;
            Assert.True(result.Hung == 0 && result.Refused == 0 && result.Failed.Count == 0, $"{result}");
        }
    }

    static LoadClient[] Loads(Cluster cluster, bool[] keepAlive)
        => [.. keepAlive.Select(isKeptAlive => new LoadClient(cluster.Target, isKeptAlive, clients: 4))];

    static void Progress(LoadClient[] loads, Pid1 pid1)
    {
        foreach (var load in loads)
        {
            load.WaitAnswers(pid1, AnswersBetween);
        }
    }

    readonly List<string> folders = [];

    public override void Dispose()
    {
        base.Dispose();
        folders.ForEach(folder => Directory.Delete(folder, recursive: true));
        GC.SuppressFinalize(this);
    }

    static Protocol ProtocolOf(string kind) => kind switch
    {
        "https" => Protocol.Https,
        "http2" => Protocol.Http2,
        "net" => Protocol.Line,
        "dgram" => Protocol.Datagram,
        _ => Protocol.Http,
    };
}
