// Crash, wait, again, give up; and which ends are by plan. Delays are read from the events: no test here measures time.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class RestartTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void Restart_GivesANewProcess_WhenWorkerExits()
    {
        var pid1 = Start(Worker("api", "pid exit-after=50 code=0").With("min_uptime", 10));

        var pids = Enumerable.Range(1, 3).Select(n => pid1.WaitEvent("worker_started", "api", n).Pid).ToList();

        Assert.Equal(3, pids.Distinct().Count());
        foreach (var pid in pids)
        {
            pid1.WaitMessage($"pid={pid}", "api");
        }
    }

    [RequiresFact]
    public void Restart_FollowsAKill_WhenWorkerIsKilledFromOutside()
    {
        var pid1 = Start(Worker("api", "print=ready"), Worker("calm", "print=ready"));
        pid1.WaitMessage("ready", "api");
        var first = pid1.WaitEvent("worker_started", "api").Pid!.Value;

        pid1.SignalInside(first, Sys.Kill);

        pid1.WaitMessage("ready", "api", 2);
        var exit = pid1.WaitEvent("worker_exited", "api");
        Assert.Equal(first, exit.Pid);
        Assert.True(exit.Has("signal"));
        Assert.False(exit.Has("code"));
        Assert.Single(pid1.Events("worker_started", "calm"));
    }

    [RequiresFact]
    public void Restart_WaitsTheDelay_WhenTheFileNamesOne()
    {
        var pid1 = Start(Worker("api", "code=21").With("restart_delay", "150ms").With("max_restarts", 2));

        Assert.Equal(21, pid1.WaitExit());
        Assert.Equal([150L, 150L], pid1.Events("worker_waiting", "api").Select(e => e.Number("delay_ms") ?? -1));
    }

    [RequiresFact]
    public void Restart_WaitsLongerEachTime_WhenBackoffIsOn()
    {
        var pid1 = Start(Worker("api", "code=21").With("exp_backoff_restart_delay", 100).With("max_restarts", 4));

        Assert.Equal(21, pid1.WaitExit());
        var delays = pid1.Events("worker_waiting", "api").Select(e => e.Number("delay_ms") ?? -1).ToList();
        Assert.Equal(4, delays.Count);
        Assert.InRange(delays[0], 80, 100);
        Assert.InRange(delays[1], 120, 150);
        Assert.True(delays[2] > delays[1] && delays[3] > delays[2]);
    }

    [RequiresFact]
    public void Restart_GivesUp_WhenUnstableTooOften()
    {
        var pid1 = Start(Worker("api", "code=7").With("max_restarts", 2));

        Assert.Equal(7, pid1.WaitExit());
        Assert.Equal(3, pid1.Events("worker_started", "api").Count());
        Assert.Equal(3, pid1.Events("worker_exited", "api").Count());
        Assert.Single(pid1.Events("worker_failed", "api"));
    }

    [RequiresFact]
    public void Restart_GivesUpWith128PlusSignal_WhenASignalKillsIt()
    {
        var pid1 = Start(Worker("api", "die-by=SEGV").With("max_restarts", 1));

        Assert.Equal(139, pid1.WaitExit());
        Assert.Equal(2, pid1.Events("worker_started", "api").Count());
    }

    [RequiresFact]
    public void Restart_NeverGivesUp_WhenEachRunIsStable()
    {
        var pid1 = Start(Worker("api", "exit-after=60 code=1").With("min_uptime", 20).With("max_restarts", 1));

        pid1.WaitEvent("worker_started", "api", 6);

        Assert.Empty(pid1.Events("worker_failed", "api"));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    /// <summary>pm2 restarts it for ever: one good run, and its counter starts anew with each crash. Here the good run is 20 times `min_uptime`, as 20 s are of the default.</summary>
    [RequiresFact]
    public void Restart_GivesUp_WhenAnAppThatRanWellFailsAtEveryBoot()
    {
        const string Script = "[ -e broken ] && exit 9; while [ ! -e broken ]; do sleep 0.02; done; exit 8";
        var pid1 = Start(Shell("api", Script).With("min_uptime", 100).With("max_restarts", 3).With("ready_when", new JsonObject { ["uptime"] = 2000 }));
        pid1.WaitEvent("worker_ready", "api");

        File.WriteAllText(Path.Combine(pid1.Folder, "broken"), "");

        Assert.Equal(9, pid1.WaitExit());
        Assert.Equal([8L, 9, 9, 9, 9], pid1.Events("worker_exited", "api").Select(e => e.Number("code") ?? -1));
        Assert.Single(pid1.Events("worker_failed", "api"));
    }

    [RequiresFact]
    public void GivingUp_LeavesTheOthersAlone_WhenTheyStillRun()
    {
        var pid1 = Start(Worker("api", "code=7").With("max_restarts", 1), Worker("calm", "print=ready on-term=0"));
        pid1.WaitMessage("ready", "calm");
        pid1.WaitEvent("worker_failed", "api");

        Assert.Equal(0, pid1.Client("ping").Code);
        Assert.Empty(pid1.Events("worker_exited", "calm"));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresTheory]
    [InlineData("code=3")]
    [InlineData("code=4")]
    public void StopExitCodes_EndTheAppByPlan_WhenTheCodeIsListed(string words)
    {
        var app = Worker("job", words);
        app["stop_exit_codes"] = new System.Text.Json.Nodes.JsonArray(3, 4);
        var pid1 = Start(app);

        Assert.Equal(0, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_started", "job"));
        Assert.Single(pid1.Events("worker_done", "job"));
    }

    [RequiresFact]
    public void Essential_EndsTheContainerWithItsCode_WhenItEnds()
    {
        var pid1 = Start(
            Worker("main", "exit-after=100 code=5").With("autorestart", false).With("essential", true),
            Worker("side", "print=ready on-term=0"));
        pid1.WaitMessage("ready", "side");

        Assert.Equal(5, pid1.WaitExit());
        pid1.WaitMessage("got 15", "side");
    }

    [RequiresFact]
    public void Essential_EndsTheContainerWithZero_WhenItEndsByPlan()
    {
        var pid1 = Start(Worker("main", "exit-after=100 code=0").With("autorestart", false).With("essential", true), Worker("side", "on-term=0"));

        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Essential_IsRestartedFirst_WhenItCrashes()
    {
        var pid1 = Start(Worker("main", "code=6").With("max_restarts", 2).With("essential", true), Worker("side", "on-term=0"));

        Assert.Equal(6, pid1.WaitExit());
        Assert.Equal(3, pid1.Events("worker_started", "main").Count());
    }

    [RequiresFact]
    public void SpawnFailure_FollowsThePolicy_WhenTheProgramVanished()
    {
        var folder = Directory.CreateTempSubdirectory("pminit-e2e-vanish-").FullName;
        try
        {
            var program = Path.Combine(folder, "vanish.sh");
            File.WriteAllText(program, "#!/bin/sh\necho vanishing\nrm \"$0\"\nexit 3\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var app = App("api", program).With("interpreter", "none").With("max_restarts", 2).With("restart_delay", 20);
            var pid1 = Start(app, Worker("calm", "print=ready on-term=0"));
            pid1.WaitMessage("vanishing", "api");

            pid1.WaitEvent("spawn_failed", "api");
            pid1.WaitEvent("worker_failed", "api");

            Assert.Equal(0, pid1.Client("ping").Code);
            pid1.Signal(Sys.Term);
            Assert.Equal(0, pid1.WaitExit());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
