// The second invocation of the binary is the client: what it prints, what it returns, and that PID 1 survives rude ones.
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ControlTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void Ls_NamesEveryWorker_WhenTwoAppsRun()
    {
        var pid1 = StartReady();

        var result = pid1.Client("ls");

        Assert.Equal(0, result.Code);
        Assert.Contains("api", result.Output);
        Assert.Contains("worker", result.Output);
        Assert.Contains("online", result.Output);
        foreach (var started in pid1.Events("worker_started"))
        {
            Assert.Contains($"{started.Pid}", result.Output);
        }
    }

    [RequiresTheory]
    [InlineData("ls --json")]
    [InlineData("jlist")]
    public void List_IsOneJsonArray_WhenAskedForJson(string verb)
    {
        var pid1 = StartReady();

        var result = pid1.Client(verb.Split(' '));

        Assert.Equal(0, result.Code);
        using var list = JsonDocument.Parse(result.Output);
        Assert.Equal(["api", "api", "worker"], list.RootElement.EnumerateArray().Select(w => w.GetProperty("name").GetString()).Order());
        var pids = list.RootElement.EnumerateArray().Select(w => w.GetProperty("pid").GetInt64()).Order();
        Assert.Equal(pid1.Events("worker_started").Select(e => e.Pid ?? 0).Order(), pids);
    }

    [RequiresFact]
    public void List_ShowsRestarts_WhenAWorkerWasKilled()
    {
        var pid1 = StartReady();
        pid1.SignalInside(pid1.WaitEvent("worker_started", "worker").Pid!.Value, Sys.Kill);
        var successor = pid1.WaitEvent("worker_started", "worker", 2).Pid;

        using var list = JsonDocument.Parse(pid1.Client("jlist").Output);

        var worker = list.RootElement.EnumerateArray().Single(w => w.GetProperty("name").GetString() == "worker");
        Assert.Equal(successor, worker.GetProperty("pid").GetInt64());
        // pm2 keeps it in pm2_env; whichever level, the number is one.
        Assert.Contains("\"restart_time\":1", worker.GetRawText().Replace(" ", ""));
    }

    [RequiresFact]
    public void Client_Works_InsideTheContainer()
    {
        var pid1 = StartReady();

        Assert.Equal(0, pid1.ClientInside("ping").Code);
        Assert.Contains("api", pid1.ClientInside("ls").Output);
    }

    [RequiresFact]
    public void Health_TellsTheTruth_WhenAWorkerWaits()
    {
        var pid1 = Start(Worker("crasher", "exit-after=200 code=1").With("restart_delay", 60_000));
        pid1.WaitEvent("worker_ready", "crasher");
        Assert.Equal(0, pid1.Client("health").Code);

        pid1.WaitEvent("worker_waiting", "crasher");

        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Equal(1, pid1.Client("health", "--ready").Code);
        Assert.Equal(0, pid1.Client("health", "--live").Code);
    }

    [RequiresTheory]
    [InlineData("ls")]
    [InlineData("jlist")]
    [InlineData("ping")]
    [InlineData("health")]
    public void Client_FailsAndSaysWhy_WhenNothingRuns(string verb)
    {
        Machine.Demand(Needs.None);
        var result = Pid1.Run([Machine.Pminit, verb], new() { ["PMINIT_SOCKET"] = "/nonexistent/pminit.sock" });

        Assert.Equal(1, result.Code);
        Assert.Contains("/nonexistent/pminit.sock", result.Errors);
        Assert.Equal("", result.Output);
    }

    [RequiresFact]
    public void Socket_IsPrivateAndGoesAway_WhenPminitEnds()
    {
        var pid1 = StartReady();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pid1.Socket));

        pid1.Signal(Sys.Term);

        Assert.Equal(0, pid1.WaitExit());
        Assert.False(File.Exists(pid1.Socket));
    }

    [RequiresFact]
    public void Socket_IsAbsent_WhenTheFileSaysSo()
    {
        var settings = new JsonObject { ["control"] = new JsonObject { ["enabled"] = false } };
        var pid1 = Start(new StartOptions
        {
            File = WithSettings(settings, Worker("calm", "print=ready")),
            // The environment is stronger than the file.
            Environment = new Dictionary<string, string> { ["PMINIT_SOCKET"] = "" },
        });
        pid1.WaitMessage("ready");

        Assert.Empty(pid1.Events("control_listening"));
    }

    [RequiresFact]
    public void Socket_IsAbsent_WhenTheOptionSaysSo()
    {
        var pid1 = Start(new StartOptions { File = Of(Worker("calm", "print=ready")), Arguments = ["--socket", "off"] });
        pid1.WaitMessage("ready");

        Assert.False(File.Exists(pid1.Socket));
        Assert.Empty(pid1.Events("control_listening"));
    }

    [RequiresFact]
    public void StaleSocket_IsReplaced_WhenThePredecessorWasKilled()
    {
        var pid1 = StartReady();
        var path = pid1.Socket;
        pid1.Signal(Sys.Kill);
        pid1.WaitEnd();
        Assert.True(File.Exists(path));

        var next = Start(new StartOptions { File = Of(Worker("api", "print=ready")), Arguments = ["--socket", path] });
        next.WaitMessage("ready");

        Assert.Equal(0, Pid1.Run([Machine.Pminit, "ping"], new() { ["PMINIT_SOCKET"] = path }).Code);
    }

    [RequiresFact]
    public void RudeClients_NeverStopPid1_WhenTheySendNonsense()
    {
        var pid1 = StartReady();
        var sockets = new List<Socket>();
        foreach (var text in new[] { "", "\n", "{", "nonsense\n", "{\"v\":999,\"verb\":\"ls\"}\n", "\0\0\0\0", new string('[', 1_000_000) })
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 2000 };
            socket.Connect(new UnixDomainSocketEndPoint(pid1.Socket));
            sockets.Add(socket);
            try
            {
                socket.Send(Encoding.UTF8.GetBytes(text));
            }
            catch (SocketException)
            {
                // Hanging up is a fair answer.
            }
        }

        Assert.Equal(0, pid1.Client("ping").Code);
        sockets.ForEach(s => s.Dispose());
        Assert.Equal(0, pid1.Client("ls").Code);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    /// <summary>Ctrl-C, and a job that is cancelled.</summary>
    [RequiresTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Client_Ends_WhenASignalSaysSo(string signal, int code)
    {
        var folder = Directory.CreateTempSubdirectory("pminit-e2e-").FullName;
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        deaf.Bind(new UnixDomainSocketEndPoint($"{folder}/s"));
        deaf.Listen();
        var result = Pid1.Run(["timeout", "--preserve-status", "-s", signal, "1", Machine.Pminit, "restart", "all"], new() { ["PMINIT_SOCKET"] = $"{folder}/s" });
        Assert.Equal((code, ""), (result.Code, result.Errors));
        Directory.Delete(folder, true);
    }

    [RequiresFact]
    public void Version_NeedsNoPid1()
    {
        Machine.Demand(Needs.None);
        var result = Pid1.Run([Machine.Pminit, "version"], []);

        Assert.Equal(0, result.Code);
        Assert.Matches(@"\d+\.\d+\.\d+", result.Output);
    }

    Pid1 StartReady()
    {
        var pid1 = Start(Worker("api", "print=ready").With("instances", 2), Worker("worker", "print=ready"));
        pid1.WaitEvent("control_listening");
        pid1.WaitEvent("worker_ready", "api", 2);
        pid1.WaitEvent("worker_ready", "worker");
        return pid1;
    }
}
