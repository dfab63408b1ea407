using System.Text.Json;
using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Tests.Control;

/// <summary>What workers use, who leaves zombies, and what the kernel killed, as status tells of it.</summary>
public sealed class ResourceStatusTests
{
    [Fact]
    public void Use_IsToldOfTheProcessAndOfTheTree()
    {
        var pminit = Pminit(Entry(Hog()));
        Assert.Equal("""{"memory_bytes":1000,"cpu_ms":7,"processes":1,"threads":2,"descriptors":3}""", pminit.GetProperty("process").GetRawText());
        Assert.Equal("""{"memory_bytes":5000,"pss_bytes":4000,"cpu_ms":70,"processes":4,"threads":9,"descriptors":30}""", pminit.GetProperty("tree").GetRawText());
        Assert.Equal("""[{"pid":17,"name":"sh","zombies":1},{"pid":18,"name":"no \"\u001b wait","zombies":20}]""".Replace("\\u001b", "\\u001B", StringComparison.Ordinal),
            pminit.GetProperty("zombie_parents").GetRawText());
    }

    [Fact]
    public void NoProcess_UsesNothing() => Assert.Equal("""{"uptime_ms":0}""", Pminit(Entry(null)).GetRawText());

    [Theory]
    [InlineData(0, """{"code":3}""")]
    [InlineData(1, """{"signal":"SIGKILL"}""")]
    [InlineData(2, """{"signal":"SIGKILL","cause":"oom","limit_bytes":2097152}""")]
    public void LastExit_SaysHow(int which, string expected)
    {
        ExitStatus exit = which switch { 0 => ExitStatus.Exited(3), 1 => ExitStatus.Signalled(9), _ => ExitStatus.OutOfMemory(2 << 20) };
        Assert.Equal(expected, Pminit(Entry(null) with { LastExit = exit }).GetProperty("last_exit").GetRawText());
    }

    [Fact]
    public void Table_SaysWhatSomebodyShouldKnow_BelowIt()
    {
        var rows = StatusRow.ReadAll(Reply(Entry(Hog()) with { LastExit = ExitStatus.OutOfMemory(2 << 20) }, Entry(null) with { LastExit = ExitStatus.OutOfMemory(0) }, Entry(null)));
        var lines = StatusTable.Render(rows, fancy: false, colour: false).Split('\n');
        Assert.Equal(
            [
                "3 api: its last process was killed by the kernel's OOM killer (memory limit 2.0mb); process 17 (sh) does not wait for its children: 1 zombie; "
                    + "process 18 (no \"\\u{1b} wait) does not wait for its children: 20 zombies",
                "3 api: its last process was killed by the kernel's OOM killer",
                "",
            ],
            lines[4..]);
    }

    [Fact]
    public void KillsBesideWorkers_AreTheContainers()
    {
        var entry = Entry(null) with { OomKillsBesideWorkers = 2 };
        Assert.Equal("""{"uptime_ms":0,"oom_kills_beside_workers":2}""", Pminit(entry).GetRawText());
        var lines = StatusTable.Render(StatusRow.ReadAll(Reply(entry, entry)), fancy: false, colour: false).Split('\n');
        Assert.Equal(["the kernel's OOM killer ended 2 processes of this container, beside workers", ""], lines[3..]);
    }

    static WorkerUse Hog()
    {
        var use = new WorkerUse();
        (use.Process.MemoryBytes, use.Process.CpuMs, use.Process.Processes, use.Process.Threads, use.Process.Descriptors) = (1000, 7, 1, 2, 3);
        (use.Tree.MemoryBytes, use.Tree.CpuMs, use.Tree.Processes, use.Tree.Threads, use.Tree.Descriptors) = (5000, 70, 4, 9, 30);
        use.Tree.ProportionalBytes = 4000;
        use.ZombieParents.Add(new ZombieParent(17, "sh") { Zombies = 1 });
        use.ZombieParents.Add(new ZombieParent(18, "no \"\u001b wait") { Zombies = 20 });
        return use;
    }

    static StatusEntry Entry(WorkerUse? use) => new() { PmId = 3, Worker = new WorkerId("api", 0), Status = "online", Use = use, Spec = new AppSpec { Name = "api", Command = new CommandSpec { Program = "x" } } };

    static JsonElement Pminit(StatusEntry entry) => Reply(entry)[0].GetProperty("pminit");

    static JsonElement Reply(params StatusEntry[] entries)
    {
        var to = new ByteBuffer();
        ControlReplies.WriteStatus(to, entries);
        return ControlReply.Parse(to.Memory).Result;
    }
}
