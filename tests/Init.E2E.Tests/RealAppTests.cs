// Servers that know nothing of pminit, under load while their process is killed: requests fail only between the kill and the first
// answer of the successor, the service comes back by itself, and its log lines keep coming.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class RealAppTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int Kills = 3;
    const int AnswersBetween = 100;

    [RequiresFact(Needs.Node)]
    public void NodeServer_ComesBack_WhenKilledUnderLoad()
    {
        Machine.Demand(Needs.Node);
        KillUnderLoad(port => App("web", Machine.Fixture("server.js")).With("env", new JsonObject { ["PORT"] = $"{port}" }), "served");
    }

    [RequiresFact(Needs.Python)]
    public void PythonServer_ComesBack_WhenKilledUnderLoad()
    {
        Machine.Demand(Needs.Python);
        KillUnderLoad(
            port => App("web", Machine.Fixture("server.py")).With("interpreter", "python3").With("env", new JsonObject { ["PORT"] = $"{port}" }),
            "served");
    }

    [RequiresFact]
    public void NativeServer_ComesBack_WhenKilledUnderLoad() => KillUnderLoad(port => Worker("web", $"http={port}"), "served");

    [RequiresFact]
    public void ShellLoop_StartsOver_WhenKilled()
    {
        var pid1 = Start(App("loop", Machine.Fixture("loop.sh")).With("interpreter", "/bin/sh").With("min_uptime", 1));
        for (var kill = 1; kill <= Kills; kill++)
        {
            pid1.WaitMessage("tick 20", "loop", kill);
            pid1.SignalInside(pid1.WaitEvent("worker_started", "loop", kill).Pid!.Value, Sys.Kill);
        }

        pid1.WaitMessage("tick 20", "loop", Kills + 1);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        foreach (var run in pid1.Output("loop").GroupBy(l => l.Pid))
        {
            Assert.Equal(Enumerable.Range(1, run.Count()).Select(i => $"tick {i}"), run.Select(l => l.Message));
        }
    }

    [RequiresFact(Needs.Node)]
    public void NodeServer_StopsInPeace_WhenAskedUnderLoad()
    {
        Machine.Demand(Needs.Node);
        var port = Pid1.FreePort();
        var pid1 = Start(App("web", Machine.Fixture("server.js")).With("env", new JsonObject { ["PORT"] = $"{port}" }));
        pid1.WaitMessage("listening");
        using var load = new Load(port);
        load.WaitAnswers(pid1, AnswersBetween);

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("closing", "web");
        Assert.Equal(0, pid1.WaitEvent("worker_exited", "web").Number("code"));
    }

    void KillUnderLoad(Func<int, JsonObject> app, string line)
    {
        var port = Pid1.FreePort();
        var pid1 = Start(app(port).With("min_uptime", 1));
        pid1.WaitUntil("the server answers", () => Web.Get(port, "/").Code == 200);
        using var load = new Load(port);
        load.WaitAnswers(pid1, AnswersBetween);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var pid = pid1.WaitEvent("worker_started", "web", kill).Pid!.Value;
            load.BeginGap();
            pid1.SignalInside(pid, Sys.Kill);
            var successor = pid1.WaitEvent("worker_started", "web", kill + 1).Pid!.Value;
            load.WaitAnswerOf(pid1, successor);
            load.EndGap();
            load.WaitAnswers(pid1, AnswersBetween);
            pid1.WaitLine($"a line of {successor}", l => l.Pid == successor && l.Message.StartsWith(line, StringComparison.Ordinal));
        }

        load.Stop();
        Assert.Empty(load.FailuresOutsideGaps);
        Assert.Equal(Kills, pid1.Events("worker_exited", "web").Count());
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }
}
