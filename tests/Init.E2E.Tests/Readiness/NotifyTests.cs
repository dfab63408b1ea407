// What else an app may say over sd_notify(3), by real senders: that it stops, needs longer, hangs, and how often it will be heard of.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;
using static Init.E2E.Tests.ReadinessTests;

namespace Init.E2E.Tests;

public sealed class NotifyTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact(Needs.Python)]
    public void WorkerThatStopsByItself_IsNotReadyAnyMore_AndItsEndIsItsOwn()
    {
        var pid1 = Start(Python("api", """
            notify("READY=1")
            if not os.path.exists("first"):
                open("first", "w").close()
                while not os.path.exists("go"): time.sleep(0.02)
                notify("STOPPING=1")
                while not os.path.exists("end"): time.sleep(0.02)
                os._exit(0)
            time.sleep(1000)
            """).With("ready_when", "notify").With("min_uptime", 0).With("kill_timeout", "1h"));
        pid1.WaitEvent("worker_ready", "api");
        Touch(pid1, "go");
        Assert.Equal("says that it stops", pid1.WaitEvent("worker_stopping", "api").Message);
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Empty(pid1.Events("worker_exited"));
        Touch(pid1, "end");
        Assert.Equal(0, pid1.WaitEvent("worker_exited", "api").Number("code"));
        pid1.WaitEvent("worker_ready", "api", 2);
    }

    [RequiresFact(Needs.Python)]
    public void StartThatNeedsLonger_HasTheTimeItAskedFor()
    {
        var pid1 = Start(Python("api", """
            notify("EXTEND_TIMEOUT_USEC=3600000000")
            print("asked", flush=True)
            while not os.path.exists("go"): time.sleep(0.02)
            notify("READY=1")
            time.sleep(1000)
            """).With("ready_when", "notify").With("listen_timeout", 3000), Worker("clock", "print=there").With("ready_when", Object("uptime", 4000)));
        pid1.WaitMessage("asked", "api");
        pid1.WaitEvent("worker_ready", "clock"); // the time of the file is over
        Assert.Empty(pid1.Events("worker_not_ready"));
        Touch(pid1, "go");
        pid1.WaitEvent("worker_ready", "api");
    }

    [RequiresFact(Needs.Python)]
    public void StopThatNeedsLonger_HasTheTimeItAskedFor()
    {
        var pid1 = Start(Python("api", """
            import signal
            def asked(*_):
                notify("EXTEND_TIMEOUT_USEC=3600000000")
                time.sleep(3)
                print("saved", flush=True)
                os._exit(0)
            signal.signal(signal.SIGTERM, asked)
            notify("READY=1")
            while True: time.sleep(1000)
            """).With("ready_when", "notify").With("kill_timeout", 2000));
        pid1.WaitEvent("worker_ready", "api");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("saved", "api");
        Assert.Empty(pid1.Events("worker_killed"));
    }

    [RequiresFact(Needs.Python)]
    public void WorkerThatSaysItHangs_IsReplaced()
    {
        var pid1 = Start(Python("api", """
            notify("READY=1")
            if not os.path.exists("first"):
                open("first", "w").close()
                notify("WATCHDOG=trigger")
            time.sleep(1000)
            """).With("ready_when", "notify").With("min_uptime", 0));
        Assert.EndsWith("it said that it hangs (WATCHDOG=trigger)", pid1.WaitEvent("worker_stopping", "api").Message);
        pid1.WaitEvent("worker_ready", "api", 2);
    }

    [RequiresFact(Needs.Python)]
    public void WatchdogThatAWorkerSetsItself_Holds()
    {
        var pid1 = Start(Python("api", """
            notify("READY=1")
            if not os.path.exists("first"):
                open("first", "w").close()
                notify("WATCHDOG_USEC=300000")
            time.sleep(1000)
            """).With("ready_when", "notify").With("min_uptime", 0));
        Assert.Contains("watchdog of 300 ms was not fed", pid1.WaitEvent("worker_stopping", "api").Message, StringComparison.Ordinal);
        pid1.WaitEvent("worker_ready", "api", 2);
        Assert.Empty(pid1.Events("worker_stopping", "api").Skip(1));
    }

    static void Touch(Pid1 pid1, string file) => File.WriteAllText(Path.Combine(pid1.Folder, file), "");
}
