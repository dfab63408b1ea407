// ready_when: "listening" with real servers: no word of theirs, only the kernel's.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ListeningTests(ITestOutputHelper output) : Pid1Test(output)
{
    const string Wait = "while [ ! -e go ]; do sleep 0.02; done; ";

    /// <summary>Drops what docker's default set of capabilities has not, as far as it matters here: nobody may look at another user's descriptors.</summary>
    static readonly string[] WithoutPtrace = ["setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"];

    [RequiresFact(Needs.Python)]
    public void Server_IsReady_WhenItListens()
    {
        var pid1 = Start(Shell("web", $"{Wait}exec python3 -m http.server --bind 127.0.0.1 {Pid1.FreePort()}").With("ready_when", "listening"));
        AssertReadyAfterGo(pid1);
    }

    [RequiresFact(Needs.Node)]
    public void Server_IsReady_WhenAChildOfItListensOnThePort()
    {
        var (port, other) = (Pid1.FreePort(), Pid1.FreePort());
        var server = $"require('http').createServer((q, s) => s.end('x')).listen({port}, '::')";
        var early = $"require('net').createServer().listen({other}, '127.0.0.1')";
        var pid1 = Start(Shell("web", $"node -e \"{early}\" & {Wait}node -e \"{server}\" & wait").With("ready_when", new JsonObject { ["listening"] = port }));
        AssertReadyAfterGo(pid1);
    }

    [RequiresFact(Needs.Python)]
    public void Server_IsReady_WhenItListensOnAUnixSocket()
    {
        var pid1 = Start(App("web", "python3", "-c", """
            import os, socket, time
            while not os.path.exists("go"): time.sleep(0.02)
            s = socket.socket(socket.AF_UNIX)
            s.bind("web.sock")
            s.listen()
            time.sleep(1000)
            """).With("ready_when", "listening"));
        AssertReadyAfterGo(pid1);
    }

    [RequiresFact(Needs.Python | Needs.Root)]
    public void ServerOfAnotherUser_IsReady_WhenNobodyMayLookAtItsDescriptors()
    {
        var port = Pid1.FreePort();
        var pid1 = Start(new StartOptions
        {
            File = Of(
                Server("old", Pid1.FreePort()),
                Shell("web", $"{Wait}exec /usr/bin/python3 -m http.server --bind 127.0.0.1 --directory / {port}").With("uid", 1234).With("ready_when", "listening").With("depends_on", new JsonObject { ["old"] = "ready" })),
            Before = WithoutPtrace,
        });
        pid1.WaitEvent("worker_ready", "old");
        AssertReadyAfterGo(pid1);
    }

    [RequiresFact]
    public void Start_HasFailed_WhenNothingListens()
    {
        var pid1 = Start(Worker("web", "print=there").With("ready_when", "listening").With("listen_timeout", 200).With("max_restarts", 0));
        Assert.Equal(1, pid1.WaitExit());
        Assert.Contains("it listens on no socket", pid1.Events("worker_not_ready", "web").Single().Message, StringComparison.Ordinal);
    }

    static JsonObject Server(string name, int port) =>
        App(name, "/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/", $"{port}").With("uid", 1234).With("ready_when", "listening");

    static void AssertReadyAfterGo(Pid1 pid1)
    {
        pid1.WaitEvent("worker_started", "web");
        Assert.Equal(1, pid1.Client("health").Code);
        Assert.Empty(pid1.Events("worker_ready", "web"));
        File.WriteAllText(Path.Combine(pid1.Folder, "go"), "");
        pid1.WaitEvent("worker_ready", "web");
        pid1.WaitUntil("is ready", () => pid1.Client("health").Code == 0);
    }
}
