// The verbs that change something: each returns when it has come to be, with the code that tells whether it has.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class VerbTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void StopAndStart_Return_WhenItHasComeToBe()
    {
        var pid1 = Start(Worker("api", "print=ready").With("instances", 2), Worker("other", "print=ready"));
        pid1.WaitEvent("worker_ready", "other");

        var stop = pid1.Client("stop", "api");
        Assert.Equal((0, "api/0 stopped\napi/1 stopped\n"), (stop.Code, stop.Output));
        pid1.WaitEvent("worker_exited", "api", 2);

        var start = pid1.Client("start", "api/1");
        Assert.Equal(0, start.Code);
        Assert.Equal($"api/1 online pid {pid1.WaitEvent("worker_started", "api", 3).Pid}\n", start.Output);
        Assert.Equal(1, pid1.WaitEvent("worker_ready", "api", 3).Instance);
    }

    [RequiresFact]
    public void Restart_Fails_WhenTheSuccessorCrashes()
    {
        var pid1 = Start(Shell("api", "[ ! -e broken ] || exit 9; echo ready; exec sleep 1000").With("ready_when", new System.Text.Json.Nodes.JsonObject { ["log"] = "ready" }).With("restart_delay", "1h"),
            Worker("other", "print=ready"));
        pid1.WaitEvent("worker_ready", "api");
        Assert.Equal(0, pid1.Client("restart", "api").Code);

        File.WriteAllText(Path.Combine(pid1.Folder, "broken"), "");
        var failed = pid1.Client("restart", "all");
        Assert.Equal(1, failed.Code);
        Assert.Contains("api/0 waiting restart: it ended with code 9 before it was ready", failed.Errors);
        Assert.Contains("other/0 online", failed.Errors);
    }

    /// <summary>Each api answers its stop only when it is told to, so an order that is none would show.</summary>
    [RequiresFact]
    public void RestartAndStop_OfAll_GoByTheOrderOfDependencies()
    {
        const string Api = "trap 'while [ ! -e go ]; do sleep 0.02; done; exit 0' TERM; echo up; while :; do sleep 0.02; done";
        var pid1 = Start(Shell("api", Api).With("depends_on", "db"), Shell("db", "echo up; exec sleep 100000").With("ready_when", new System.Text.Json.Nodes.JsonObject { ["log"] = "up" }));
        pid1.WaitMessage("up", "api");

        Assert.Equal(0, pid1.Client("restart", "all", "--no-wait").Code);
        pid1.WaitEvent("worker_stopping", "api");
        Assert.Equal(0, pid1.Client("ls").Code); // a turn later
        Assert.Empty(pid1.Events("worker_stopping", "db"));
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitMessage("up", "api", 2);
        Assert.Equal(["worker_stopping api", "worker_exited api", "worker_stopping db", "worker_exited db", "worker_started db", "worker_ready db", "worker_started api"],
            OrderOf(pid1, ["worker_stopping", "worker_exited", "worker_started", "worker_ready"]).SkipWhile(one => one != "worker_stopping api").Take(7));

        Assert.Equal((0, "api/0 stopped\ndb/0 stopped\n"), Of(pid1.Client("stop", "all")));
        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["worker_exited api", "worker_exited db"], OrderOf(pid1, ["worker_exited"]).TakeLast(2));
    }

    static IEnumerable<string> OrderOf(Pid1 pid1, string[] events) =>
        pid1.Lines.Where(line => line.Event is { } name && events.Contains(name)).Select(line => $"{line.Event} {line.App}");

    [RequiresFact]
    public void Scale_ChangesTheNumber()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        pid1.WaitEvent("worker_ready", "api");

        Assert.Equal(0, pid1.Client("scale", "api", "3").Code);
        pid1.WaitEvent("worker_ready", "api", 3);
        Assert.Equal([0, 1, 2], pid1.Events("worker_ready", "api").Select(e => e.Instance ?? -1).Order());
        Assert.Equal((0, "api/2 removed\n"), Of(pid1.Client("scale", "api", "-1")));
        Assert.Equal((0, "api has 2 instances already\n"), Of(pid1.Client("scale", "api", "2")));
        Assert.Equal(64, pid1.Client("scale", "api", "none").Code);
        Assert.Equal(1, pid1.Client("scale", "oops", "2").Code);
    }

    [RequiresFact]
    public void SignalAndReset_AreAnsweredAtOnce()
    {
        var pid1 = Start(Worker("api", "signals=echo").With("min_uptime", 0), Worker("other", "print=ready"));
        var first = pid1.WaitEvent("worker_started", "api").Pid!.Value;
        pid1.WaitMessage("counting", "api"); // before that the signal would end it
        Assert.Equal((0, "sent SIGUSR1 to 1 worker\n"), Of(pid1.Client("signal", "USR1", "api")));
        pid1.WaitMessage($"got {Sys.Usr1}", "api");
        Assert.Equal(64, pid1.Client("signal", "SIGOOPS", "api").Code);

        pid1.SignalInside(first, Sys.Kill);
        pid1.WaitEvent("worker_started", "api", 2);
        Assert.Contains("\"restart_time\":1", pid1.Client("jlist").Output.Replace(" ", ""));
        Assert.Equal((0, "reset 2 workers\n"), Of(pid1.Client("reset", "all")));
        Assert.DoesNotContain("\"restart_time\":1", pid1.Client("jlist").Output.Replace(" ", ""));
    }

    [RequiresFact]
    public void Shutdown_EndsTheContainer_AndTheLastStopIsStillAnswered()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        pid1.WaitEvent("worker_ready", "api");
        Assert.Equal((0, "api/0 stopped\n"), Of(pid1.Client("stop", "all")));
        Assert.Equal(0, pid1.WaitExit());

        var other = Start(Worker("api", "print=ready"));
        other.WaitEvent("worker_ready", "api");
        Assert.Equal(0, other.Client("shutdown").Code);
        Assert.Equal(0, other.WaitExit());
    }

    [RequiresFact]
    public void Describe_ShowsAWorkerInFull_AndNoVariables()
    {
        var pid1 = Start(Worker("api", "print=ready").With("cron_restart", "0 3 1 1 *").With("env", new System.Text.Json.Nodes.JsonObject { ["SECRET"] = "hush" }));
        pid1.WaitEvent("worker_ready", "api");

        var text = pid1.Client("describe", "api").Output;
        Assert.StartsWith("api/0 (id 0)\n  status                    online\n", text);
        Assert.Matches(@"\n  next run +\d{4}-01-01T03:00:00Z\n", text);
        Assert.Matches(@"\n  kill_timeout +8000\n", text);
        Assert.DoesNotContain("hush", text);
        Assert.Contains("\"settings\":{", pid1.Client("describe", "0", "--json").Output);
        Assert.Equal(1, pid1.Client("describe", "oops").Code);
    }

    [RequiresFact]
    public void UnknownTarget_IsAnError_ThatNamesWhatThereIs()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        pid1.WaitEvent("worker_ready", "api");
        var result = pid1.Client("restart", "apo");
        Assert.Equal(1, result.Code);
        Assert.Contains("there is no app, worker or id \"apo\"; there are api", result.Errors);
        Assert.Equal(64, pid1.Client("restart").Code);
    }

    static (int, string) Of(ClientResult result) => (result.Code, result.Output);
}
