using Init.Core.Model;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public class ReaperTests
{
    readonly Reaper _reaper = new();
    readonly List<(WorkerId Worker, int Incarnation, int Pid, ExitStatus Status)> _exits = [];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(128)]
    [InlineData(255)]
    public void Reap_TellsTheCode_WhenTheWorkerExits(int code)
    {
        using var child = Owned($"exit {code}");
        var exit = ReapOne(child);
        Assert.Equal(ExitStatus.Exited(code), exit.Status);
        Assert.Equal(new WorkerId("app", 0), exit.Worker);
        Assert.Equal(7, exit.Incarnation);
        Assert.Equal(0, _reaper.OrphansReaped);
    }

    [Theory]
    [InlineData(1, 129)]
    [InlineData(9, 137)]
    [InlineData(15, 143)]
    [InlineData(64, 192)]
    public void Reap_TellsTheSignal_WhenTheWorkerIsKilled(int number, int shellCode)
    {
        using var child = Owned($"kill -{number} $$");
        var status = ReapOne(child).Status;
        Assert.Equal(ExitStatus.Signalled(number), status);
        Assert.Equal(shellCode, status.ShellCode);
    }

    [RequiresFact(Need.CoreFiles)]
    public void Reap_TellsOfTheCore_WhenOneWasDumped()
    {
        using var folder = new TempFolder();
        using var child = Owned($"cd {folder.Path} && ulimit -c unlimited && kill -QUIT $$");
        Assert.Equal(ExitStatus.Signalled(3, coreDumped: true), ReapOne(child).Status);
    }

    [Fact]
    public void Reap_SaysNothing_WhenNobodyHasEnded()
    {
        using var child = Owned("kill -STOP $$");
        Assert.False(Reap());
        Assert.Empty(_exits);
        Assert.True(_reaper.Owns(child.Pid));
    }

    [Fact]
    public void Reap_SaysNothing_WhenThereAreNoChildren() => Assert.False(Reap());

    [Fact]
    public void Reap_CountsAnOrphan_WhenThePidIsNobodys()
    {
        using var child = Child.Shell("exit 0");
        child.WaitEnd();
        Assert.False(Reap());
        child.Forget();
        Assert.Empty(_exits);
        Assert.Equal(1, _reaper.OrphansReaped);
    }

    [Theory]
    [InlineData("kill -9 $$", true)]
    [InlineData("kill -15 $$", false)]
    [InlineData("exit 9", false)]
    public void Reap_TellsOfAnOrphanThatWasKilled_Once(string end, bool isKilled)
    {
        using var child = Child.Shell(end);
        child.WaitEnd();
        Assert.False(Reap());
        child.Forget();
        Assert.Equal((isKilled, false), (_reaper.TakeKilledOrphan(), _reaper.TakeKilledOrphan()));
    }

    [Fact]
    public void Reap_CountsAnOrphan_WhenAWorkerLeftItBehind()
    {
        Assert.Null(Subreaper.Ensure());
        using var child = Owned("sleep 60 & echo $!; exit 3");
        var orphan = child.ReadPid();
        Assert.Equal(ExitStatus.Exited(3), ReapOne(child).Status);
        Assert.Equal(0, _reaper.OrphansReaped);

        Assert.Equal(0, Linux.Interop.Libc.kill(orphan, 15));
        Child.WaitEnd(orphan);
        Assert.False(Reap());
        Assert.Equal(1, _reaper.OrphansReaped);
        Assert.Single(_exits);
    }

    [Fact]
    public void Reap_TakesAll_WhenManyEndedBeforeOneHint()
    {
        var children = Enumerable.Range(0, 40).Select(i => Owned($"exit {i}", i)).ToList();
        children.ForEach(child => child.WaitEnd());
        Assert.False(Reap());
        Assert.Equal(Enumerable.Range(0, 40), _exits.Select(exit => exit.Worker.Index).Order());
        Assert.All(_exits, exit =>
        {
            Assert.Equal(ExitStatus.Exited(exit.Worker.Index), exit.Status);
            Assert.Equal(children[exit.Worker.Index].Pid, exit.Pid);
        });
        children.ForEach(End);
    }

    [Fact]
    public void Reap_AsksToBeCalledAgain_WhenItsBudgetRanOut()
    {
        var children = Enumerable.Range(0, 1030).Select(i => Owned("exit 0", i)).ToList();
        children.ForEach(child => child.WaitEnd());
        Assert.True(Reap());
        Assert.Equal(1024, _exits.Count);
        Assert.False(Reap());
        Assert.Equal(1030, _exits.Select(exit => exit.Pid).Distinct().Count());
        children.ForEach(End);
    }

    [Fact]
    public void Reap_KeepsTheRest_WhenTheCallbackThrows()
    {
        var children = new[] { Owned("exit 0", 0), Owned("exit 0", 1) };
        Array.ForEach(children, child => child.WaitEnd());
        Assert.Throws<InvalidOperationException>(() => _reaper.Reap((_, _, _, _) => throw new InvalidOperationException()));
        Assert.False(Reap());
        Assert.Single(_exits);
        Array.ForEach(children, End);
    }

    [Fact]
    public void Owns_Forgets_WhenTheExitIsTold()
    {
        using var child = Owned("exit 0");
        Assert.True(_reaper.Owns(child.Pid));
        _ = ReapOne(child);
        Assert.False(_reaper.Owns(child.Pid));
    }

    Child Owned(string script, int index = 0)
    {
        var child = Child.Shell(script);
        _reaper.Own(child.Pid, new WorkerId("app", index), 7);
        return child;
    }

    bool Reap() => _reaper.Reap((worker, incarnation, pid, status) => _exits.Add((worker, incarnation, pid, status)));

    (WorkerId Worker, int Incarnation, int Pid, ExitStatus Status) ReapOne(Child child)
    {
        child.WaitEnd();
        Assert.False(Reap());
        child.Forget();
        var exit = Assert.Single(_exits);
        Assert.Equal(child.Pid, exit.Pid);
        return exit;
    }

    static void End(Child child)
    {
        child.Forget();
        child.Dispose();
    }
}
