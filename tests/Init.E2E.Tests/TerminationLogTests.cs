// What is left for the orchestrator when the container has ended: in a file that a test names, and in Kubernetes' own.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class TerminationLogTests(ITestOutputHelper output) : Pid1Test(output)
{
    static JsonObject Failing => Shell("main", "echo fine; echo 'no database' >&2; echo '  at main' >&2; exit 7").With("autorestart", false).With("essential", true);

    [RequiresFact]
    public void File_HasTheReasonAndTheLastLines_WhenAnEssentialAppFails()
    {
        var pid1 = StartWith("why", Failing, Worker("side", "print=ready on-term=0"));
        Assert.Equal(7, pid1.WaitExit());
        Assert.Equal("""
            essential app main has ended: main/0 ended with code 7; the container ends with code 7
            last lines of its stderr:
            no database
              at main

            """, Read(pid1, "why"));
    }

    [RequiresFact]
    public void File_HasTheLastLinesOfAFailure_ThatIsLongOver()
    {
        var pid1 = StartWith("why", Shell("first", "echo 'the cause'; kill -SEGV $$").With("autorestart", false), Worker("other", "exit-after=300 code=0").With("autorestart", false));
        Assert.Equal(139, pid1.WaitExit());
        Assert.StartsWith("no app is left: first/0 ended with signal SIGSEGV", Read(pid1, "why"), StringComparison.Ordinal);
        Assert.EndsWith("\nlast lines of its stdout:\nthe cause\n", Read(pid1, "why"), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void File_NamesWhatItWasStoppedFor_WhenItNeverBecameReady()
    {
        var pid1 = StartWith("why", Worker("api", "print=up").With("ready_when", "notify").With("listen_timeout", 300).With("max_restarts", 0), Shell("side", "exit 0").With("autorestart", false));
        Assert.Equal(1, pid1.WaitExit());
        Assert.Matches("^no app is left: api/0 was given up: it did not become ready in 3[0-9]{2} ms: it did not [^;]*; the container ends with code 1\n", Read(pid1, "why"));
    }

    [RequiresFact]
    public void File_IsWithinBounds_WhenAWorkerPrintsWithoutEnd()
    {
        var pid1 = StartWith("why", Shell("main", "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 3").With("autorestart", false));
        Assert.Equal(3, pid1.WaitExit());
        var text = Read(pid1, "why");
        Assert.InRange(text.Length, 1900, 4096);
        Assert.EndsWith("\nline 19998\nline 19999\n", text, StringComparison.Ordinal);
    }

    [RequiresFact]
    public void File_NamesTheKilledWorker_WhenTheStopIsNotOrderly()
    {
        var pid1 = StartWith("why", Worker("deaf", "ignore=TERM stderr=busy print=ready").With("kill_timeout", 100));
        pid1.WaitMessage("ready", "deaf");
        pid1.Signal(Sys.Term);
        Assert.Equal(137, pid1.WaitExit());
        Assert.Equal("the stop took too long and had to kill: deaf/0 ended with signal SIGKILL; the container ends with code 137\nlast lines of its stderr:\nbusy\n", Read(pid1, "why"));
    }

    [RequiresFact]
    public void File_IsNotMade_WhenNothingFailed()
    {
        var pid1 = StartWith("why", Worker("api", "stderr=x print=ready on-term=3"), Worker("failed", "code=5").With("autorestart", false));
        pid1.WaitMessage("ready", "api");
        pid1.WaitEvent("worker_failed", "failed");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "why")));
    }

    [RequiresFact]
    public void Fifo_IsLeftAlone()
    {
        var fifo = Start(new StartOptions
        {
            File = WithSettings(new JsonObject { ["termination_log"] = "fifo" }, Failing),
            Before = ["/bin/sh", "-c", "mkfifo fifo && exec \"$@\"", "sh"],
        });
        Assert.Equal(7, fifo.WaitExit());
        Assert.Contains("fifo is no regular file", fifo.Events("warning").Single(e => e.App is null && e.Message!.Contains("fifo", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Root)]
    public void KubernetesFile_IsFound_WithoutBeingNamed()
    {
        // A folder with null and the log takes the place of /dev, in this mount namespace only.
        var pid1 = Start(new StartOptions
        {
            File = Of(Failing),
            Before = ["/bin/sh", "-c", "mkdir dev && touch dev/null dev/termination-log && mount --bind /dev/null dev/null && mount --rbind dev /dev && exec \"$@\"", "sh"],
        });
        Assert.Equal(7, pid1.WaitExit());
        Assert.StartsWith("essential app main has ended: main/0 ended with code 7", Read(pid1, "dev/termination-log"), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void KubernetesFile_IsNotMade_WhereThereIsNone()
    {
        if (File.Exists("/dev/termination-log"))
        {
            return; // this machine is a pod itself
        }

        var pid1 = Start(Failing);
        Assert.Equal(7, pid1.WaitExit());
        Assert.False(File.Exists("/dev/termination-log"));
        Assert.Empty(pid1.Events("warning"));
    }

    [RequiresFact]
    public void Variable_NamesTheFile_AlsoForARefusedOne()
    {
        var pid1 = Start(new StartOptions { File = """{"apps": [{"script": "sh", "instnaces": 2}]}""", Environment = new Dictionary<string, string> { ["PMINIT_TERMINATION_LOG"] = "why" } });
        Assert.Equal(78, pid1.WaitExit());
        Assert.Equal("""
            nothing was started, one error found; the container ends with code 78
            the errors:
            """, string.Join('\n', Read(pid1, "why").Split('\n')[..2]));
        Assert.Contains("ecosystem.json:1:28: apps[0].instnaces: unknown field; did you mean \"instances\"?", Read(pid1, "why"), StringComparison.Ordinal);
    }

    Pid1 StartWith(string path, params JsonObject[] apps) => Start(new StartOptions { File = WithSettings(new JsonObject { ["termination_log"] = path }, apps) });

    static string Read(Pid1 pid1, string name) => File.ReadAllText(Path.Combine(pid1.Folder, name));
}
