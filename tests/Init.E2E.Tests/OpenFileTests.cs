// How many descriptors PID 1 may have, what it starts may have, and what happens when there are too few.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Init.Testing;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class OpenFileTests(ITestOutputHelper output) : Pid1Test(output)
{
    static readonly string[] FewFiles = ["sh", "-c", "ulimit -Sn 300; ulimit -Hn 700; exec \"$@\"", "sh"];

    /// <summary>Programs that use select(2) must not have more than they were meant to.</summary>
    [RequiresTheory]
    [InlineData("{}", "300 700")]
    [InlineData("{\"umask\": \"022\"}", "300 700")]
    [InlineData("{\"limits\": {\"nofile\": {\"hard\": 600}}}", "300 600")]
    [InlineData("{\"limits\": {\"nofile\": {\"soft\": 200}}}", "200 700")]
    public void Limit_IsRaisedForPid1_AndNotForWhatItStarts(string fields, string expected)
    {
        var app = Shell("app", "echo \"worker $(ulimit -Sn) $(ulimit -Hn)\"; exec sleep 1000")
            .With("health_check", new JsonObject { ["exec"] = "echo check $(ulimit -Sn) $(ulimit -Hn); exit 1", ["interval"] = 100, ["action"] = "unready" });
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            app = app.With(name, value!.DeepClone());
        }

        var pid1 = Start(new StartOptions { File = Of(app), Before = FewFiles });

        pid1.WaitMessage("worker " + expected, "app");
        Assert.Contains("check " + expected, pid1.WaitEvent("health_failed", "app").Message, StringComparison.Ordinal);
        Assert.Equal(["700", "700"], LimitsOf(pid1));
    }

    /// <summary>The reader is a process between: what it evaluates, and what is started by the new settings, has the limit of the start too.</summary>
    [RequiresFact]
    public void Limit_IsThatOfTheStart_AfterAReload()
    {
        static string File(string mark) => Of(Shell("app", $"echo {mark} $(ulimit -Sn) $(ulimit -Hn); exec sleep 1000"));
        var pid1 = Start(new StartOptions { File = File("old"), Before = FewFiles });
        pid1.WaitMessage("old 300 700", "app");
        System.IO.File.WriteAllText(Path.Combine(pid1.Folder, "ecosystem.json"), File("new"));
        Assert.Equal(0, pid1.Client("reload-config").Code);
        pid1.WaitMessage("new 300 700", "app");
    }

    /// <summary>One command needs nothing of PID 1.</summary>
    [RequiresFact]
    public void Limit_StaysForOneCommand()
    {
        var pid1 = Start(new StartOptions { Arguments = ["--", "sh", "-c", "ulimit -Sn; ulimit -Hn; exec sleep 1000"], Before = FewFiles });

        pid1.WaitUntil("it has said so", () => pid1.RawLines.Length == 2);
        Assert.Equal(["300", "700"], pid1.RawLines);
        Assert.Equal(["300", "700"], LimitsOf(pid1));
    }

    /// <summary>A socket for each of 8 instances and 30 ports is more than there may be: some ports are shared, and nobody is given up.</summary>
    [RequiresFact(Needs.Node)]
    public void Cluster_SharesSockets_WhenThereAreTooFewDescriptors()
    {
        const int Instances = 8;
        Assert.Null(NodeTools.Missing());
        var pid1 = Start(new StartOptions
        {
            File = Of(App("api", "api.js").With("interpreter", NodeTools.Node(22)).With("instances", Instances).With("exec_mode", "cluster").With("listen_timeout", 20_000)),
            Before =
            [
                "sh", "-c",
                "echo \"let n = 0; for (let i = 0; i < 30; i++) require('net').createServer().listen(0, '127.0.0.1', () => ++n === 30 && console.log('all'))\" >api.js; ulimit -n 256; exec \"$@\"",
                "sh",
            ],
        });

        pid1.WaitMessage("all", "api", nth: Instances);
        var warning = Assert.Single(pid1.Events("warning"));
        Assert.Contains("the limit of open files is 256", warning.Message, StringComparison.Ordinal);
        Assert.Empty(pid1.Events("worker_exited"));
    }

    static string[] LimitsOf(Pid1 pid1) =>
        File.ReadLines($"/proc/{pid1.OuterPid}/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..5];
}
