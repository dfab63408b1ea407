// The orderly stop: asked politely, killed on time, together with what the worker left behind; and the exit code that tells which.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class StopTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int LongMs = 60_000;

    [RequiresTheory]
    [InlineData(Sys.Term)]
    [InlineData(Sys.Int)]
    public void Stop_EndsEveryAppInPeace_WhenThreeObey(int signal)
    {
        string[] names = ["one", "two", "three"];
        var pid1 = Start([.. names.Select(n => Worker(n, "print=ready on-term=0"))]);
        WaitReady(pid1, names);

        pid1.Signal(signal);

        Assert.Equal(0, pid1.WaitExit());
        foreach (var name in names)
        {
            Assert.Single(pid1.Output(name), l => l.Message == "got 15");
            Assert.Single(pid1.Events("worker_stopping", name));
            Assert.Equal(0, Assert.Single(pid1.Events("worker_exited", name)).Number("code"));
        }

        Assert.Empty(pid1.Events("worker_killed"));
        Assert.Single(pid1.Events("shutdown_started"));
        Assert.Single(pid1.Events("shutdown_finished"));
        Assert.Equal("shutdown_finished", pid1.Lines[^1].Event);
    }

    [RequiresFact]
    public void Stop_EndsWithZero_WhenWorkerAnswersWithACode()
    {
        var pid1 = Start(Worker("api", "print=ready on-term=3"));
        WaitReady(pid1, "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Stop_EndsWithZero_WhenWorkerDiesOfTheStopSignal()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        WaitReady(pid1, "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_exited", "api"));
        Assert.Single(pid1.Events("worker_started", "api"));
    }

    [RequiresFact]
    public void Stop_KillsOnTime_WhenWorkerIgnoresIt()
    {
        var pid1 = Start(Worker("deaf", "ignore=TERM,INT print=ready").With("kill_timeout", 300), Worker("api", "print=ready on-term=0"));
        WaitReady(pid1, "deaf", "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_killed", "deaf"));
        Assert.Empty(pid1.Events("worker_killed", "api"));
        var order = pid1.Lines.Where(l => l.App == "deaf").Select(l => l.Event).Where(e => e is not null).ToList();
        Assert.True(order.IndexOf("worker_stopping") < order.IndexOf("worker_killed"));
        Assert.True(order.IndexOf("worker_killed") < order.IndexOf("worker_exited"));
    }

    /// <summary>Whether its children are to end is the leader's to say; what is left when its time is over is killed with it.</summary>
    [RequiresFact]
    public void Stop_AsksTheLeaderOnly_AndKillsTheTree()
    {
        var pid1 = Start(Shell("api", "trap 'echo leader asked' TERM; (trap 'echo child asked' TERM; echo ready; while :; do sleep 0.05; done) & while :; do wait; done")
            .With("kill_timeout", 500));
        WaitReady(pid1, "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
        Assert.Single(pid1.Output("api"), l => l.Message == "leader asked");
        Assert.DoesNotContain(pid1.Output("api"), l => l.Message == "child asked");
    }

    [RequiresTheory]
    [InlineData("grandchild")]
    [InlineData("grandchild-setsid")]
    public void Stop_KillsGrandchildrenToo_WhenWorkerIsKilled(string kind)
    {
        // The second app keeps the namespace alive after the first was killed; else the kernel would do this test's work.
        var pid1 = Start(
            Worker("deaf", $"ignore=TERM {kind} print=ready").With("kill_timeout", 200),
            Worker("last", "ignore=TERM print=ready").With("kill_timeout", LongMs));
        WaitReady(pid1, "deaf", "last");
        pid1.WaitMessage("grandchild-ready", "deaf");
        Assert.Equal(4, CountLiving(pid1));

        pid1.Signal(Sys.Term);
        pid1.WaitEvent("worker_exited", "deaf");

        pid1.WaitUntil("only the last worker is left", () => CountLiving(pid1) == 2);
        pid1.Signal(Sys.Term);
        Assert.Equal(137, pid1.WaitExit());
    }

    [RequiresTheory]
    [InlineData("setsid sleep 100000 & echo $! > pid")]
    [InlineData("env -i setsid sleep 100000 & echo $! > pid")]
    [InlineData("setsid env -i sh -c 'sleep 100000 & echo $! > pid'")]
    public void Daemons_AreGone_BeforeTheSuccessorStarts_AlthoughTheyChangedSession(string daemon)
    {
        var script = $"if [ -e pid ] && kill -0 $(cat pid); then echo still there; fi; {daemon}; echo up; while [ ! -e go ]; do sleep 0.02; done; rm go; exit 3";
        var pid1 = Start(Shell("api", script).With("min_uptime", 0), Shell("other", "env -i setsid sleep 100000 & echo ready; exec sleep 100000"));
        pid1.WaitMessage("ready", "other");
        pid1.WaitMessage("up", "api");
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitMessage("up", "api", 2);
        Assert.Equal("killed what api/0 left behind", pid1.WaitEvent("leftovers_killed", "api").Message);
        Assert.DoesNotContain(pid1.Output("api"), line => line.Message == "still there");

        Assert.Equal(0, pid1.Client("stop", "api").Code);
        pid1.WaitUntil("only the other and its daemon are left", () => CountLiving(pid1) == 3);
    }

    [RequiresFact]
    public void WhatAPlannedEndLeft_LivesOn_UntilTheNextRunOrAStop()
    {
        var pid1 = Start(Shell("job", "setsid sleep 100000 & exit 0").With("autorestart", false), Worker("other", "print=ready"));
        pid1.WaitEvent("worker_done", "job");
        WaitReady(pid1, "other");
        pid1.WaitUntil("the daemon lives", () => CountLiving(pid1) == 3);
        Assert.Empty(pid1.Events("leftovers_killed"));

        Assert.Equal(0, pid1.Client("start", "job").Code);
        pid1.WaitEvent("worker_done", "job", 2);
        Assert.Single(pid1.Events("leftovers_killed", "job"));
        pid1.WaitUntil("one daemon lives", () => CountLiving(pid1) == 3);

        Assert.Equal(0, pid1.Client("stop", "job").Code);
        pid1.WaitEvent("leftovers_killed", "job", 2);
        pid1.WaitUntil("only the other is left", () => CountLiving(pid1) == 2);
    }

    [RequiresFact]
    public void Grandchildren_DieWithTheirWorker_WhenItIsKilledFromOutside()
    {
        var pid1 = Start(Worker("api", "grandchild print=ready").With("restart_delay", LongMs));
        WaitReady(pid1, "api");
        pid1.WaitMessage("grandchild-ready", "api");

        pid1.SignalInside(pid1.WaitEvent("worker_started", "api").Pid!.Value, Sys.Kill);
        pid1.WaitEvent("worker_waiting", "api");

        pid1.WaitUntil("pminit is alone", () => CountLiving(pid1) == 1);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void SecondSignal_KillsAtOnce_WhenWorkersAreDeaf()
    {
        var pid1 = Start(
            Worker("one", "ignore=TERM,INT print=ready").With("kill_timeout", LongMs),
            Worker("two", "ignore=TERM,INT print=ready").With("kill_timeout", LongMs));
        WaitReady(pid1, "one", "two");

        pid1.Signal(Sys.Term);
        pid1.WaitEvent("worker_stopping", "one");
        pid1.WaitEvent("worker_stopping", "two");
        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
        Assert.Single(pid1.Events("shutdown_hurried"));
        Assert.Equal(2, pid1.Events("worker_killed").Count());
    }

    [RequiresFact]
    public void ShutdownTimeout_CutsTheStop_WhenKillTimeoutIsLonger()
    {
        var pid1 = Start(new StartOptions
        {
            File = WithSettings(new JsonObject { ["shutdown_timeout"] = 300 }, Worker("deaf", "ignore=TERM print=ready").With("kill_timeout", LongMs)),
        });
        WaitReady(pid1, "deaf");

        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
    }

    [RequiresFact]
    public void KillSignal_IsSentInsteadOfTerm_WhenTheFileNamesOne()
    {
        var pid1 = Start(
            Shell("api", "trap 'echo interrupted; exit 0' INT; trap 'echo terminated' TERM; echo ready; while :; do sleep 0.05; done")
                .With("kill_signal", "SIGINT"));
        WaitReady(pid1, "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["ready", "interrupted"], pid1.Output("api").Select(l => l.Message));
    }

    [RequiresFact]
    public void Stop_EndsAtOnce_WhenWorkerWaitsForItsRestart()
    {
        var pid1 = Start(Worker("api", "code=1").With("restart_delay", LongMs));
        pid1.WaitEvent("worker_waiting", "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_started", "api"));
    }

    [RequiresFact]
    public void Stop_DoesNotRestart_WhenAnotherWorkerCrashesMeanwhile()
    {
        var pid1 = Start(
            Worker("deaf", "ignore=TERM print=ready").With("kill_timeout", 1500),
            Worker("crasher", "ignore=TERM print=ready exit-after=800 code=9").With("kill_timeout", LongMs));
        WaitReady(pid1, "deaf", "crasher");

        pid1.Signal(Sys.Term);

        Assert.Equal(137, pid1.WaitExit());
        Assert.Single(pid1.Events("worker_started", "crasher"));
    }

    [RequiresFact]
    public void Stop_FlushesTheLastWords_WhenWorkersPrintThemWhileEnding()
    {
        var pid1 = Start(Shell("api", "trap 'seq 1 2000; printf the-end; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
        WaitReady(pid1, "api");

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        string[] expected = ["ready", .. Enumerable.Range(1, 2000).Select(i => $"{i}"), "the-end"];
        Assert.Equal(expected, pid1.Output("api").Select(l => l.Message));
    }

    static void WaitReady(Pid1 pid1, params string[] names)
    {
        foreach (var name in names)
        {
            pid1.WaitMessage("ready", name);
        }
    }

    static int CountLiving(Pid1 pid1) => pid1.ListProcesses().Count(p => p.State != 'Z');
}
