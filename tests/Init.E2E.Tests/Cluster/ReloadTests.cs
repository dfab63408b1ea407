// Reloads that go wrong, or that nobody may notice; those under load are in NodeVersionTests and ServerKindTests.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests.Cluster;

public sealed class ReloadTests : Pid1Test
{
    readonly ITestOutputHelper _output;

    public ReloadTests(ITestOutputHelper output)
        : base(output) => _output = output;

    const string Server = """
        const fs = require('fs');
        if (fs.existsSync('broken') || fs.existsSync(`broken-${process.env.NODE_APP_INSTANCE}`)) process.exit(3);
        if (fs.existsSync('mute')) setInterval(() => {}, 1000);
        else require('http').createServer((request, response) => response.end(`${process.pid} ${process.env.RELEASE}`)).listen(+process.env.PORT, '127.0.0.1');
        """;

    readonly int _port = Pid1.FreePort();
    readonly string _script = Path.Combine(Path.GetTempPath(), $"pminit-e2e-{Guid.NewGuid():N}.js");

    [RequiresFact(Needs.Node)]
    public void ANewVersionThatFails_LeavesTheOldOne()
    {
        var pid1 = StartServer();
        var before = Ask();

        Put(pid1, "broken");
        var failed = pid1.Client("reload", "api");
        Assert.Equal(1, failed.Code);
        Assert.Contains("api/0 online: its new process ended with code 3, and the old one, pid ", failed.Errors);
        Assert.Contains("api/1 online: not replaced: the reload ended at api/0", failed.Errors);
        Assert.Equal(2, pid1.Events("worker_ready", "api").Count());
        Assert.Contains(before.Split(' ')[0], Enumerable.Range(0, 50).Select(_ => Ask().Split(' ')[0]));

        // And then it is mended.
        File.Delete(Path.Combine(pid1.Folder, "broken"));
        var mended = pid1.Client("reload", "api", "--wait");
        Assert.Equal(0, mended.Code);
        Assert.Equal(["api/0 reloaded pid", "api/1 reloaded pid"], mended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.LastIndexOf(' ')]));
    }

    [RequiresFact(Needs.Node)]
    public void ANewVersionThatDoesNotListen_LeavesTheOldOne()
    {
        var pid1 = StartServer(app => app.With("listen_timeout", 2500));
        Put(pid1, "mute");
        var failed = pid1.Client("reload", "api");
        Assert.Equal(1, failed.Code);
        Assert.Contains("api/0 online: its new process was stopped because it did not become ready in ", failed.Errors);
        pid1.WaitEvent("worker_not_ready", "api");
        Assert.EndsWith(" one", Ask());
    }

    [RequiresFact(Needs.Node)]
    public void WithRollback_AFailureTakesTheNewOnesBack()
    {
        var pid1 = StartServer(app => app.With("reload_rollback", true));
        var before = pid1.Events("worker_started", "api").Select(e => e.Pid).ToList();
        Put(pid1, "broken-1");
        Assert.Equal(1, pid1.Client("reload", "api").Code);
        Assert.Equal(2, pid1.Events("worker_ready", "api").Where(e => e.Instance == 0).Count()); // the first one's new process had come up
        var listed = JsonNode.Parse(pid1.Client("jlist").Output)!.AsArray().Select(one => (long?)one!["pid"]!.GetValue<long>());
        Assert.Equal(before.Order(), listed.Order());
    }

    [RequiresFact(Needs.Node)]
    public void AChangedFile_AndUsr2_Reload()
    {
        var pid1 = StartServer();
        var file = Path.Combine(pid1.Folder, "ecosystem.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"one\"", "\"two\"", StringComparison.Ordinal));
        pid1.Signal(1);
        pid1.WaitEvent("reload_finished");
        Assert.EndsWith(" two", Ask());
        pid1.Signal(12);
        pid1.WaitEvent("reload_finished", nth: 2);
        Assert.Equal(6, pid1.Events("worker_ready", "api").Count());
        Assert.DoesNotContain(pid1.Events("worker_killed"), _ => true);
    }

    /// <summary>A file with which the app does not come up: its caller learns that, and so does who reads it once more.</summary>
    [RequiresFact(Needs.Node)]
    public void ReloadConfig_WaitsForItsReload_AndTriesAFailedOneAgain()
    {
        var pid1 = StartServer();
        var file = Path.Combine(pid1.Folder, "ecosystem.json");
        var first = File.ReadAllText(file);
        File.WriteAllText(file, first.Replace("\"one\"", "\"two\"", StringComparison.Ordinal));
        Put(pid1, "broken");
        var failed = pid1.Client("reload-config");
        Assert.Equal(1, failed.Code);
        Assert.Contains("api: reloading (env.RELEASE)", failed.Errors);
        Assert.Contains("api/0 online: its new process ended with code 3, and the old one, pid ", failed.Errors);
        Assert.EndsWith(" one", Ask());

        var asked = pid1.Client("reload-config", "--no-wait");
        Assert.Equal((0, "api: runs by older settings (its reload failed), reloading again\n"), (asked.Code, asked.Output));
        pid1.WaitEvent("reload_failed", nth: 2);
        File.Delete(Path.Combine(pid1.Folder, "broken"));
        var mended = pid1.Client("reload-config");
        Assert.Equal((0, "api: reloaded again: it ran by older settings, since its reload had failed\n"), (mended.Code, mended.Output));
        Assert.EndsWith(" two", Ask());
        File.WriteAllText(file, first);
        Assert.Equal("api: reloaded (env.RELEASE)\n", pid1.Client("reload-config").Output);
        Assert.EndsWith(" one", Ask());
    }

    [RequiresTheory(Needs.Node)]
    [InlineData("cluster")]
    [InlineData("fork")]
    public void AStopMeanwhile_IsNotUndone(string mode)
    {
        var pid1 = StartServer(app => app.With("exec_mode", mode).With("instances", mode == "fork" ? 1 : 3));
        Assert.Equal(0, pid1.Client("reload", "api", "--no-wait").Code);
        Assert.Equal(0, pid1.Client("stop", "api").Code);
        Assert.Equal(0, pid1.WaitExit()); // nothing is left
    }

    /// <summary>The cluster's socket is pminit's, and must not be in the way of an app that binds for itself from now on, nor the other way round.</summary>
    [RequiresFact(Needs.Node)]
    public void FromClusterToFork_AndBack_ThePortGoesAlong()
    {
        var pid1 = StartServer(app => app.With("instances", 1));
        foreach (var (was, becomes, nth) in new[] { ("cluster", "fork", 1), ("fork", "cluster", 2) })
        {
            var before = Ask();
            var file = Path.Combine(pid1.Folder, "ecosystem.json");
            File.WriteAllText(file, File.ReadAllText(file).Replace($"\"{was}\"", $"\"{becomes}\"", StringComparison.Ordinal));
            Assert.Equal(0, pid1.Client("reload-config").Code);
            pid1.WaitEvent("worker_ready", "api", nth + 1);
            pid1.WaitUntil($"it serves as {becomes}", () => TryAsk() is { } answer && answer != before);
        }

        Assert.DoesNotContain(pid1.Lines, line => line.Message.Contains("EADDRINUSE", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void AForkApp_IsRestarted_AndItsGapIsSaidBefore()
    {
        var pid1 = Start(Worker("api", "print=ready").With("instances", 2).With("exec_mode", "fork"));
        pid1.WaitEvent("worker_ready", "api", 2);
        var reload = pid1.Client("reload", "api");
        Assert.Equal(0, reload.Code);
        Assert.Contains("api: each instance is stopped before its new process starts", reload.Errors);
        pid1.WaitEvent("worker_ready", "api", 4);
    }

    /// <summary>Requests wait nowhere for the instance that does not come up, and no client is refused.</summary>
    [RequiresFact(Needs.Node)]
    public void OneInstanceInACrashLoop_CostsNobodyElseARequest()
    {
        var pid1 = Start(App("api", _script).With("instances", 3).With("exec_mode", "cluster").With("max_restarts", 1000)
            .With("env", new JsonObject { ["PORT"] = $"{_port}", ["RELEASE"] = "one" }),
            "if (process.env.NODE_APP_INSTANCE === '1') process.exit(1);\n" + Server);
        pid1.WaitEvent("worker_ready", "api", 2);
        pid1.WaitEvent("worker_exited", "api", 3);
        var answers = Enumerable.Range(0, 300).Select(_ => Ask()).ToList();
        Assert.Equal(2, answers.Distinct().Count());
    }

    [RequiresFact(Needs.Perl)]
    public void AThousandReloads_LeaveNothingBehind()
    {
        var pid1 = Start(App("api", "/usr/bin/env", "perl", Machine.Fixture("cluster/quick.pl"), $"{_port}").With("cluster", "node").With("instances", 1));
        pid1.WaitEvent("worker_ready", "api");
        Reload(pid1, 100);
        var (descriptors, memory) = Held(pid1);
        Reload(pid1, 1000);
        var after = Held(pid1);
        _output.WriteLine($"descriptors {descriptors} -> {after.Descriptors}, anonymous memory {memory} -> {after.Kilobytes} kB");
        Assert.Equal(descriptors, after.Descriptors);
        Assert.True(after.Kilobytes <= memory + 256, $"{memory} -> {after.Kilobytes} kB");
    }

    static void Reload(Pid1 pid1, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var reload = pid1.Client("reload", "api");
            if (reload.Code != 0)
            {
                throw pid1.Failure($"reload {i}: {reload.Errors}");
            }
        }
    }

    static (int Descriptors, int Kilobytes) Held(Pid1 pid1)
    {
        IdleTests.WaitAsleep(pid1); // what only the reloads needed is given back then
        var anonymous = File.ReadLines($"/proc/{pid1.OuterPid}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return (Directory.GetFiles($"/proc/{pid1.OuterPid}/fd").Length, int.Parse(anonymous.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    Pid1 StartServer(Func<JsonObject, JsonObject>? change = null)
    {
        var app = App("api", _script).With("instances", 2).With("exec_mode", "cluster").With("env", new JsonObject { ["PORT"] = $"{_port}", ["RELEASE"] = "one" });
        app = change is null ? app : change(app);
        var pid1 = Start(app, Server);
        pid1.WaitEvent("worker_ready", "api", app["instances"]!.GetValue<int>());
        return pid1;
    }

    Pid1 Start(JsonObject app, string script)
    {
        File.WriteAllText(_script, script);
        return Start(app);
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_script);
        GC.SuppressFinalize(this);
    }

    static void Put(Pid1 pid1, string file) => File.WriteAllText(Path.Combine(pid1.Folder, file), "");

    /// <summary>Null: nobody listens, or who did has ended under it.</summary>
    string? TryAsk()
    {
        try
        {
            return Ask();
        }
        catch (Exception error) when (error is SocketException or IOException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>By a connection of its own.</summary>
    string Ask()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Connect(IPAddress.Loopback, _port);
        socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
        using var reader = new StreamReader(new NetworkStream(socket));
        return reader.ReadToEnd().Split("\r\n\r\n")[1];
    }
}
