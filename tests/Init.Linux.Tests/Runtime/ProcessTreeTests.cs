using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

/// <summary>Families of real processes. `sleep` and not a stopped shell: the kernel itself ends stopped orphans (SIGHUP).</summary>
[Collection(nameof(AloneCollection))]
public sealed class ProcessTreeTests : IDisposable
{
    /// <summary>In a session of its own, and says so only when it is.</summary>
    const string Daemon = "setsid sh -c 'echo $$; exec sleep 60' &";

    /// <summary>In a group of its own: job control, which bash also has without a terminal.</summary>
    const string OtherGroup = "bash -c 'set -m; sleep 60 & echo $!; echo $$; exec sleep 60' &";

    readonly Reaper _reaper = new();
    readonly ProcessTree _tree;
    readonly Child _stranger = Child.Shell("echo $$; exec sleep 60");

    public ProcessTreeTests()
    {
        Assert.Null(Subreaper.Ensure());
        _tree = new ProcessTree(_reaper);
        _reaper.Own(_stranger.Pid, new WorkerId("stranger", 0), 1);
        _stranger.ReadLine();
    }

    public void Dispose() => _stranger.Dispose();

    [Fact]
    public void Kill_ReachesGrandchildren()
    {
        using var leader = Child.Shell("sh -c 'sleep 60 & echo $!; echo $$; wait' & wait");
        ExpectDeadAfterKill(leader, leader.ReadPid(), leader.ReadPid());
    }

    [RequiresFact(Need.Bash)]
    public void Kill_ReachesAnotherGroupOfTheSession()
    {
        using var leader = Child.Shell(OtherGroup + " wait");
        var other = leader.ReadPid();
        Assert.NotEqual(leader.Pid, ProcFile.Stat(other)!.Value.Group);
        Assert.Equal(leader.Pid, ProcFile.Stat(other)!.Value.Session);
        ExpectDeadAfterKill(leader, other, leader.ReadPid());
    }

    [Fact]
    public void Kill_ReachesADescendantThatLeftTheSession()
    {
        using var leader = Child.Shell(Daemon + " wait");
        var daemon = leader.ReadPid();
        Assert.Equal(daemon, ProcFile.Stat(daemon)!.Value.Session);
        ExpectDeadAfterKill(leader, daemon);
    }

    [Fact]
    public void Kill_ReachesAStoppedTree()
    {
        using var leader = Child.Shell("sleep 60 & echo $!; kill -STOP $!; echo stopped; kill -STOP $$");
        var child = leader.ReadPid();
        Assert.Equal("stopped", leader.ReadLine());
        ExpectDeadAfterKill(leader, child);
    }

    [Fact]
    public void Kill_CountsOne_WhenTheLeaderIsAlone()
    {
        using var leader = Child.Shell("echo there; exec sleep 60");
        leader.ReadLine();
        Assert.Equal(1, ProcessTree.Kill(leader.Pid));
        Assert.Equal(ExitStatus.Signalled(9), leader.Reap());
        ExpectStrangerLives();
    }

    [Fact]
    public void KillLeftovers_ReachesTheGroup()
    {
        using var leader = Child.Shell("sleep 60 & echo $!; exit 0");
        ExpectDeadAfterLeftovers(leader, leader.ReadPid());
    }

    [RequiresFact(Need.Bash)]
    public void KillLeftovers_ReachesAnotherGroupOfTheSession()
    {
        using var leader = Child.Shell(OtherGroup + " exec sleep 60");
        var other = leader.ReadPid();
        leader.ReadPid();
        Assert.Equal(0, Libc.kill(leader.Pid, 9));
        ExpectDeadAfterLeftovers(leader, other);
    }

    [RequiresFact(Need.Bash)]
    public void KillLeftovers_ReachesAnotherGroup_WhenItsOwnGroupIsEmpty()
    {
        // bash becomes the leader itself, so that after its end only the other group is left.
        using var leader = Child.Start("bash", "-c", "set -m; sleep 60 & echo $!; exit 0");
        var other = leader.ReadPid();
        Assert.NotEqual(leader.Pid, ProcFile.Stat(other)!.Value.Group);
        ExpectDeadAfterLeftovers(leader, other);
    }

    [Fact]
    public void KillLeftovers_DoesNothing_WhenThereAreNone()
    {
        using var leader = Child.Shell("exit 0");
        leader.Reap();
        Assert.Equal(0, _tree.KillLeftovers(leader.Pid));
        ExpectStrangerLives();
    }

    [Fact]
    public void KillLeftovers_LeavesADaemonAlone_WhenItLeftTheSession()
    {
        using var leader = Child.Shell(Daemon + " read x; exit 0");
        var daemon = leader.ReadPid();
        leader.Reap();
        Assert.Equal(0, _tree.KillLeftovers(leader.Pid));
        Assert.True(IsAlive(daemon));
    }

