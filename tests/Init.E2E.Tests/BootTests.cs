// Where pminit finds itself: not PID 1 but a subreaper, nobody instead of root, nothing writable, no HOME, no PATH.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class BootTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void Orphans_ComeToPminit_WhenItIsNotPid1()
    {
        // The shell in the middle starts the orphan and ends; the mother stays until the orphan has said who adopted it.
        var mother = $"sh -c 'sh {Machine.Fixture("orphan.sh")} $$ & '; while [ ! -e parent ]; do sleep 0.01; done; cat parent";
        var pid1 = Start(new StartOptions
        {
            File = Of(Shell("mother", mother).With("autorestart", false)),
            Before = ["sh", "-c", "\"$@\"; exit $?", "sh"],
        });

        Assert.Equal(0, pid1.WaitExit());
        var pminit = pid1.WaitEvent("started").Pid;
        Assert.NotEqual(1, pminit);
        Assert.Equal([$"{pminit}"], pid1.Output("mother").Select(l => l.Message));
    }

    [RequiresFact]
    public void Run_Works_WhenNobodyAndNothingIsWritable()
    {
        var pid1 = Start(new StartOptions
        {
            File = Of(Worker("api", "print=ready on-term=0")),
            Before = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups", "env", "-i"],
            Arguments = ["--socket", "/nonexistent/pminit.sock"],
        });

        pid1.WaitMessage("ready");
        Assert.Equal(200, Web.Get(pid1.HealthPort, "/readyz").Code);
        Assert.Contains(pid1.Lines, l => l.Level == "warn" && l.Message.Contains("/nonexistent/pminit.sock", StringComparison.Ordinal));
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void Client_IsRefused_WhenItIsAnotherUser()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        pid1.WaitMessage("ready");
        // The file's mode alone would refuse; with it open, the peer's uid has to.
        File.SetUnixFileMode(pid1.Socket, (UnixFileMode)0x1FF);

        var result = Pid1.Run(
            ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups", Machine.Pminit, "ls"],
            new() { ["PMINIT_SOCKET"] = pid1.Socket });

        Assert.Equal(1, result.Code);
        Assert.DoesNotContain("api", result.Output);
        Assert.Equal(0, pid1.Client("ping").Code);
    }

    [RequiresFact]
    public void Signals_AreObeyed_FromTheFirstMoment()
    {
        // What arrives before the first instruction is dropped by the kernel, for any PID 1; nothing after it may be, and none may kill.
        for (var i = 0; i < 20; i++)
        {
            var pid1 = Start(Worker("api", "on-term=0"));
            pid1.WaitUntil("a signal is obeyed", () =>
            {
                _ = Sys.SendSignal(pid1.OuterPid, Sys.Term);
                return pid1.HasExited || pid1.RawLines.Any(l => l.Contains("shutdown_started", StringComparison.Ordinal));
            });
            Assert.Contains(pid1.WaitExit(), new[] { 0, 137 });
        }
    }
}
