// What a file comes to, and its schema: `check --print`, `schema`; and the forms of the log that a file can choose.
using System.Text.Json;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class FileVerbTests(ITestOutputHelper output) : Pid1Test(output)
{
    const string Job = "{ name: 'job', script: 'sh -c \"echo out; echo err >&2\"', autorestart: false }";

    [RequiresFact]
    public void CheckPrint_ShowsWhatTheFileComesTo_WithoutSecrets()
    {
        var pid1 = Start(new StartOptions
        {
            Arguments = ["check", "app.json", "--print", "--instances", "3"],
            Before = ["sh", "-c", "echo '{apps: [{script: \"sleep 1\", env_file: \"a.env\", env_from_files: {KEY: \"key\"}}]}' > app.json; echo A=1 > a.env; echo hunter2 > key; exec \"$@\"", "sh"],
        });

        Assert.Equal(0, pid1.WaitExit());
        var text = string.Join('\n', pid1.RawLines);
        using var document = JsonDocument.Parse(text);
        var app = document.RootElement.GetProperty("apps")[0];
        Assert.Equal(3, app.GetProperty("instances").GetInt32());
        Assert.Equal("1", app.GetProperty("env").GetProperty("A").GetString());
        Assert.DoesNotContain("hunter2", text);
    }

    [RequiresFact]
    public void EnvFilesAndSecrets_ReachTheWorker()
    {
        var pid1 = Start(new StartOptions
        {
            File = "{ apps: [{ name: 'say', script: 'sh -c \"echo $A-$KEY\"', autorestart: false, env_file: 'a.env', env_from_files: ['KEY'], env: { KEY_FILE: 'key' } }] }",
            Before = ["sh", "-c", "echo A=1 > a.env; echo hunter2 > key; exec \"$@\"", "sh"],
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("1-hunter2", Assert.Single(pid1.Output("say")).Message);
    }

    [RequiresFact]
    public void Schema_IsJson()
    {
        var pid1 = Start(new StartOptions { Arguments = ["schema"] });
        Assert.Equal(0, pid1.WaitExit());
        using var document = JsonDocument.Parse(string.Join('\n', pid1.RawLines));
        Assert.True(document.RootElement.GetProperty("definitions").GetProperty("app").GetProperty("properties").TryGetProperty("kill_timeout", out _));
    }

    [RequiresTheory]
    [InlineData("text", "0|job  | out", "0|job  | err")]
    [InlineData("pm2-format", "app=job id=0 type=out message=out", "app=job id=0 type=error message=err")]
    [InlineData("pm2-json", "\"type\":\"out\",\"process_id\":0,\"app_name\":\"job\"", "\"type\":\"err\",\"process_id\":0,\"app_name\":\"job\"")]
    public void Log_HasTheFormOfTheFile(string format, string first, string second)
    {
        var pid1 = Start(new StartOptions { File = "{ apps: [" + Job + "], pminit: { log: { format: '" + format + "' } } }" });
        Assert.Equal(0, pid1.WaitExit());
        Assert.Contains(pid1.RawLines, line => line.Contains(first, StringComparison.Ordinal));
        Assert.Contains(pid1.RawLines, line => line.Contains(second, StringComparison.Ordinal));
        Assert.Empty(pid1.ErrorLines);
    }

    [RequiresFact]
    public void RawLog_KeepsTheStreamsApart_AndItsOwnWordsOutOfTheApps()
    {
        var pid1 = Start(new StartOptions { File = "{ apps: [" + Job + "], pminit: { log: { format: 'raw' } } }" });
        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["out"], pid1.RawLines);
        Assert.Single(pid1.ErrorLines, line => line == "err");
        Assert.All(pid1.ErrorLines, line => Assert.True(line == "err" || line.StartsWith("pminit: ", StringComparison.Ordinal), line));
    }
}
