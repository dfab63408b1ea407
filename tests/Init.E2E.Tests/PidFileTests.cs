// The pid of a living process in a file, and no file of a dead one.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class PidFileTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void PidFile_HasTheWorkersPid_AndGoesWithIt()
    {
        var pid1 = Start(
            Worker("one", "print=ready on-term=0").With("pid_file", "one.pid"),
            Worker("two", "print=ready on-term=0").With("pid", "two.pid").With("instances", 2));
        pid1.WaitMessage("ready", "one");
        pid1.WaitMessage("ready", "two", 2);
        var pids = pid1.Events("worker_started", "two").Select(e => $"{e.Pid}\n");
        Assert.Equal($"{pid1.WaitEvent("worker_started", "one").Pid}\n", Read(pid1, "one.pid"));
        Assert.Equal(pids, [Read(pid1, "two-0.pid"), Read(pid1, "two-1.pid")]);

        pid1.SignalInside(pid1.WaitEvent("worker_started", "one").Pid!.Value, Sys.Kill);
        pid1.WaitMessage("ready", "one", 2);
        Assert.Equal($"{pid1.WaitEvent("worker_started", "one", 2).Pid}\n", Read(pid1, "one.pid"));

        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Empty(Directory.GetFiles(pid1.Folder, "*.pid*"));
    }

    [RequiresFact]
    public void Worker_RunsWithoutItsPidFile_WhenTheFolderIsMissing()
    {
        var pid1 = Start(Worker("api", "print=ready on-term=0").With("pid_file", "none/api.pid"));
        pid1.WaitMessage("ready", "api");
        Assert.Equal("pid_file none/api.pid could not be written: No such file or directory; make its folder, or remove the field", pid1.WaitEvent("warning", "api").Message);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    static string Read(Pid1 pid1, string name) => File.ReadAllText(Path.Combine(pid1.Folder, name));
}
