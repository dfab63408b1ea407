// One app from the command line, options over a file, and pminit called as pm2-runtime.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class CommandLineTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int Usage = 64;

    [RequiresFact]
    public void Program_RunsAsOneApp_WithArgumentsAndCopies()
    {
        var pid1 = StartLine("run", "sh", "-i", "2", "--name", "job", "--no-autorestart", "--health", "off", "--", "-c", "echo $NODE_APP_INSTANCE ${X:-none} $0 $1", "zero", "--one");

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["0 none zero --one", "1 none zero --one"], pid1.Output("job").Select(l => l.Message).Order());
    }

    [RequiresFact]
    public void Script_RunsByItsName_WithoutAnyVerb()
    {
        var pid1 = StartLine(Machine.TestWorker, "--no-autorestart", "--health=off", "--", "print=by-path", "code=3");

        Assert.Equal(3, pid1.WaitExit());
        pid1.WaitMessage("by-path", "testworker");
    }

    [RequiresFact]
    public void Options_WorkOverAFile_InEveryApp()
    {
        // Without --no-autorestart neither would ever end.
        var pid1 = Start(new StartOptions
        {
            File = Of(Worker("a", "exit-after=50 code=0"), Worker("b", "exit-after=50 code=0").With("autorestart", true)),
            Arguments = ["--no-autorestart", "-i", "2"],
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(4, pid1.Events("worker_started").Count());
        Assert.Equal(4, pid1.Events("worker_done").Count());
    }

    [RequiresFact]
    public void Only_StartsTheChosenApps_AndCheckAgrees()
    {
        var file = Of(Worker("a", "code=0"), Worker("b", "print=here code=0"), Worker("c", "code=0").With("script", "/nonexistent"));
        var pid1 = Start(new StartOptions { File = file, Arguments = ["--only", "b", "--no-autorestart"] });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("b", Assert.Single(pid1.Events("worker_started")).App);
        var check = pid1.Client("check", Path.Combine(pid1.Folder, "ecosystem.json"), "--only", "a,b");
        Assert.Equal((0, true), (check.Code, check.Output.Contains("2 apps", StringComparison.Ordinal)));
    }

    [RequiresTheory]
    [InlineData(64, "--instnces: unknown option; did you mean --instances?", "--instnces", "2")]
    [InlineData(64, "--instances: expected \"max\" or a whole number", "--instances", "many")]
    [InlineData(64, "--name: it is for one app, and there are 2; choose one with --only", "--name", "x")]
    [InlineData(64, "one word too many", "other.json")]
    [InlineData(78, "no app is called \"x\", which --only names; there are: \"a\", \"b\"", "--only", "x")]
    public void WrongOption_StartsNothing(int code, string message, params string[] arguments)
    {
        var pid1 = Start(new StartOptions { File = Of(Worker("a", "touch=started"), Worker("b", "touch=started")), Arguments = arguments });

        Assert.Equal(code, pid1.WaitExit());
        Assert.Contains(message, Assert.Single(pid1.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "started")));
        Assert.Empty(pid1.RawLines);
    }

    [RequiresTheory]
    [InlineData(78, "command line: cannot find \"./nope.js\": no such file", "./nope.js")]
    [InlineData(78, "cannot read nope.json", "nope.json", "--name", "x")]
    [InlineData(64, "an ecosystem file, a script or a program is missing", "run")]
    public void MissingWord_IsSaid(int code, string message, params string[] arguments)
    {
        var pid1 = StartLine(arguments);

        Assert.Equal(code, pid1.WaitExit());
        Assert.Contains(message, Assert.Single(pid1.ErrorLines), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void Pm2Runtime_TakesItsCommandLine_AndUnknownFields()
    {
        var file = Of(Shell("api", "trap 'echo got-int; exit 0' INT; trap 'echo got-term; exit 0' TERM; echo env=$WHO; while :; do sleep 0.05; done")
            .With("notAField", true)
            .With("env", new JsonObject { ["WHO"] = "nobody" })
            .With("env_production", new JsonObject { ["WHO"] = "production" }));
        var pid1 = Start(new StartOptions { File = file, CalledAs = "pm2-runtime", Arguments = ["--env", "production"] });

        pid1.WaitMessage("env=production", "api");
        Assert.Contains("unknown field", Assert.Single(pid1.ErrorLines), StringComparison.Ordinal);
        pid1.Signal(15);
        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("got-int", "api");
        Assert.DoesNotContain(pid1.Output("api"), l => l.Message == "got-term");
    }

    [RequiresTheory]
    [InlineData("--raw", "^hello$")]
    [InlineData("--json", "^\\{\"message\":\"hello\",\"timestamp\":")]
    [InlineData("--format", "^timestamp=\\S+ app=job id=0 type=out message=hello$")]
    [InlineData("--formatted", "^0\\|job +\\| hello$")]
    public void Pm2Runtime_WritesTheFormatThatIsAskedFor(string option, string pattern)
    {
        var file = Of(Worker("job", "print=hello code=0").With("autorestart", false));
        var pid1 = Start(new StartOptions { File = file, CalledAs = "pm2-runtime", Arguments = [option] });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Single(pid1.RawLines, line => System.Text.RegularExpressions.Regex.IsMatch(line, pattern));
    }

    [RequiresFact]
    public void Pm2Variables_AreDefaults_UnderTheFile()
    {
        const string Trap = "trap 'echo got-usr1; exit 0' USR1; trap 'echo got-term; exit 0' TERM; echo up; while :; do sleep 0.05; done";
        var pid1 = Start(new StartOptions
        {
            File = Of(Shell("a", Trap), Shell("b", Trap).With("kill_signal", "SIGTERM")),
            Environment = new Dictionary<string, string> { ["PM2_KILL_SIGNAL"] = "SIGUSR1", ["instances"] = "5" },
        });
        pid1.WaitMessage("up", "a");
        pid1.WaitMessage("up", "b");

        pid1.Signal(15);

        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("got-usr1", "a");
        pid1.WaitMessage("got-term", "b");
        Assert.Equal(2, pid1.Events("worker_started").Count());
    }

    [RequiresFact]
    public void Pm2Runtime_StartsLaterAndStays_WhenItIsTold()
    {
        var pid1 = Start(new StartOptions
        {
            File = Of(Worker("job", "code=0").With("autorestart", false)),
            CalledAs = "pm2-runtime",
            Arguments = ["--delay", "0.4", "--no-auto-exit"],
        });

        var begun = pid1.WaitEvent("started").String("timestamp")!;
        var started = pid1.WaitEvent("worker_started").String("timestamp")!;
        Assert.True(DateTimeOffset.Parse(started, null) - DateTimeOffset.Parse(begun, null) >= TimeSpan.FromMilliseconds(390), $"{begun} {started}");
        pid1.WaitEvent("worker_done");
        Assert.Equal(0, pid1.Client("ping").Code);
        pid1.Signal(15);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresTheory]
    [InlineData("pm2-runtime", 64, "--instnces: unknown option; did you mean --instances?", "app.js", "--instnces", "2")]
    [InlineData("pm2", 64, "add --no-daemon", "start", "app.js")]
    [InlineData("pm2", 64, "pm2 save is not available in this version", "save")]
    [InlineData("pm2", 1, "no running pminit answers", "ls")]
    public void Pm2Names_RefuseByNameAndReason(string name, int code, string message, params string[] arguments)
    {
        var pid1 = Start(new StartOptions { CalledAs = name, Arguments = arguments });

        Assert.Equal(code, pid1.WaitExit());
        Assert.Contains(message, Assert.Single(pid1.ErrorLines), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void Pm2Runtime_PrintsUsage_WithoutWords()
    {
        var pid1 = Start(new StartOptions { CalledAs = "pm2-runtime" });

        Assert.Equal(Usage, pid1.WaitExit());
        Assert.Contains(pid1.RawLines, line => line.Contains("--no-auto-exit", StringComparison.Ordinal));
    }

    Pid1 StartLine(params string[] arguments) => Start(new StartOptions { Arguments = arguments });
}
