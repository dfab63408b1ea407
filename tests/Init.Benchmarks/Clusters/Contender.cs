using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Init.Benchmarks.Clusters;

/// <summary>One way to run the same server as two workers on one port: who is the primary, and in which mode.</summary>
abstract class Contender(string name)
{
    protected const int Workers = 2;

    public string Name => name;

    /// <summary>Why it cannot run here, or null.</summary>
    public abstract string? Missing(Bench bench);

    /// <summary>Writes what the primary reads into the folder and tells how to execute it.</summary>
    public abstract Launch Prepare(Bench bench, string folder, int port);

    /// <summary>Replaces both workers and returns when that is done.</summary>
    public abstract void Reload(Bench bench, PidNamespace running, string folder, int nth);

    public static IReadOnlyList<Contender> All { get; } =
    [
        new PminitContender("per_worker"), new PminitContender("shared"), new PminitContender("round_robin"),
        new NodeContender("none"), new NodeContender("rr"), new Pm2Contender(),
    ];

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    protected static string Fixture(string file) => Path.Combine(AppContext.BaseDirectory, "Fixtures", file);

    protected static string WriteFile(string folder, int port, params (string Name, string Value)[] extra)
    {
        var app = new JsonObject
        {
            ["name"] = "api",
            ["script"] = Fixture("cluster-server.js"),
            ["instances"] = Workers,
            ["exec_mode"] = "cluster",
            ["env"] = new JsonObject { ["PORT"] = $"{port}" },
        };
        foreach ((string field, string value) in extra)
        {
            app[field] = value;
        }
        string file = Path.Combine(folder, "ecosystem.json");
        File.WriteAllText(file, new JsonObject { ["apps"] = new JsonArray(app) }.ToJsonString());
        return file;
    }

    protected static void Run(string program, IReadOnlyList<string> args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill(true);
            throw new BenchmarkException($"{Path.GetFileName(program)} {string.Join(' ', args)} did not end within a minute");
        }
        if (process.ExitCode != 0)
        {
            throw new BenchmarkException($"{Path.GetFileName(program)} {string.Join(' ', args)}: code {process.ExitCode}: {output.Result}{errors.Result}".Trim());
        }
    }
}

sealed class PminitContender(string balance) : Contender($"pminit {balance}")
{
    public override string? Missing(Bench bench) => File.Exists(bench.Options.PminitPath) ? null : $"{bench.Options.PminitPath} is missing: make publish";

    public override Launch Prepare(Bench bench, string folder, int port) =>
        new([Path.GetFullPath(bench.Options.PminitPath), WriteFile(folder, port, ("balance", balance)), "--health", $"127.0.0.1:{FreePort()}"])
        {
            Environment = new Dictionary<string, string> { ["PMINIT_SOCKET"] = Path.Combine(folder, "pminit.sock") },
        };

    public override void Reload(Bench bench, PidNamespace running, string folder, int nth) =>
        Run(Path.GetFullPath(bench.Options.PminitPath), ["reload", "api"], ("PMINIT_SOCKET", Path.Combine(folder, "pminit.sock")));
}

sealed class NodeContender(string policy) : Contender($"node {(policy == "rr" ? "round robin" : "shared")}")
{
    public override string? Missing(Bench bench) => Tool.Find("node") is null ? "node is missing" : null;

    public override Launch Prepare(Bench bench, string folder, int port) =>
        new([Tool.Find("node")!, Fixture("cluster-primary.js")])
        {
            Environment = new Dictionary<string, string>
            {
                ["PORT"] = $"{port}",
                ["NODE_CLUSTER_SCHED_POLICY"] = policy,
                ["RECORD"] = Record(folder),
            },
        };

    public override void Reload(Bench bench, PidNamespace running, string folder, int nth)
    {
        _ = running.Signal(Libc.SIGUSR2);
        if (!Clock.Await(() => File.Exists(Record(folder)) && File.ReadAllLines(Record(folder)).Length >= nth, TimeSpan.FromMinutes(1)))
        {
            throw new BenchmarkException($"reload {nth} did not end within a minute");
        }
    }

    private static string Record(string folder) => Path.Combine(folder, "reloads");
}

sealed class Pm2Contender() : Contender("pm2 cluster")
{
    private static string Folder { get; } = Path.Combine(Pm2Subject.PeersFolder, "node_modules", "pm2", "bin");

    public override string? Missing(Bench bench) =>
        Tool.Find("node") is null || !File.Exists(Path.Combine(Folder, "pm2")) ? "pm2 is missing: --install" : null;

    public override Launch Prepare(Bench bench, string folder, int port) =>
        new([Tool.Find("node")!, Path.Combine(Folder, "pm2-runtime"), "start", WriteFile(folder, port)])
        {
            Environment = new Dictionary<string, string> { ["PM2_HOME"] = Home(folder), ["PM2_DISABLE_VERSION_CHECK"] = "true" },
        };

    /// <summary>Inside: pm2 looks whether the pid in its file lives.</summary>
    public override void Reload(Bench bench, PidNamespace running, string folder, int nth) =>
        Run(
            Tool.Find("nsenter") ?? throw new BenchmarkException("nsenter is missing: apt-get install util-linux"),
            ["-t", $"{running.InitPid}", "-p", "-m", "--", Tool.Find("node")!, Path.Combine(Folder, "pm2"), "reload", "api"],
            ("PM2_HOME", Home(folder)), ("PM2_DISABLE_VERSION_CHECK", "true"));

    private static string Home(string folder) => Path.Combine(folder, "pm2");
}
