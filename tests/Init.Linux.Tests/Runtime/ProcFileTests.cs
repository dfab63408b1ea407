using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public class ProcFileTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("two words")]
    [InlineData(") S 1 2 3 4")]
    [InlineData("((")]
    [InlineData("))) R 9")]
    [InlineData("a) Z (b")]
    [InlineData("new\nline")]
    public void Stat_ReadsItsFields_WhateverTheProgramIsCalled(string name)
    {
        using var folder = new TempFolder();
        var script = folder.Write(name, "#!/bin/sh\necho there; kill -STOP $$\n");
        using var child = Child.Start(script);
        child.ReadLine();
        WaitStopped(child.Pid);
        var stat = ProcFile.Stat(child.Pid)!.Value;
        Assert.Equal(name + "\n", File.ReadAllText($"/proc/{child.Pid}/comm"));
        Assert.Equal((child.Pid, 'T', Environment.ProcessId, child.Pid, child.Pid),
            (stat.Pid, stat.State, stat.Parent, stat.Group, stat.Session));
        Assert.InRange(stat.ResidentPages, 1, 10_000);
        Assert.InRange(stat.CpuTicks, 0, 1000);
    }

    [Fact]
    public void Stat_IsNull_WhenTheProcessIsGone()
    {
        using var child = Child.Shell("exit 0");
        child.WaitEnd();
        Assert.Equal('Z', ProcFile.Stat(child.Pid)!.Value.State);
        child.Reap();
        Assert.Null(ProcFile.Stat(child.Pid));
    }

    [Fact]
    public void Read_IsEmpty_WhenThereIsNoSuchFile() => Assert.Equal(0, ProcFile.Read("/no/such/file").Length);

    [Fact]
    public void Read_IsEmpty_WhenItIsADirectory() => Assert.Equal(0, ProcFile.Read("/proc").Length);

    [Fact]
    public void Read_StopsAtItsLimit_WhenTheFileIsLarger()
    {
        using var folder = new TempFolder();
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        Assert.Equal(bytes[..(64 * 1024)], ProcFile.Read(folder.Write("large", bytes)).ToArray());
    }

    /// <summary>The line on stdout comes just before the stop.</summary>
    static void WaitStopped(int pid)
    {
        var limit = Linux.Loop.Clock.Now + Bounded.Patience;
        while (ProcFile.Stat(pid)!.Value.State != 'T')
        {
            Assert.True(Linux.Loop.Clock.Now < limit, "it does not stop");
            Thread.Yield();
        }
    }
}
