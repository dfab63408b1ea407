// The file is read again while pminit runs: by SIGHUP and by the verb. What differs is applied, what is wrong changes nothing.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class ReloadConfigTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int Hangup = 1;

    static string App(string name, string more = "") => $"{{ name: '{name}', script: 'sleep 1000', kill_timeout: 2000{more} }}";

    static string FileOf(params string[] apps) => $"{{ apps: [{string.Join(", ", apps)}] }}";

    [RequiresFact]
    public void ReloadConfig_TouchesOnlyWhatDiffers()
    {
        var pid1 = Start(new StartOptions { File = FileOf(App("same"), App("changed"), App("removed")) });
        var same = pid1.WaitEvent("worker_started", "same").Pid;
        pid1.WaitEvent("worker_started", "removed");
        Write(pid1, FileOf(App("same"), App("changed", ", env: { A: 1 }"), App("added")));

        var answer = pid1.Client("reload-config");

        Assert.Equal("changed: restarted (env.A); added: added; removed: removed\n", answer.Output);
        Assert.Equal(0, answer.Code);
        pid1.WaitEvent("worker_started", "changed", 2);
        pid1.WaitEvent("worker_started", "added");
        pid1.WaitEvent("worker_exited", "removed");
        Assert.Equal(same, Assert.Single(pid1.Events("worker_started"), started => started.App == "same").Pid);
        pid1.WaitUntil("the removed app leaves the list", () => !pid1.Client("jlist").Output.Contains("removed"));
        Assert.Equal("nothing has changed\n", pid1.Client("reload-config").Output);
    }

    [RequiresFact]
    public void Hangup_DoesTheSame()
    {
        var pid1 = Start(new StartOptions { File = FileOf(App("one")) });
        pid1.WaitEvent("worker_ready", "one");
        Write(pid1, FileOf(App("one", ", instances: 3")));

        pid1.Signal(Hangup);

        Assert.Contains("one: adjusted (instances)", pid1.WaitEvent("config_applied").Message);
        pid1.WaitEvent("worker_started", "one", 3);
    }

    [RequiresTheory]
    [InlineData("{ apps: [{ script: 'sleep 1000', instnces: 2 }] }", "instnces: unknown field; did you mean \"instances\"?")]
    [InlineData("{ apps: [{ script: 'no-such-program' }] }", "no-such-program")]
    [InlineData("{ apps: [", "is never closed")]
    [InlineData("{ apps: [{ script: 'sleep 1000', env_file: 'gone.env' }] }", "cannot read \"gone.env\": there is no such file")]
    public void BrokenFile_ChangesNothing(string text, string part)
    {
        var pid1 = Start(new StartOptions { File = FileOf(App("one")) });
        var pid = pid1.WaitEvent("worker_ready", "one").Pid;
        Write(pid1, text);

        var answer = pid1.Client("reload-config");

        Assert.Equal(78, answer.Code);
        Assert.Contains(part, answer.Errors);
        Assert.Contains(part, pid1.WaitEvent("config_refused").Message);
        Assert.Equal(pid, Assert.Single(pid1.Events("worker_started")).Pid);
    }

    [RequiresFact]
    public void EnvFile_IsReadAgain()
    {
        var pid1 = Start(new StartOptions { File = "{ apps: [{ name: 'say', script: 'sh -c \"echo $A; exec sleep 1000\"', env_file: 'app.env' }] }", Before = ["sh", "-c", "echo A=first > app.env; exec \"$@\"", "sh"] });
        pid1.WaitUntil("the first value", () => pid1.Output("say").Any(line => line.Message == "first"));
        System.IO.File.WriteAllText(Path.Combine(pid1.Folder, "app.env"), "A=second\n");

        Assert.Equal("say: restarted (env.A)\n", pid1.Client("reload-config").Output);

        pid1.WaitUntil("the second value", () => pid1.Output("say").Any(line => line.Message == "second"));
    }

    [RequiresFact(Needs.Node)]
    public void Script_IsEvaluatedWithoutStallingPid1_AndEndedInTime()
    {
        var pid1 = Start(new StartOptions
        {
            FileName = "ecosystem.config.js",
            File = "module.exports = " + FileOf(App("one")),
            Environment = new Dictionary<string, string> { ["PMINIT_CONFIG_TIMEOUT"] = "1s" },
        });
        pid1.WaitEvent("worker_ready", "one");
        System.IO.File.WriteAllText(Path.Combine(pid1.Folder, "ecosystem.config.js"), "for (;;) {}");

        pid1.Signal(Hangup);
        pid1.WaitUntil("the evaluation runs", () => pid1.ListProcesses().Any(process => process.Name.StartsWith("node", StringComparison.Ordinal)));
        Assert.Equal(0, pid1.Client("ping").Code);

        Assert.Contains("1 s", pid1.WaitEvent("config_refused").Message);
        pid1.WaitUntil("the evaluation is gone", () => !pid1.ListProcesses().Any(process => process.Name.StartsWith("node", StringComparison.Ordinal)));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void ManyRequests_AreAllAnswered_ByTheFileAsItIsThen()
    {
        var pid1 = Start(new StartOptions { File = FileOf(App("one")) });
        pid1.WaitEvent("worker_ready", "one");
        Write(pid1, FileOf(App("one", ", instances: 2")));

        var answers = Enumerable.Range(0, 6).AsParallel().WithDegreeOfParallelism(6).Select(_ => pid1.Client("reload-config")).ToList();

        Assert.All(answers, answer => Assert.Equal(0, answer.Code));
        Assert.Contains(answers, answer => answer.Output == "one: adjusted (instances)\n");
        pid1.WaitEvent("worker_started", "one", 2);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void NoFile_IsSaid()
    {
        var pid1 = Start(new StartOptions { Arguments = ["run", "sleep", "--health", "off", "--", "1000"] });
        pid1.WaitEvent("worker_ready", "sleep");
        Assert.Contains("without a file", pid1.Client("reload-config").Errors);
        pid1.Signal(Hangup);
        Assert.Contains("without one", pid1.WaitEvent("config_refused").Message);
    }

    static void Write(Pid1 pid1, string text) => System.IO.File.WriteAllText(Path.Combine(pid1.Folder, new StartOptions().FileName), text);
}
