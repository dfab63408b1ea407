// Every way to become ready with real programs, and what follows when nothing comes. /readyz is asked before and after.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ReadinessTests(ITestOutputHelper output) : Pid1Test(output)
{
    /// <summary>As the manual page of sd_notify(3) has it, for any Python.</summary>
    internal const string Notify = """
        import os, socket, sys, time
        def notify(text):
            path = os.environ["NOTIFY_SOCKET"]
            if path[0] == "@":
                path = "\0" + path[1:]
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.connect(path)
                s.sendall(text.encode())

        """;

    /// <summary>Goes on when the file is there.</summary>
    const string Wait = "while [ ! -e go ]; do sleep 0.02; done; ";

    [RequiresFact(Needs.Python)]
    public void Worker_IsReady_WhenItNotifies()
    {
        var pid1 = Start(Python("api", """
            notify("STATUS=warming up")
            while not os.path.exists("go"): time.sleep(0.02)
            notify("STATUS=serving\nREADY=1")
            print("said", flush=True)
            time.sleep(1000)
            """).With("ready_when", "notify"), Worker("late", "print=late").With("depends_on", "api"));
        AssertReadyAfterGo(pid1, "api");
        pid1.WaitMessage("late", "late");
    }

    [RequiresFact]
    public void Worker_IsReady_WhenItWritesANewlineToItsDescriptor()
    {
        // The gap below 7 and the stage (umask) must not get in its way.
        var pid1 = Start(Shell("api", Wait + "echo >&7; exec 7>&-; exec sleep 1000").With("ready_when", Object("fd", 7)).With("umask", "027"));
        AssertReadyAfterGo(pid1, "api");
    }

    [RequiresFact]
    public void Worker_IsReady_WhenALineMatches()
    {
        var pid1 = Start(Shell("api", "echo starting; " + Wait + "echo 'Listening on port 80' >&2; exec sleep 1000").With("ready_when", Object("log", "^Listening on port \\d+$")));
        AssertReadyAfterGo(pid1, "api");
    }

    [RequiresFact]
    public void PatternThatTakesForEver_HoldsNobodyUp()
    {
        var lines = string.Concat(Enumerable.Repeat(new string('a', 40) + "!\n", 400));
        var pid1 = Start(Shell("api", $"printf '{lines}'; echo printed >&2; exec sleep 1000").With("ready_when", Object("log", "^(a+)+$")).With("listen_timeout", "1h"));
        pid1.WaitMessage("printed", "api");
        Assert.Equal(0, pid1.Client("ping").Code);
        Assert.Contains("the pattern ^(a+)+$ takes too long", pid1.WaitEvent("warning", "api").Message, StringComparison.Ordinal);
        Assert.Empty(pid1.Events("worker_ready", "api"));
    }

    [RequiresFact]
    public void Worker_IsReady_WhenItHasBeenUpForATime()
    {
        var pid1 = Start(Worker("api", "print=there").With("ready_when", Object("uptime", 1000)));
        var started = pid1.WaitEvent("worker_started", "api");
        var ready = pid1.WaitEvent("worker_ready", "api");
        Assert.True(Millis(ready) - Millis(started) >= 700, $"{started} {ready}"); // a loaded machine writes the first line late
    }

    [RequiresFact]
    public void Start_HasFailed_WhenNothingIsSaid()
    {
        var pid1 = Start(Worker("api", "print=there").With("ready_when", "notify").With("listen_timeout", 200).With("max_restarts", 1));
        Assert.Equal(1, pid1.WaitExit());
        Assert.Equal(2, pid1.Events("worker_not_ready", "api").Count());
        Assert.Single(pid1.Events("worker_failed", "api"));
        Assert.Empty(pid1.Events("worker_ready", "api"));
    }

    [RequiresFact(Needs.Python)]
    public void Notification_IsIgnored_WhenAnotherWorkerSendsIt()
    {
        var pid1 = Start(
            Python("api", "print(os.environ['NOTIFY_SOCKET'], file=open('name', 'w'), flush=True)\nopen('there', 'w')\ntime.sleep(1000)")
                .With("ready_when", "notify").With("listen_timeout", "1h"),
            Python("liar", """
                while not os.path.exists("there"): time.sleep(0.02)
                os.environ["NOTIFY_SOCKET"] = open("name").read().strip()
                notify("READY=1")
                print("sent", flush=True)
                time.sleep(1000)
                """));
        pid1.WaitMessage("sent", "liar");
        Assert.Contains("is no process of this worker", pid1.WaitEvent("warning", "api").Message, StringComparison.Ordinal);
        Assert.Empty(pid1.Events("worker_ready", "api"));
    }

    [RequiresFact(Needs.Python)]
    public void HungWorker_IsReplaced_WhenItsWatchdogIsNotFed()
    {
        var pid1 = Start(Python("api", """
            every = int(os.environ["WATCHDOG_USEC"]) / 1e6
            notify("READY=1")
            while not os.path.exists("go"):
                notify("WATCHDOG=1")
                time.sleep(every / 4)
            print("hangs", flush=True)
            time.sleep(1000)
            """).With("ready_when", "notify").With("watchdog", 400).With("min_uptime", 0));
        pid1.WaitEvent("worker_ready", "api");
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitMessage("hangs", "api");
        Assert.Contains("watchdog of 400 ms was not fed", pid1.WaitEvent("worker_stopping", "api").Message, StringComparison.Ordinal);
        pid1.WaitEvent("worker_ready", "api", 2);
    }

    [RequiresFact(Needs.Python)]
    public void MainPid_IsTheWorker_WhenTheProcessThatWasStartedHasEnded()
    {
        var pid1 = Start(Python("api", """
            ready, done = os.pipe()
            if os.fork() > 0:
                os.read(ready, 1)
                os._exit(0)
            os.setsid()
            if os.fork() > 0: os._exit(0)
            notify(f"READY=1\nMAINPID={os.getpid()}")
            os.write(done, b"x")
            while not os.path.exists("go"): time.sleep(0.02)
            os.remove("go")
            os._exit(7)
            """).With("ready_when", "notify").With("min_uptime", 0), Worker("other", "print=ready"));
        var main = pid1.WaitEvent("worker_main_pid", "api").Number("main_pid");
        pid1.WaitEvent("worker_ready", "api");
        Assert.Contains($"\"pid\":{main},", pid1.Client("jlist").Output.Replace(" ", ""));

        // Its end is the worker's, and it is what a stop ends.
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        var exit = pid1.WaitEvent("worker_exited", "api");
        Assert.Equal((main, 7L), (exit.Pid, exit.Number("code")));
        pid1.WaitEvent("worker_main_pid", "api", 2);
        pid1.WaitEvent("worker_ready", "api", 2);
        Assert.Equal(0, pid1.Client("stop", "api").Code);
        pid1.WaitUntil("only the other is left", () => pid1.ListProcesses().Count(p => p.State != 'Z') == 2);
    }

    static double Millis(LogLine line) => DateTimeOffset.Parse(line.String("timestamp")!, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    internal static System.Text.Json.Nodes.JsonObject Python(string name, string code) => App(name, "python3", "-c", Notify + code);

    internal static System.Text.Json.Nodes.JsonObject Object(string name, System.Text.Json.Nodes.JsonNode value) => new() { [name] = value };

    static void AssertReadyAfterGo(Pid1 pid1, string app)
    {
        pid1.WaitEvent("worker_started", app);
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Empty(pid1.Events("worker_ready", app));
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", app);
        pid1.WaitUntil("is ready", () => pid1.Client("health").Code == 0);
    }
}