    [Theory]
    [InlineData("setsid env -i sh -c 'echo $$; exec sleep 60' &")]
    [InlineData("setsid env -i sh -c 'sh -c \"echo \\$\\$; exec sleep 60\" &'")]
    public void KillStrays_FindsWhatClearedItsEnvironment_AndNoOther(string daemon)
    {
        var worker = new WorkerId("api", 0);
        using var old = Child.Marked(new WorkerId("api", 0), 1, daemon + " sleep 0");
        using var successor = Child.Marked(new WorkerId("api", 0), 2, daemon + " sleep 0");
        using var other = Child.Marked(new WorkerId("api", 1), 1, daemon + " sleep 0");
        int[] daemons = [old.ReadPid(), successor.ReadPid(), other.ReadPid()];
        Assert.Equal(3, daemons.Select(WorkerMark.Read).Distinct().Count());
        foreach (var leader in new[] { old, successor, other })
        {
            leader.Reap(); // all are orphans now
        }

        Assert.Equal(1, _tree.KillStrays(worker, 1, _ => true));
        Child.WaitEnd(daemons[0]);
        Assert.True(IsAlive(daemons[1]));
        Assert.True(IsAlive(daemons[2]));
        Assert.Equal(0, _tree.KillStrays(worker, 1, _ => true));
        Assert.Equal(1, _tree.KillStrays(worker, 2, _ => true));
        ExpectStrangerLives();
    }

    [Fact]
    public void KillStrays_LooksAtAllProcessesAsOften_HoweverManyThereAre()
    {
        const int Many = 40;
        using var leader = Child.Marked(new WorkerId("api", 0), 1, $"i=0; while [ $i -lt {Many} ]; do i=$((i+1)); {Daemon} done; read x;");
        var daemons = new int[Many];
        for (var i = 0; i < Many; i++)
        {
            daemons[i] = leader.ReadPid();
        }

        leader.Reap();
        var before = ProcessTree.Scans;
        Assert.Equal(Many, _tree.KillStrays(new WorkerId("api", 0), 1, _ => true));
        Assert.InRange(ProcessTree.Scans - before, 2, 5);
        Array.ForEach(daemons, Child.WaitEnd);
        ExpectStrangerLives();
    }

    [Fact]
    public void KillRest_LeavesNotEvenAZombie()
    {
        using var leader = Child.Shell("sleep 60 & echo $!; " + Daemon + " read x; exit 0");
        int[] left = [leader.ReadPid(), leader.ReadPid()];
        leader.Reap();
        Assert.Equal(1, _tree.KillRest(leader.Pid, new WorkerId("api", 0), 1, _ => true)); // unmarked: the one that left the session is not known
        Assert.Null(ProcFile.Stat(left[0]));
        Assert.True(IsAlive(left[1]));
        Assert.InRange(_reaper.OrphansReaped, 1, int.MaxValue); // and what tests before this one left unreaped
        Assert.Equal(0, _tree.KillRest(leader.Pid, new WorkerId("api", 0), 1, _ => true));
        ExpectStrangerLives();
    }

    /// <summary>The session and the group of that number may be somebody else's by then.</summary>
    [Fact]
    public void KillRest_OfAnEndLongAgo_GoesByTheMarkAlone()
    {
        const string Script = "sleep 60 & echo $!; read x; exit 0";
        using var unmarked = Child.Shell(Script);
        using var marked = Child.Marked(new WorkerId("api", 0), 1, Script);
        int[] left = [unmarked.ReadPid(), marked.ReadPid()];
        unmarked.Reap();
        marked.Reap();
        Assert.Equal(1, _tree.KillRest(null, new WorkerId("api", 0), 1, _ => true));
        Assert.True(IsAlive(left[0]));
        Assert.Null(ProcFile.Stat(left[1]));
        Assert.Equal(1, _tree.KillRest(unmarked.Pid, new WorkerId("api", 0), 1, _ => true));
        ExpectStrangerLives();
    }

    [Fact]
    public void Mark_IsOnlyThere_WhereTheLimitMeansNothing()
    {
        var mark = WorkerMark.Of(new WorkerId("api", 0), 1);
        Assert.NotEqual(mark, WorkerMark.Of(new WorkerId("api", 0), 2));
        var limited = new ProcessSettings { Limits = [new ResourceLimit(ResourceKind.All.Single(kind => kind.Number == Libc.RLIMIT_RTTIME), null, 5, default!)] };
        Assert.False(WorkerMark.Set(mark, limited));
        Assert.True(WorkerMark.Set(mark, ProcessSettings.None));
        Assert.False(WorkerMark.Set(mark, ProcessSettings.None)); // taken
        Assert.Equal(mark, WorkerMark.Read(Environment.ProcessId));
        WorkerMark.Clear();
        Assert.Equal(0UL, WorkerMark.Read(Environment.ProcessId));
        Assert.Equal(0UL, WorkerMark.Read(int.MaxValue));
    }

    void ExpectDeadAfterKill(Child leader, params int[] family)
    {
        Assert.All(family, pid => Assert.True(IsAlive(pid)));
        Assert.InRange(ProcessTree.Kill(leader.Pid), 1 + family.Length, 20);
        Array.ForEach(family, Child.WaitEnd);
        Assert.Equal(ExitStatus.Signalled(9), leader.Reap());
        ExpectStrangerLives();
    }

    void ExpectDeadAfterLeftovers(Child leader, int left)
    {
        leader.Reap();
        Assert.True(IsAlive(left));
        Assert.InRange(_tree.KillLeftovers(leader.Pid), 1, 20);
        Child.WaitEnd(left);
        ExpectStrangerLives();
    }

    void ExpectStrangerLives() => Assert.True(IsAlive(_stranger.Pid));

    static bool IsAlive(int pid)
    {
        using var watch = new Fd(TestLibc.Pidfd(pid));
        return watch.Number >= 0 && !Bounded.IsReady(watch.Number);
    }
}
