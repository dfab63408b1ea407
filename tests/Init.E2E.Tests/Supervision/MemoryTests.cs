// Memory limits of workers and of the container, the latter with a real cgroup; what status says of resources; and no process to be had.
using System.Text.Json;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class MemoryTests(ITestOutputHelper output) : Pid1Test(output)
{
    const long Limit = 96 << 20;

    /// <summary>Fills memory bit by bit in its first life; asked to end, it says so and ends.</summary>
    const string Hog = """
        import os, signal, sys, time
        def asked(*_):
            print('asked', flush=True)
            os._exit(0)
        signal.signal(signal.SIGTERM, asked)
        held = []
        if not os.path.exists('first'):
            open('first', 'w').close()
            while True:
                held.append(bytearray(1 << 20))
                time.sleep(0.03)
        time.sleep(1000)
        """;

    /// <summary>The same of a daemon: its parents have ended, its session is its own.</summary>
    const string DaemonHog = """
        import os, time
        if not os.path.exists('first'):
            open('first', 'w').close()
            if os.fork() == 0:
                os.setsid()
                if os.fork() > 0: os._exit(0)
                held = []
                while True:
                    held.append(bytearray(1 << 20))
                    time.sleep(0.03)
            os.wait()
        time.sleep(1000)
        """;

    /// <summary>A server with processes for its work, which waits for them itself.</summary>
    const string ChildHog = """
        import os, time
        if os.fork() == 0:
            held = []
            while True:
                held.append(bytearray(1 << 20))
                time.sleep(0.01)
        print('child ended by', os.wait()[1], flush=True)
        time.sleep(1000)
        """;

    [RequiresFact(Needs.Python)]
    public void TreeThatHoldsTooMuch_IsRestartedInTheOrderlyWay()
    {
        var pid1 = Start(new StartOptions
        {
            File = """
                { apps: [
                  { name: 'hog', script: 'sh -c "trap \'echo asked; kill $!; exit 0\' TERM; python3 -c \'import time; x = bytearray(90 << 20); time.sleep(1000)\' & wait"', max_memory_restart: '64M' },
                  { name: 'calm', script: 'sleep 1000', max_memory_restart: '64M' },
                ] }
                """,
        });

        var over = pid1.WaitEvent("worker_memory", "hog");

        Assert.Contains("more than max_memory_restart (64.0mb)", over.Message);
        pid1.WaitMessage("asked", "hog");
        pid1.WaitEvent("worker_started", "hog", 2);
        Assert.Single(pid1.Events("worker_started"), started => started.App == "calm");
        Assert.DoesNotContain(pid1.Events("worker_killed"), killed => killed.App == "hog");
    }

    /// <summary>All instances hold too much at the same time; the others serve while one is replaced.</summary>
    [RequiresFact(Needs.Python)]
    public void InstancesThatHoldTooMuch_AreRestartedOneAfterAnother()
    {
        const string Program = "import os, time; seen = 'seen-' + os.environ['NODE_APP_INSTANCE']; x = [] if os.path.exists(seen) else bytearray(60 << 20); open(seen, 'w'); time.sleep(1000)";
        var pid1 = Start(EcosystemFile.App("hog", "python3", "-c", Program).With("instances", 3).With("max_memory_restart", "40M"));

        pid1.WaitEvent("worker_started", "hog", 6);

        var order = pid1.Lines.Where(l => l.App == "hog" && l.Event is "worker_stopping" or "worker_ready").Skip(3).Select(l => $"{l.Event} {l.Instance}").ToList();
        var stops = order.Where(e => e.StartsWith("worker_stopping", StringComparison.Ordinal)).Take(3).ToList();
        Assert.Equal(3, stops.Distinct().Count());
        for (var i = 1; i < 3; i++)
        {
            Assert.Equal(stops[i - 1].Replace("stopping", "ready", StringComparison.Ordinal), order[order.IndexOf(stops[i]) - 1]);
        }
    }

    [RequiresCgroupFact("memory")]
    public void ContainerThatIsNearlyFull_HasItsLargestWorkerRestarted_BeforeTheKernelKills()
    {
        using var cgroup = new Cgroup("memory") { ["memory.limit_in_bytes"] = $"{Limit}" };
        var pid1 = StartHog(cgroup, []);

        var guard = pid1.WaitEvent("memory_guard", "hog");

        Assert.Contains("restarted before the kernel kills", guard.Message);
        Assert.Equal(Limit, guard.Number("limit_bytes"));
        Assert.InRange(guard.Number("usage_bytes")!.Value, Limit / 10 * 9, Limit);
        Assert.InRange(guard.Number("memory_bytes")!.Value, Limit / 2, 2 * Limit);
        pid1.WaitMessage("asked", "hog");
        Assert.Equal(0, pid1.WaitEvent("worker_exited", "hog").Number("code"));
        pid1.WaitEvent("worker_ready", "hog", 2);
        Assert.Equal("oom_kill 0", cgroup["memory.oom_control"].Split('\n')[^1]);
        Assert.Single(pid1.Events("worker_started", "calm"));
        Assert.Single(pid1.Events("memory_guard"));
    }

    [RequiresCgroupFact("memory")]
    public void DaemonThatFillsTheContainer_IsItsWorkers_ThoughNothingLinksThem()
    {
        using var cgroup = new Cgroup("memory") { ["memory.limit_in_bytes"] = $"{Limit}" };
        var pid1 = StartHog(cgroup, [], DaemonHog);

        var guard = pid1.WaitEvent("memory_guard", "hog");

        Assert.Contains("restarted before the kernel kills", guard.Message);
        Assert.InRange(guard.Number("memory_bytes")!.Value, Limit / 2, 2 * Limit);
        pid1.WaitEvent("leftovers_killed", "hog");
        pid1.WaitEvent("worker_ready", "hog", 2);
        Assert.Equal("oom_kill 0", cgroup["memory.oom_control"].Split('\n')[^1]);
    }

    [RequiresCgroupFact("memory")]
    public void ContainerWithoutTheGuard_IsFullAtLast_AndTheKernelsKillIsNamed()
    {
        using var cgroup = new Cgroup("memory") { ["memory.limit_in_bytes"] = $"{Limit}" };
        var pid1 = StartHog(cgroup, new() { ["PMINIT_MEMORY_GUARD"] = "off" });

        var exited = pid1.WaitEvent("worker_exited", "hog");

        Assert.StartsWith("killed by the kernel's OOM killer: the container's memory limit is 96.0mb", exited.Message);
        Assert.Equal(("SIGKILL", "oom", Limit), (exited.String("signal"), exited.String("cause"), exited.Number("limit_bytes")));
        Assert.Equal("oom_kill 1", cgroup["memory.oom_control"].Split('\n')[^1]);
        pid1.WaitEvent("worker_ready", "hog", 2);
        var last = Status(pid1)[0].GetProperty("last_exit");
        Assert.Equal(("SIGKILL", "oom"), (last.GetProperty("signal").GetString(), last.GetProperty("cause").GetString()));
        Assert.Contains("0 hog: its last process was killed by the kernel's OOM killer (memory limit 96.0mb)\n", pid1.Client("ls").Output);

        // A SIGKILL of somebody else's is not the kernel's, though the count is above 0.
        pid1.SignalInside(pid1.Events("worker_started", "hog").Last().Pid!.Value, Sys.Kill);
        Assert.False(pid1.WaitEvent("worker_exited", "hog", 2).Has("cause"));
        Assert.Empty(pid1.Events("memory_guard"));
    }

    [RequiresCgroupFact("memory")]
    public void ChildThatTheKernelKills_IsTold_ThoughItsWorkerLivesOn()
    {
        using var cgroup = new Cgroup("memory") { ["memory.limit_in_bytes"] = $"{Limit}" };
        var pid1 = StartHog(cgroup, new() { ["PMINIT_MEMORY_GUARD"] = "off" }, ChildHog);
        pid1.WaitMessage("child ended by 9", "hog");

        var killed = pid1.WaitEvent("oom_kill");

        Assert.StartsWith("the kernel's OOM killer ended a process of this container, not a worker itself: the container's memory limit is 96.0mb", killed.Message);
        Assert.Equal((1, Limit), (killed.Number("killed"), killed.Number("limit_bytes")));
        Assert.Empty(pid1.Events("worker_exited"));
        Assert.Equal(1, Status(pid1)[0].GetProperty("oom_kills_beside_workers").GetInt64());
        Assert.EndsWith("the kernel's OOM killer ended 1 process of this container, beside workers\n", pid1.Client("ls").Output);
    }

    [RequiresFact]
    public void Status_TellsWhatTreesUse_AndWhoLeavesZombies()
    {
        // The shell becomes a sleep, which waits for nobody: two of its three children have ended.
        var pid1 = Start(EcosystemFile.Shell("careless", "sh -c 'echo done' & sh -c 'echo done' & sleep 1000 & exec sleep 1001"), EcosystemFile.Worker("calm", "print=up"));
        pid1.WaitMessage("done", "careless", 2);
        pid1.WaitMessage("up", "calm");
        pid1.WaitUntil("both zombies of the sleep", () => Status(pid1)[0].GetProperty("zombie_parents").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } parent
            && parent.GetProperty("zombies").GetInt32() == 2 && parent.GetProperty("name").GetString() == "sleep");

        var (careless, calm) = (Status(pid1)[0], Status(pid1)[1]);
        Assert.Equal((2, 2, 6), (Number(careless, "tree", "processes"), Number(careless, "tree", "threads"), Number(careless, "tree", "descriptors")));
        Assert.True(Number(careless, "tree", "memory_bytes") > Number(careless, "process", "memory_bytes"));
        Assert.Equal(0, calm.GetProperty("zombie_parents").GetArrayLength());
        Assert.False(calm.GetProperty("process").TryGetProperty("pss_bytes", out _));
        Assert.True(Number(Status(pid1, "--pss")[1], "process", "pss_bytes") > 0);
        var pid = pid1.Events("worker_started", "careless").Single().Pid;
        Assert.Contains($"0 careless: process {pid} (sleep) does not wait for its children: 2 zombies\n", pid1.Client("ls").Output);
    }

    [RequiresCgroupFact("pids")]
    public void NoProcessToBeHad_IsNamed_AndTriedAgain()
    {
        using var cgroup = new Cgroup("pids");
        var pid1 = Start(new StartOptions { File = EcosystemFile.Of(EcosystemFile.Worker("api", "print=up").With("instances", 2)), Before = cgroup.Enter });
        pid1.WaitMessage("up", "api", 2);
        cgroup["pids.max"] = "1"; // fewer than there are: no more forks
        pid1.SignalInside(pid1.Events("worker_started", "api").First().Pid!.Value, Sys.Kill);

        var failed = pid1.WaitEvent("spawn_failed", "api");
        cgroup["pids.max"] = "max";

        Assert.Equal(("fork", 11), (failed.String("stage"), failed.Number("errno")));
        Assert.Contains("check the container's pids and memory limits", failed.Message);
        pid1.WaitEvent("worker_started", "api", 3);
    }

    Pid1 StartHog(Cgroup cgroup, Dictionary<string, string> environment, string hog = Hog)
    {
        var app = EcosystemFile.App("hog", "python3", "-c", hog);
        return Start(new StartOptions { File = EcosystemFile.Of(app, EcosystemFile.Shell("calm", "exec sleep 1000")), Before = cgroup.Enter, Environment = environment });
    }

    /// <summary>What `jlist` says of each worker under "pminit".</summary>
    static JsonElement[] Status(Pid1 pid1, params string[] options)
    {
        var answer = pid1.Client(["jlist", .. options]);
        Assert.Equal((0, ""), (answer.Code, answer.Errors));
        return [.. JsonDocument.Parse(answer.Output).RootElement.EnumerateArray().Select(worker => worker.GetProperty("pminit"))];
    }

    static long Number(JsonElement worker, string part, string name) => worker.GetProperty(part).GetProperty(name).GetInt64();
}
