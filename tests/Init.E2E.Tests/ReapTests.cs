// PID 1 inherits every orphan of the container. None may stay a zombie, and the storm must not hide a worker's own exit.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ReapTests(ITestOutputHelper output) : Pid1Test(output)
{
    static readonly TimeSpan StormLimit = TimeSpan.FromMinutes(2);

    [RequiresFact]
    public void Orphans_LeaveNoZombie_WhenTenThousandEnd()
    {
        var pid1 = Start(App("mother", "/bin/sh", Machine.Fixture("orphans.sh"), "10000").With("autorestart", false), Worker("calm", "print=ready"));

        pid1.WaitMessage("orphans done", "mother", limit: StormLimit);
        pid1.WaitUntil("no zombie is left", () => pid1.CountZombies() == 0);

        Assert.Equal(0, pid1.Client("ping").Code);
        pid1.WaitEvent("worker_done", "mother");

        // Each orphan cost a subshell and itself; without them this test would prove nothing.
        var last = pid1.WaitLine("the last pid", l => l.Message.StartsWith("pid ", StringComparison.Ordinal)).Message;
        Assert.InRange(int.Parse(last["pid ".Length..]), 20_000, int.MaxValue);
        Assert.Equal(["pminit", "testworker"], pid1.ListProcesses().OrderBy(p => p.Pid).Select(p => p.Name));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Exits_AreAttributedToTheirWorker_WhenOrphansEndAtTheSameTime()
    {
        var storm = Shell("mother", $"while :; do . {Machine.Fixture("orphans.sh")}; set -- 200; done").With("kill_timeout", 200);
        storm["args"]!.AsArray().Add("mother");
        storm["args"]!.AsArray().Add("200");
        var pid1 = Start(storm, Worker("crasher", "code=7").With("max_restarts", 30).With("restart_delay", 10));

        pid1.WaitEvent("worker_failed", "crasher", limit: StormLimit);

        var exits = pid1.Events("worker_exited", "crasher").ToList();
        Assert.Equal(31, exits.Count);
        Assert.All(exits, e => Assert.Equal(7, e.Number("code")));
        Assert.Equal(pid1.Events("worker_started", "crasher").Select(e => e.Pid), exits.Select(e => e.Pid));
        Assert.Empty(pid1.Events("worker_exited", "mother"));
    }

    [RequiresFact]
    public void Stop_IsObeyed_WhenOrphansNeverEnd()
    {
        var storm = Shell("mother", "while :; do ( sleep 0.01 & ); echo more; done").With("kill_timeout", 5000);
        var pid1 = Start(storm);
        pid1.WaitMessage("more", "mother", 200);

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
    }
}
