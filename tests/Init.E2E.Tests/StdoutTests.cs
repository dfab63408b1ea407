// Whatever happens to stdout, PID 1 reaps and obeys: closed, full, never read, gone while running. Nothing here can be read from
// the log, so files and the control socket are the witnesses.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class StdoutTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresTheory]
    [InlineData(StdoutKind.Closed)]
    [InlineData(StdoutKind.DevFull)]
    [InlineData(StdoutKind.UnreadPipe)]
    [InlineData(StdoutKind.File)]
    public void Stdout_NeverStopsPid1_WhateverItIs(StdoutKind kind)
    {
        // Megabytes: far more than any pipe and any buffer holds.
        var pid1 = StartWith(
            kind,
            Worker("chatty", "spam=forever width=400").With("kill_timeout", 3000),
            Shell("mother", $"set -- 300; . {Machine.Fixture("orphans.sh")}; touch done").With("autorestart", false),
            Worker("crasher", "append=crashes exit-after=20 code=1").With("min_uptime", 1));
        WaitFile(pid1, "done");
        WaitCrashes(pid1, 5);

        AssertObeys(pid1);
    }

    [RequiresTheory]
    [InlineData(StdoutKind.Closed)]
    [InlineData(StdoutKind.DevFull)]
    [InlineData(StdoutKind.UnreadPipe)]
    public void Stdout_DoesNotMatter_WhenWorkersAreQuiet(StdoutKind kind)
    {
        var pid1 = StartWith(kind, Worker("calm", "touch=up on-term=0"));
        WaitFile(pid1, "up");

        AssertObeys(pid1);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Workers_StillGetPipes_WhenPminitHasNoStdout()
    {
        // The trap: with descriptor 1 free, the first thing that pminit opens would become its, and its workers', stdout.
        var pid1 = StartWith(StdoutKind.Closed, Shell("look", "ls -l /proc/self/fd > fds; touch done; sleep 1000"));
        WaitFile(pid1, "done");

        var lines = File.ReadAllLines(Path.Combine(pid1.Folder, "fds")).Where(l => l.Contains("->", StringComparison.Ordinal)).ToList();
        Assert.EndsWith(" 0 -> /dev/null", lines[0]);
        Assert.Contains(lines, l => l.Contains(" 2 -> pipe:", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("socket:", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void Lines_AllArrive_WhenTheReaderIsOnlyLate()
    {
        // Far more than pminit's own buffers and both pipes hold together.
        const int Count = 300_000;
        var pid1 = StartWith(StdoutKind.UnreadPipe, Shell("chatty", $"seq 1 {Count}; touch done").With("autorestart", false), Worker("calm", "touch=up"));
        WaitFile(pid1, "up");
        // Back-pressure: the worker cannot end before somebody reads.
        Assert.Equal(0, pid1.Client("ping").Code);
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "done")));

        pid1.ReadOutput();

        pid1.WaitMessage($"{Count}", "chatty", limit: TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"{i}"), pid1.Output("chatty").Select(l => l.Message));
    }

    [RequiresFact]
    public void Reader_MayGoAway_WhilePminitRuns()
    {
        var pid1 = StartWith(StdoutKind.UnreadPipe, Worker("chatty", "touch=up spam=forever"), Worker("crasher", "append=crashes exit-after=20 code=1").With("min_uptime", 1));
        WaitFile(pid1, "up");

        pid1.CloseOutput();

        WaitCrashes(pid1, 5);
        AssertObeys(pid1);
    }

    [RequiresFact]
    public void File_HoldsEveryLine_WhenStdoutIsAFile()
    {
        const int Count = 5000;
        var pid1 = StartWith(StdoutKind.File, Shell("job", $"seq 1 {Count}").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        var lines = File.ReadAllLines(pid1.OutputFile).Select(l => new LogLine(l)).ToList();
        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"{i}"), lines.Where(l => l.Event is null).Select(l => l.Message));
    }

    Pid1 StartWith(StdoutKind kind, params System.Text.Json.Nodes.JsonObject[] apps) => Start(new StartOptions { File = Of(apps), Stdout = kind });

    static void WaitFile(Pid1 pid1, string name) => pid1.WaitUntil($"file {name}", () => File.Exists(Path.Combine(pid1.Folder, name)));

    /// <summary>Each start of the crasher adds a line: reaping and restarting go on.</summary>
    static void WaitCrashes(Pid1 pid1, int more)
    {
        var file = Path.Combine(pid1.Folder, "crashes");
        int Count() => File.Exists(file) ? File.ReadAllLines(file).Length : 0;
        var before = Count();
        pid1.WaitUntil($"{more} more crashes", () => Count() >= before + more);
    }

    static void AssertObeys(Pid1 pid1)
    {
        Assert.Equal(0, pid1.Client("ping").Code);
        pid1.WaitUntil("no zombie is left", () => pid1.CountZombies() == 0);
        pid1.Signal(Sys.Term);
        Assert.Contains(pid1.WaitExit(), new[] { 0, 137 });
    }
}
