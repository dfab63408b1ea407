// The first vertical: a file, a worker, JSON lines, an exit code, as PID 1.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class RunTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void Run_PrintsWorkerLinesAsJson_WhenWorkerPrints()
    {
        var pid1 = Start(Worker("api", "print=hello stderr=trouble code=0").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        var line = pid1.WaitMessage("hello", "api");
        Assert.Equal("stdout", line.Stream);
        Assert.Equal(0, line.Instance);
        Assert.Equal("info", line.Level);
        Assert.Equal(pid1.WaitEvent("worker_started", "api").Pid, line.Pid);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.String("timestamp"));
        Assert.Equal("stderr", pid1.WaitMessage("trouble", "api").Stream);
    }

    [RequiresFact]
    public void Profile_IsMergedAndCountedUp_WhenItIsChosen()
    {
        var app = Shell("job", "echo $WHO $N $PORT")
            .With("env", new JsonObject { ["WHO"] = "nobody", ["N"] = 10 })
            .With("env_prod", new JsonObject { ["WHO"] = "prod" })
            .With("increment_var", "N").With("port", 3000).With("instances", 2).With("autorestart", false);
        var pid1 = Start(new StartOptions { File = Of(app), Arguments = ["--env", "prod"] });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["prod 10 3000", "prod 11 3000"], pid1.Output("job").Select(l => l.Message).Order());
    }

    [RequiresFact]
    public void Run_PrintsOwnEventsInOrder_WhenWorkerEnds()
    {
        var pid1 = Start(Worker("job", "print=working code=0").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        string[] expected = ["started", "worker_started", "worker_exited", "worker_done", "shutdown_finished"];
        Assert.Equal(expected, pid1.Lines.Select(l => l.Event).Where(e => expected.Contains(e)));
        Assert.Equal(0, pid1.WaitEvent("worker_exited").Number("code"));
        Assert.True(pid1.WaitEvent("worker_exited").Number("uptime_ms") >= 0);
    }

    [RequiresTheory]
    [InlineData("code=3", 3)]
    [InlineData("code=255", 255)]
    [InlineData("die-by=KILL", 137)]
    [InlineData("die-by=SEGV", 139)]
    [InlineData("die-by=TERM", 143)]
    public void Run_EndsWithWorkersCode_WhenNoAppIsLeft(string words, int expected)
    {
        var pid1 = Start(Worker("job", words).With("autorestart", false));

        Assert.Equal(expected, pid1.WaitExit());
    }

    [RequiresFact]
    public void Run_EndsWithFirstFailuresCode_WhenSeveralAppsFailed()
    {
        var pid1 = Start(
            Worker("good", "code=0").With("autorestart", false),
            Worker("first", "print=up code=4").With("autorestart", false),
            Worker("second", "exit-after=700 code=5").With("autorestart", false));

        Assert.Equal(4, pid1.WaitExit());
    }

    [RequiresFact]
    public void Run_StartsEveryInstance_WhenInstancesIsThree()
    {
        var pid1 = Start(Worker("api", "status").With("instances", 3));

        for (var i = 0; i < 3; i++)
        {
            var instance = i;
            pid1.WaitLine($"NODE_APP_INSTANCE={i}", l => l.Instance == instance && l.Message == $"env NODE_APP_INSTANCE={instance}");
        }

        Assert.Equal(3, pid1.Events("worker_started", "api").Select(l => l.Pid).Distinct().Count());
    }

    [RequiresFact]
    public void Run_SplitsArgs_WhenArgsIsOneString()
    {
        var pid1 = Start(Worker("job", "").With("args", "print=one print=two code=0").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["one", "two"], pid1.Output("job").Select(l => l.Message));
    }

    [RequiresFact]
    public void Run_UsesInterpreter_WhenScriptIsShell()
    {
        var pid1 = Start(App("loop", Machine.Fixture("loop.sh"), "3").With("interpreter", "/bin/sh").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["tick 1", "tick 2", "tick 3"], pid1.Output("loop").Select(l => l.Message));
    }

    [RequiresFact]
    public void Run_ReadsCommentsAndTrailingCommas_WhenFileHasThem()
    {
        var pid1 = Start(new StartOptions
        {
            File = $$"""
                // what people write
                { "apps": [ { "name": "job", "script": "{{Machine.TestWorker}}", "args": ["print=ok", "code=0",], /* once */ "autorestart": false, }, ], }
                """,
        });

        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("ok", "job");
    }
}
