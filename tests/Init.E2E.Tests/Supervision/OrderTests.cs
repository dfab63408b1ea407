// Who starts after whom, who stops before whom, and what a task's failure does: read from the order of the log's lines, never from time.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class OrderTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int LongMs = 60_000;

    [RequiresFact]
    public void Migration_ThenApi_ThenWorker()
    {
        var pid1 = Start(
            Worker("worker", "print=up").With("depends_on", "api"),
            Worker("api", "print=up").With("depends_on", new JsonObject { ["migrate"] = new JsonObject { ["condition"] = "service_completed_successfully" } }),
            Shell("migrate", "until [ -e go ]; do sleep 0.02; done").With("type", "task"));
        pid1.WaitEvent("worker_held", "worker");
        pid1.WaitEvent("worker_held", "api");
        pid1.WaitEvent("worker_started", "migrate");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Contains("[-]api/0 waiting for migrate", Web.Get(pid1.HealthPort, "/readyz?verbose").Body, StringComparison.Ordinal);
        Assert.Contains("waiting for migrate", pid1.Client("ls").Output, StringComparison.Ordinal);
        var listed = JsonNode.Parse(pid1.Client("jlist").Output)!.AsArray().Single(row => (string?)row!["name"] == "worker")!;
        Assert.Equal(("launching", "api"), ((string?)listed["pm2_env"]!["status"], (string?)listed["pminit"]!["waiting_for"]![0]));
        Assert.Empty(pid1.Events("worker_started", "api"));

        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", "worker");
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);
        AssertOrder(pid1, ("worker_done", "migrate"), ("worker_started", "api"), ("worker_ready", "api"), ("worker_started", "worker"));
    }

    [RequiresFact]
    public void FailingTask_EndsTheContainer_WithItsCode()
    {
        var pid1 = Start(
            Worker("api", "print=up").With("depends_on", "migrate"),
            Worker("other", "print=up"),
            Worker("migrate", "exit-after=50 code=42").With("type", "task"));

        Assert.Equal(42, pid1.WaitExit());
        Assert.Empty(pid1.Events("worker_started", "api"));
        Assert.Equal("not started: migrate/0 has failed (code 42), and api depends on it", Assert.Single(pid1.Events("worker_failed", "api")).Message);
        Assert.Single(pid1.Events("worker_failed", "migrate"));
    }

    [RequiresFact]
    public void TaskThatIsTriedAgain_ReleasesTheOthers_WhenItSucceeds()
    {
        var pid1 = Start(
            Worker("api", "print=up").With("depends_on", "migrate"),
            Shell("migrate", "[ -e second ] || { touch second; exit 1; }").With("type", "task").With("autorestart", true));

        pid1.WaitMessage("up", "api");
        Assert.Equal(2, pid1.Events("worker_started", "migrate").Count());
        AssertOrder(pid1, ("worker_done", "migrate"), ("worker_started", "api"));
    }

    [RequiresFact]
    public void Stop_GoesInReverse_AndADependencyOutlivesThoseThatNeedIt()
    {
        var pid1 = Start(
            Worker("db", "print=up on-term=0"),
            Worker("api", "print=up on-term=0").With("depends_on", "db").With("instances", 2),
            Worker("worker", "print=up on-term=0").With("depends_on", "api"));
        pid1.WaitMessage("up", "worker");
        pid1.WaitMessage("up", "api", 2);
        pid1.WaitMessage("up", "db");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        AssertOrder(pid1, ("worker_stopping", "worker"), ("worker_exited", "worker"), ("worker_stopping", "api"), ("worker_exited", "api"), ("worker_stopping", "db"), ("worker_exited", "db"));
        Assert.True(IndexOf(pid1, "worker_exited", "api", 2) < IndexOf(pid1, "worker_stopping", "db", 1));
    }

    [RequiresFact]
    public void Stop_HurriesEverything_WhenADependentDoesNotEnd()
    {
        var pid1 = Start(Worker("db", "print=up on-term=0"), Worker("api", "ignore=TERM print=up").With("depends_on", "db").With("kill_timeout", LongMs));
        pid1.WaitMessage("up", "api");
        pid1.WaitMessage("up", "db");

        pid1.Signal(Sys.Term);
        pid1.WaitEvent("worker_stopping", "api");
        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_killed", "api"));
        Assert.Single(pid1.Events("worker_stopping", "db"));
    }

    [RequiresFact]
    public void ShutdownDelay_KeepsServing_WithReadinessOff_UntilASecondSignal()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(Worker("api", $"http={port}").With("shutdown_delay", LongMs));
        pid1.WaitMessage($"listening {port}", "api");
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);

        pid1.Signal(Sys.Term);
        pid1.WaitEvent("shutdown_started");

        Assert.Equal(503, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/livez").Code);
        Assert.Equal(200, Web.Get(port, "/").Code);
        Assert.Empty(pid1.Events("worker_stopping", "api"));

        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        AssertOrder(pid1, ("shutdown_started", null), ("shutdown_hurried", null), ("worker_stopping", "api"), ("worker_exited", "api"));
    }

    [RequiresFact]
    public void ShutdownDelay_EndsByItself()
    {
        var pid1 = Start(new StartOptions { File = WithSettings(new JsonObject { ["shutdown_delay"] = 300 }, Worker("api", "print=up on-term=0")) });
        pid1.WaitMessage("up", "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        AssertOrder(pid1, ("shutdown_started", null), ("worker_stopping", "api"), ("worker_exited", "api"));
        Assert.Empty(pid1.Events("shutdown_hurried"));
    }

    [RequiresFact]
    public void Autostart_False_IsListedAsStopped_AndReadinessDoesNotMissIt()
    {
        var pid1 = Start(Worker("api", "print=up"), Worker("tool", "print=up").With("autostart", false));
        pid1.WaitEvent("worker_ready", "api");

        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);
        var listed = JsonNode.Parse(pid1.Client("jlist").Output)!.AsArray().Single(row => (string?)row!["name"] == "tool")!;
        Assert.Equal("stopped", (string?)listed["pm2_env"]!["status"]);
        Assert.Empty(pid1.Events("worker_started", "tool"));
    }

    [RequiresFact]
    public void Only_StartsWhatTheChosenAppDependsOn()
    {
        var pid1 = Start(new StartOptions
        {
            File = Of(Worker("api", "print=up").With("depends_on", "db"), Worker("db", "print=up"), Worker("other", "print=up")),
            Arguments = ["--only", "api"],
        });
        pid1.WaitMessage("up", "api");

        Assert.Single(pid1.Events("worker_started", "db"));
        Assert.Empty(pid1.Events("worker_started", "other"));
    }

    [RequiresFact]
    public void Circle_IsSaid_BeforeAnythingStarts()
    {
        var pid1 = Start(Worker("a", "print=up").With("depends_on", "b"), Worker("b", "print=up").With("depends_on", "a"));

        Assert.Equal(78, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, line => line.Contains("these apps wait for one another, so none would start: a -> b -> a", StringComparison.Ordinal));
    }

    static void AssertOrder(Pid1 pid1, params (string Event, string? App)[] expected)
    {
        var at = expected.Select(step => IndexOf(pid1, step.Event, step.App, 1)).ToList();
        Assert.DoesNotContain(-1, at);
        Assert.Equal(at.Order(), at);
    }

    static int IndexOf(Pid1 pid1, string name, string? app, int nth)
    {
        for (var i = 0; i < pid1.Lines.Count; i++)
        {
            var line = pid1.Lines[i];
            if (line.Event == name && (app is null || line.App == app) && --nth == 0)
            {
                return i;
            }
        }

        return -1;
    }
}
