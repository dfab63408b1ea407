// health_check with real servers that change their minds: restart, unready and back, readiness by the first success.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class HealthCheckTests(ITestOutputHelper output) : Pid1Test(output)
{
    /// <summary>Answers with what stands in the file "answer", 200 without; "hang" answers never. Notes each question, and who asks.</summary>
    const string Server = """
        import http.server, os, sys, time
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                text = open("answer").read().strip() if os.path.exists("answer") else "200"
                print("asked", self.path, self.headers["Host"], self.headers["User-Agent"], flush=True)
                if text == "hang": time.sleep(1000)
                self.send_response(int(text))
                self.end_headers()
            def log_message(self, *args): pass
        while sys.argv[2:] and not os.path.exists(sys.argv[2]): time.sleep(0.02)
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """;

    [RequiresFact(Needs.Python)]
    public void Server_IsRestarted_WhenItAnswers500()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(Web(port).With("ready_when", "listening").With("health_check", Check(new() { ["http"] = $"http://127.0.0.1:{port}/health" })));
        pid1.WaitMessage($"asked /health 127.0.0.1:{port} pminit", "web");
        Write(pid1, "500");
        Assert.Contains($"failed 2 times in a row: GET http://127.0.0.1:{port}/health: answered 500", pid1.WaitEvent("health_failed", "web").Message, StringComparison.Ordinal);
        Assert.Contains("its health check failed", pid1.WaitEvent("worker_stopping", "web").Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(pid1.Folder, "answer"));
        pid1.WaitEvent("worker_started", "web", 2);
    }

    [RequiresFact(Needs.Python)]
    public void Server_IsUnready_WhileItDoesNotAnswer_AndLivesOn()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(Web(port).With("port", port).With("ready_when", "listening").With("health_check", Check(new() { ["http"] = "/up", ["action"] = "unready" })));
        pid1.WaitMessage($"asked /up localhost:{port} pminit", "web");
        pid1.WaitUntil("is ready", () => pid1.Client("health").Code == 0);
        Write(pid1, "hang");
        Assert.Contains("connected, but no answer within 300 ms", pid1.WaitEvent("health_failed", "web").Message, StringComparison.Ordinal);
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Contains("\"failures\"", pid1.Client("jlist").Output, StringComparison.Ordinal);
        Write(pid1, "302");
        pid1.WaitEvent("health_passed", "web");
        pid1.WaitUntil("is ready", () => pid1.Client("health").Code == 0);
        Assert.Single(pid1.Events("worker_started", "web"));
    }

    [RequiresFact(Needs.Python)]
    public void Server_IsReady_WhenItsCheckPasses()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(
            Web(port, "go").With("health_check", new JsonObject { ["tcp"] = port }).With("ready_when", "health_check"),
            Worker("late", "print=late").With("depends_on", "web"));
        pid1.WaitEvent("worker_started", "web");
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Empty(pid1.Events("worker_ready", "web"));
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", "web");
        pid1.WaitMessage("late", "late");
    }

    [RequiresFact(Needs.Python)]
    public void Start_HasFailed_WhenNoCheckPasses_AndTheReasonIsSaid()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(Worker("web", "print=there").With("health_check", new JsonObject { ["tcp"] = port }).With("ready_when", "health_check")
            .With("listen_timeout", 600).With("max_restarts", 0));
        Assert.Equal(1, pid1.WaitExit());
        Assert.Contains($"connect to localhost:{port}: Connection refused", pid1.Events("health_failed", "web").Single().Message, StringComparison.Ordinal);
    }

    [RequiresFact]
    public void Worker_IsRestarted_WhenItsCommandFails_AndItsLastLineIsSaid()
    {
        var pid1 = Start(Shell("web", "touch well; echo there; exec sleep 1000").With("env", new JsonObject { ["WHO"] = "me" })
            .With("health_check", Check(new() { ["exec"] = "test -e well || { echo \"$WHO is ill\" >&2; sleep 1000 & exit 3; }" })));
        pid1.WaitMessage("there", "web");
        pid1.WaitEvent("worker_ready", "web");
        File.Delete(Path.Combine(pid1.Folder, "well"));
        Assert.Contains("exited with code 3: me is ill", pid1.WaitEvent("health_failed", "web").Message, StringComparison.Ordinal);
        pid1.WaitEvent("worker_started", "web", 2);
        pid1.WaitUntil("what the command left is gone", () => pid1.ListProcesses().Count <= 4);
    }

    [RequiresFact]
    public void Command_IsKilledWithItsTree_WhenItsTimeIsOver()
    {
        var pid1 = Start(Shell("web", "echo there; exec sleep 1000")
            .With("health_check", Check(new() { ["exec"] = new JsonArray("sh", "-c", "echo waiting; setsid sleep 2000 & sleep 3000"), ["action"] = "unready" })));
        Assert.Contains("has not ended: waiting within 300 ms", pid1.WaitEvent("health_failed", "web").Message, StringComparison.Ordinal);
        pid1.WaitUntil("at most one check with its children lives", () => pid1.ListProcesses().Count <= 5);
    }

    [RequiresFact(Needs.Root)]
    public void Command_RunsAsTheAppsUser()
    {
        var pid1 = Start(Shell("web", "exec sleep 1000").With("uid", 1234).With("cwd", "/")
            .With("health_check", Check(new() { ["exec"] = "echo uid $(id -u) in $(pwd); exit 1", ["action"] = "unready" })));
        Assert.Contains("exited with code 1: uid 1234 in /", pid1.WaitEvent("health_failed", "web").Message, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Python)]
    public void UnixSocket_IsConnectedTo()
    {
        var folder = Directory.CreateTempSubdirectory("pminit-e2e-").FullName;
        try
        {
            var path = Path.Combine(folder, "web.sock");
            var pid1 = Start(App("web", "python3", "-c", $"import socket, time\ns = socket.socket(socket.AF_UNIX)\ns.bind('{path}')\ns.listen()\ntime.sleep(1000)")
                .With("health_check", new JsonObject { ["tcp"] = "unix:" + path }).With("ready_when", "health_check"));
            pid1.WaitEvent("worker_ready", "web");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [RequiresFact(Needs.Python)]
    public void Instances_AreAskedAtTheirOwnPorts()
    {
        var port = Pid1.TwoFreePorts();
        var pid1 = Start(App("web", "python3", "-c", "import os\nimport sys\nsys.argv[1:] = [os.environ['PORT']]\n" + Server)
            .With("instances", 2).With("port", port).With("increment_var", "PORT").With("ready_when", "health_check").With("health_check", new JsonObject { ["http"] = "/" }));
        pid1.WaitMessage($"asked / localhost:{port} pminit", "web");
        pid1.WaitMessage($"asked / localhost:{port + 1} pminit", "web");
        pid1.WaitEvent("worker_ready", "web", 2);
    }

    static JsonObject Web(int port, params string[] more) => App("web", "python3", ["-c", Server, $"{port}", .. more]);

    static JsonObject Check(JsonObject check) => check.With("interval", 200).With("timeout", 300).With("retries", 2);

    static void Write(Pid1 pid1, string answer)
    {
        var path = Path.Combine(pid1.Folder, "answer");
        File.WriteAllText(path + ".new", answer);
        File.Move(path + ".new", path, overwrite: true);
    }
}
