// `pminit -- command`: what tini and dumb-init do. The child's own output, its exit code, its terminal; nothing added.
using System.Diagnostics;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class InitModeTests(ITestOutputHelper output) : Pid1Test(output)
{
    // $n is exported, so that the command may use it; "$@" is all that makes pminit PID 1.
    const string Loop = "n=$FROM; export n; while [ $n -le $TO ]; do \"$@\" sh -c \"$COMMAND\"; c=$?; [ $c -eq $(($n + $ADD)) ] || echo \"$n gave $c\"; n=$((n + 1)); done";

    [RequiresFact]
    public void ExitCode_IsTheChilds_ForEveryCode() => Assert.Equal("", RunLoop(0, 255, 0, "exit $n"));

    [RequiresFact]
    public void ExitCode_Is128PlusSignal_ForEveryDeadlySignal()
    {
        // Between these stand CHLD, CONT, STOP, TSTP, TTIN, TTOU and URG, which do not kill, and PIPE: the test runner ignores it,
        // and in init mode what was ignored stays ignored.
        Assert.Equal("", RunLoop(1, 12, 128, "kill -$n $$"));
        Assert.Equal("", RunLoop(14, 16, 128, "kill -$n $$"));
        Assert.Equal("", RunLoop(24, 27, 128, "kill -$n $$"));
        Assert.Equal("", RunLoop(29, 31, 128, "kill -$n $$"));
        Assert.Equal("", RunLoop(34, 64, 128, "kill -$n $$"));
    }

    [RequiresFact]
    public void ExitCode_Is127_WhenCommandIsMissing()
    {
        var pid1 = StartInit("/nonexistent/program");

        Assert.Equal(127, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("/nonexistent/program", StringComparison.Ordinal));
        Assert.Empty(pid1.RawLines);
    }

    [RequiresFact]
    public void ExitCode_Is127_WhenCommandIsNotInPath() => Assert.Equal(127, StartInit("no-such-program-anywhere").WaitExit());

    [RequiresFact]
    public void ExitCode_Is126_WhenCommandIsNotExecutable() => Assert.Equal(126, StartInit("/etc/passwd").WaitExit());

    [RequiresFact]
    public void ExitCode_IsUsage_WhenNoCommandFollows()
    {
        var pid1 = Start(new StartOptions { Arguments = ["--"] });

        Assert.Equal(64, pid1.WaitExit());
        Assert.NotEmpty(pid1.ErrorLines);
    }

    [RequiresFact]
    public void Output_IsTheChildsAlone_WhenItPrints()
    {
        var pid1 = StartInit(Machine.TestWorker, "print=plain", "stderr=plainly", "code=0");

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["plain"], pid1.RawLines);
        Assert.Equal(["plainly"], pid1.ErrorLines);
    }

    [RequiresFact]
    public void Stdin_ReachesTheChild_WhenItIsAPipe()
    {
        var pid1 = Start(new StartOptions { Arguments = ["--", "cat"], Stdin = true });

        pid1.Stdin.Write("one\ntwo\n");
        pid1.Stdin.Close();

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["one", "two"], pid1.RawLines);
    }

    [RequiresFact]
    public void Environment_IsUntouched_WhenChildLooks()
    {
        var pid1 = Start(new StartOptions { Arguments = ["--", "env"], Environment = new Dictionary<string, string> { ["SECRET"] = "a b=c" } });

        Assert.Equal(0, pid1.WaitExit());
        // The shell that starts unshare adds PWD and the like; pminit itself adds and removes nothing.
        Assert.Contains("SECRET=a b=c", pid1.RawLines);
        Assert.DoesNotContain(pid1.RawLines, l => l.StartsWith("NODE_APP_INSTANCE", StringComparison.Ordinal) || l.StartsWith("pm_id", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void Options_StayTheChilds_AfterTheCommand()
    {
        var pid1 = StartInit("echo", "--health", "off", "--", "--version");

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["--health off -- --version"], pid1.RawLines);
    }

    [RequiresFact]
    public void Grandchildren_AreReaped_WhenChildStays()
    {
        var pid1 = StartInit("/bin/sh", "-c", $". {Machine.Fixture("orphans.sh")} 500; sleep 1000", "500");

        pid1.WaitRaw("orphans done");
        pid1.WaitUntil("no zombie is left", () => pid1.CountZombies() == 0);
        pid1.Signal(Sys.Term);
        Assert.Equal(128 + Sys.Term, pid1.WaitExit());
    }

    [RequiresFact(Needs.Script)]
    public void Terminal_BelongsToTheChild_WhenThereIsOne()
    {
        var lines = RunInTerminal($"{Machine.TestWorker} status code=0").Output.Split("\r\n");
        string Field(string name) => Assert.Single(lines, l => l.StartsWith(name + ' ', StringComparison.Ordinal))[(name.Length + 1)..];

        Assert.NotEqual("0", Field("tty"));
        Assert.Equal(Field("pgrp"), Field("foreground"));
    }

    [RequiresFact(Needs.Script)]
    public void Terminal_HasJobControl_WhenChildIsAShell()
    {
        var result = RunInTerminal("bash -i -c \"sleep 0.01 & fg; echo done\"");

        Assert.DoesNotContain("no job control", result.Output);
        Assert.Contains("done", result.Output);
        Assert.Equal(0, result.Code);
    }

    [RequiresFact(Needs.Script)]
    public void Interrupt_ReachesTheChild_WhenTypedAtTheTerminal()
    {
        Machine.Demand(Needs.Script);
        var command = InNamespace("sh -c 'trap \"echo interrupted; exit 9\" INT; echo ready; while :; do sleep 0.05; done'");
        var start = new ProcessStartInfo("script", ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var script = Process.Start(start)!;
        var reader = new LineReader(script.StandardOutput.BaseStream);

        Assert.StartsWith("ready", reader.Get(0, Limits.Default));
        script.StandardInput.Write('\x03');
        script.StandardInput.Flush();

        Assert.True(script.WaitForExit(Limits.Default), "the interrupt did not end it");
        Assert.Equal(9, script.ExitCode);
    }

    static string InNamespace(string command) => $"unshare {string.Join(' ', Machine.UnshareArguments)} {Machine.Pminit} -- {command}";

    static ClientResult RunInTerminal(string command)
    {
        Machine.Demand(Needs.Script);
        return Pid1.Run(["script", "-qec", InNamespace(command), "/dev/null"], []);
    }

    static string RunLoop(int from, int to, int add, string command)
    {
        Machine.Demand(Needs.None);
        var environment = new Dictionary<string, string>
        {
            ["FROM"] = $"{from}",
            ["TO"] = $"{to}",
            ["ADD"] = $"{add}",
            ["COMMAND"] = command,
        };
        return Pid1.Run(
            ["sh", "-c", Loop, "sh", "unshare", .. Machine.UnshareArguments, Machine.Pminit, "--"],
            environment,
            TimeSpan.FromMinutes(2)).Output;
    }
}
