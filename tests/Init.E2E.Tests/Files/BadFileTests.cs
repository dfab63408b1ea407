// A bad file is refused as a whole: every error at once, each with its place, code 78, and nothing was started.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class BadFileTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int BadConfig = 78;

    /// <summary>Kind, apps of the file after a good one, and a word that the message must hold.</summary>
    public static TheoryData<string, string, string> BadApps => new()
    {
        { "unknown field", """{ "name": "bad", "script": "/bin/true", "instnces": 2 }""", "instances" },
        { "wrong type", """{ "name": "bad", "script": "/bin/true", "instances": {} }""", "instances" },
        { "no script", """{ "name": "bad" }""", "script" },
        { "script is missing on disk", """{ "name": "bad", "script": "/nonexistent/server" }""", "/nonexistent/server" },
        { "script is not in PATH", """{ "name": "bad", "script": "no-such-program-anywhere", "interpreter": "none" }""", "no-such-program-anywhere" },
        { "duplicate name", """{ "name": "good", "script": "/bin/true" }""", "good" },
        { "unknown signal", """{ "name": "bad", "script": "/bin/true", "kill_signal": "SIGFOO" }""", "SIGFOO" },
        { "bad duration", """{ "name": "bad", "script": "/bin/true", "kill_timeout": "soon" }""", "kill_timeout" },
        { "negative delay", """{ "name": "bad", "script": "/bin/true", "restart_delay": -5 }""", "restart_delay" },
        { "exit code out of range", """{ "name": "bad", "script": "/bin/true", "stop_exit_codes": [256] }""", "stop_exit_codes" },
        { "not a boolean", """{ "name": "bad", "script": "/bin/true", "autorestart": "perhaps" }""", "autorestart" },
        { "args of a wrong type", """{ "name": "bad", "script": "/bin/true", "args": [[]] }""", "args" },
        { "app is a number", "7", "apps" },
    };

    [RequiresTheory]
    [MemberData(nameof(BadApps))]
    public void BadApp_StartsNothing(string kind, string app, string word)
    {
        var file = $$"""
            {
              "apps": [
                { "name": "good", "script": "{{Machine.TestWorker}}", "args": ["touch=started"] },
                {{app}}
              ]
            }
            """;

        var pid1 = Start(new StartOptions { File = file });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "started")), kind);
        Assert.Contains(pid1.ErrorLines, l => l.Contains(word, StringComparison.Ordinal));
        // Every place is that of the bad app, on line 4.
        Assert.Contains(pid1.ErrorLines, l => l.Contains("ecosystem.json:4:", StringComparison.Ordinal));
        Assert.Empty(pid1.RawLines);
    }

    [RequiresTheory]
    [InlineData("")]
    [InlineData("{ \"apps\": [")]
    [InlineData("{ \"apps\": [ { \"name\": \"a\" \"script\": \"b\" } ] }")]
    [InlineData("42")]
    [InlineData("{ }")]
    [InlineData("{ \"apps\": [] }")]
    [InlineData("{ \"apps\": {\"name\": 5} }")]
    [InlineData("{ \"apps\": [ { \"name\": \"a\", \"script\": \"/bin/true\" } ], \"pminit\": { \"helth\": {} } }")]
    [InlineData("\u0000\u0001\u0002")]
    public void BadFile_IsRefused(string text)
    {
        var pid1 = Start(new StartOptions { File = text });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("ecosystem.json", StringComparison.Ordinal));
        Assert.Empty(pid1.RawLines);
    }

    [RequiresFact]
    public void DeepFile_IsRefused_WhenNestedTenThousandTimes()
    {
        var pid1 = Start(new StartOptions { File = "{ \"apps\": " + new string('[', 10_000) });

        Assert.Equal(BadConfig, pid1.WaitExit());
    }

    [RequiresFact]
    public void MissingFile_IsReportedByName()
    {
        var pid1 = Start(new StartOptions { Arguments = ["nowhere.json"] });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("nowhere.json", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void Errors_AreAllReportedAtOnce_WhenThereAreFour()
    {
        var pid1 = Start(new StartOptions
        {
            File = """
                { "apps": [
                  { "name": "a", "script": "/bin/true", "kill_signal": "SIGFOO" },
                  { "name": "b", "script": "/bin/true", "instnces": 1 },
                  { "name": "c" },
                  { "name": "d", "script": "/bin/true", "max_restarts": "x" }
                ] }
                """,
        });

        Assert.Equal(BadConfig, pid1.WaitExit());
        for (var line = 2; line <= 5; line++)
        {
            Assert.Contains(pid1.ErrorLines, l => l.Contains($"ecosystem.json:{line}:", StringComparison.Ordinal));
        }
    }

    [RequiresFact]
    public void Check_SaysTheSameAsRun_WhenFileIsBad()
    {
        var pid1 = Start(new StartOptions { File = """{ "apps": [ { "name": "a", "script": "/bin/true", "instnces": 1 } ] }""" });
        Assert.Equal(BadConfig, pid1.WaitExit());

        var check = pid1.Client("check", Path.Combine(pid1.Folder, "ecosystem.json"));

        Assert.Equal(BadConfig, check.Code);
        Assert.Contains("instances", check.Errors);
        Assert.Contains("ecosystem.json:1:", check.Errors);
    }

    [RequiresFact]
    public void Check_EndsWithZeroAndStartsNothing_WhenFileIsGood()
    {
        var pid1 = Start(EcosystemFile.Worker("job", "touch=started code=0").With("autorestart", false));
        Assert.Equal(0, pid1.WaitExit());
        var marker = Path.Combine(pid1.Folder, "started");
        File.Delete(marker);

        Assert.Equal(0, pid1.Client("check", Path.Combine(pid1.Folder, "ecosystem.json")).Code);
        Assert.False(File.Exists(marker));
    }

    [RequiresTheory]
    [InlineData("--no-such-option")]
    [InlineData("--health")]
    public void Usage_IsRefused_WhenOptionIsWrong(string option)
    {
        var pid1 = Start(new StartOptions { File = EcosystemFile.Of(EcosystemFile.Worker("a", "touch=started")), Health = null, Arguments = [option] });

        Assert.Equal(64, pid1.WaitExit());
        Assert.False(File.Exists(Path.Combine(pid1.Folder, "started")));
    }
}
