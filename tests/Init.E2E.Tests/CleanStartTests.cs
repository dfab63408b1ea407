// A worker starts clean whatever pminit itself inherited: mask, dispositions, session, descriptors, environment.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class CleanStartTests(ITestOutputHelper output) : Pid1Test(output)
{
    const string Nothing = "0000000000000000";

    // Bit n-1 is signal n: HUP; USR2 and TERM.
    const string HupOnly = "0000000000000001";
    const string Usr2AndTerm = "0000000000004800";

    static string[] Dirty => ["python3", Machine.Fixture("dirty.py")];

    [RequiresFact]
    public void Signals_AreDefaultAndOpen_WhenWorkerStarts() => AssertCleanSignals([]);

    [RequiresFact(Needs.Python)]
    public void Signals_AreDefaultAndOpen_WhenPminitInheritedWorse() => AssertCleanSignals(Dirty);

    [RequiresFact]
    public void Descriptors_AreThree_WhenWorkerStarts() => AssertThreeDescriptors(new StartOptions());

    [RequiresFact(Needs.Python)]
    public void Descriptors_AreThree_WhenPminitInheritedMore() => AssertThreeDescriptors(new StartOptions { Before = Dirty });

    [RequiresFact(Needs.Python)]
    public void Signals_AreAsInherited_InInitMode()
    {
        var pid1 = Start(new StartOptions { Before = Dirty, Arguments = ["--", "cat", "/proc/self/status"] });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Contains($"SigBlk:\t{Usr2AndTerm}", pid1.RawLines);
        Assert.Contains($"SigIgn:\t{HupOnly}", pid1.RawLines);
    }

    [RequiresFact]
    public void Session_IsTheWorkersOwn_WhenItStarts()
    {
        var pid1 = Start(Worker("api", "status"));

        pid1.WaitMessage("status-end");
        var pid = pid1.WaitEvent("worker_started", "api").Pid;
        Assert.NotEqual(1, pid);
        pid1.WaitMessage($"pid {pid}");
        pid1.WaitMessage("ppid 1");
        pid1.WaitMessage($"pgrp {pid}");
        pid1.WaitMessage($"session {pid}");
        pid1.WaitMessage("tty 0");
    }

    [RequiresFact]
    public void Arguments_ArriveUnchanged_WhenTheyAreAList()
    {
        string[] arguments = ["status", "print=two words", "print=", "print=ü €", "print=$HOME *"];
        var pid1 = Start(App("api", Machine.TestWorker, arguments));

        pid1.WaitMessage("status-end");
        var seen = pid1.Output("api").Select(l => l.Message).Where(m => m.StartsWith("arg ", StringComparison.Ordinal));
        Assert.Equal([Machine.TestWorker, .. arguments], seen.Select(m => m["arg ".Length..]));
    }

    [RequiresFact]
    public void Environment_IsPminitsPlusTheFiles_WhenWorkerStarts()
    {
        var app = Worker("api", "status").With("env", new JsonObject { ["ADDED"] = "new", ["CHANGED"] = "file's" });
        var pid1 = Start(new StartOptions
        {
            File = Of(app),
            Environment = new Dictionary<string, string> { ["KEPT"] = "as it was=1", ["CHANGED"] = "container's" },
        });

        pid1.WaitMessage("status-end");
        foreach (var expected in new[] { "KEPT=as it was=1", "ADDED=new", "CHANGED=file's", "NODE_APP_INSTANCE=0", "pm_id=0" })
        {
            pid1.WaitMessage($"env {expected}");
        }

        Assert.Single(pid1.Output("api"), l => l.Message.StartsWith("env CHANGED=", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void Directory_IsPminitsOwn_UnlessTheFileNamesOne()
    {
        var pid1 = Start(Worker("here", "status"), Worker("there", "status").With("cwd", "/usr"));

        pid1.WaitMessage($"cwd {pid1.Folder}", "here");
        pid1.WaitMessage("cwd /usr", "there");
    }

    void AssertCleanSignals(string[] before)
    {
        // cat(1) changes no signal, so it shows what it was given.
        var pid1 = Start(new StartOptions { File = Of(App("look", "/bin/cat", "/proc/self/status").With("autorestart", false)), Before = before });

        Assert.Equal(0, pid1.WaitExit());
        var lines = pid1.Output("look").Select(l => l.Message).ToList();
        Assert.Contains($"SigBlk:\t{Nothing}", lines);
        Assert.Contains($"SigIgn:\t{Nothing}", lines);
        Assert.Contains($"SigCgt:\t{Nothing}", lines);
    }

    void AssertThreeDescriptors(StartOptions options)
    {
        var pid1 = Start(options with { File = Of(App("look", "/bin/ls", "-l", "/proc/self/fd").With("autorestart", false)) });

        Assert.Equal(0, pid1.WaitExit());
        // The one more is the folder that ls itself reads.
        var links = pid1.Output("look").Select(l => l.Message).Where(m => m.Contains("->", StringComparison.Ordinal) && !m.Contains("/proc/", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, links.Count);
        Assert.EndsWith(" 0 -> /dev/null", links[0]);
        Assert.Contains(" 1 -> pipe:", links[1], StringComparison.Ordinal);
        Assert.Contains(" 2 -> pipe:", links[2], StringComparison.Ordinal);
    }
}
