// No signal is lost that the kernel itself does not merge. Real-time signals are queued one by one, so their count is exact;
// standard signals are sent one at a time, each acknowledged by the worker before the next.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class SignalTests(ITestOutputHelper output) : Pid1Test(output)
{
    // Far below the kernel's limit of queued signals (RLIMIT_SIGPENDING), above which it would merge them.
    const int Window = 4000;
    const int AcknowledgedEvery = 500;

    [RequiresFact]
    public void RealTimeSignals_AreAllForwarded_WhenHundredThousandAreSent()
    {
        const int Total = 100_000;
        var pid1 = StartInit(Machine.TestWorker, "signals=count");
        pid1.WaitRaw("counting");

        SendCounted(pid1, Total, acknowledgement => Assert.Equal($"count {acknowledgement}", pid1.RawLine(acknowledgement / AcknowledgedEvery)));

        pid1.Signal(Sys.Term);
        pid1.WaitRaw($"total {Total}");
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void RealTimeSignals_AreAllForwarded_WhenSentToASupervisor()
    {
        const int Total = 5000;
        var pid1 = Start(Worker("counter", "signals=count"));
        pid1.WaitMessage("counting");

        SendCounted(pid1, Total, acknowledgement => pid1.WaitMessage($"count {acknowledgement}"));

        pid1.Signal(Sys.Term);
        pid1.WaitMessage($"total {Total}");
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void StandardSignals_AreAllForwarded_WhenSentOneByOne()
    {
        int[] signals = [1, 2, 3, 10, 12, 13, 14, 15, 16, 18, 23, 24, 25, 26, 27, 28, 29, 30];
        var pid1 = StartInit(Machine.TestWorker, "signals=echo");
        pid1.WaitRaw("counting");

        for (var i = 0; i < 10_000; i++)
        {
            var signal = signals[i % signals.Length];
            pid1.Signal(signal);
            Assert.Equal($"got {signal}", pid1.RawLine(1 + i));
        }

        pid1.Signal(Sys.Highest);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Signal_ReachesEveryWorker_WhenSentToASupervisor()
    {
        var pid1 = Start(Worker("one", "signals=echo").With("instances", 2), Worker("two", "signals=echo"));
        pid1.WaitMessage("counting", "one", 2);
        pid1.WaitMessage("counting", "two");

        pid1.Signal(Sys.Alrm);

        pid1.WaitMessage($"got {Sys.Alrm}", "one", 2);
        pid1.WaitMessage($"got {Sys.Alrm}", "two");
        pid1.WaitEvent("signal_forwarded");
    }

    [RequiresFact]
    public void Signals_NeverEndASupervisor_WhenTheyAreNotForIt()
    {
        var pid1 = Start(Worker("calm", "ignore=HUP,QUIT,USR1,USR2,PIPE,ALRM print=ready"));
        pid1.WaitMessage("ready");

        foreach (var signal in Enumerable.Range(1, Sys.Highest).Except([Sys.Int, Sys.Kill, Sys.Term, 19, 32, 33, 34]))
        {
            pid1.Signal(signal);
        }

        // Obeying the next request is the proof that it lives and turns its loop.
        pid1.WaitUntil("answers ping", () => pid1.Client("ping").Code == 0);
        pid1.Signal(Sys.Term);
        Assert.Contains(pid1.WaitExit(), new[] { 0, 137 });
    }

    [RequiresFact]
    public void Faults_AreDropped_WhenSomebodySendsThemToPid1()
    {
        // The first fault that meets managed code used to end it, the first that meets the kernel to disarm it: so many starts.
        for (var round = 0; round < 20; round++)
        {
            var pid1 = Start(Worker("calm", "print=ready"));
            pid1.WaitEvent("started");
            for (var i = 0; i < 100; i++)
            {
                Array.ForEach([Sys.Segv, Sys.Fpe, Sys.Bus, Sys.Ill], pid1.Signal);
            }

            Assert.Equal(0, pid1.Client("ping").Code);
            pid1.Signal(Sys.Term);
            Assert.Equal(0, pid1.WaitExit());
        }
    }

    static void SendCounted(Pid1 pid1, int total, Action<int> waitFor)
    {
        var acknowledged = 0;
        for (var sent = 1; sent <= total; sent++)
        {
            pid1.Signal(Sys.RealTime);
            while (sent - acknowledged >= Window || (sent == total && acknowledged < total))
            {
                acknowledged += AcknowledgedEvery;
                waitFor(acknowledged);
            }
        }
    }
}
