using Init.Core.Control;
using Init.Core.Model;
using Init.Linux.Resources;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Resources;

public sealed class ResourceSamplerTests
{
    [Fact]
    public void Worker_AndItsTree_AreMeasured()
    {
        using var family = Child.Shell("sleep 1000 & sleep 1000 & exec 3</dev/null; echo ready; wait");
        using var other = Child.Shell("echo ready; exec sleep 1000");
        Assert.Equal("ready", family.ReadLine());
        Assert.Equal("ready", other.ReadLine());

        // The forked shells become sleeps a moment later; until then they hold what the shell holds, and then little, until their libraries are loaded.
        var uses = new Dictionary<int, WorkerUse>();
        SpinWait.SpinUntil(() =>
        {
            uses = ResourceSampler.Sample(Leaders(family.Pid, other.Pid, 999_999_999), withProportional: true);
            return uses[family.Pid].Tree.Descriptors == 4 + 3 + 3
                && uses[family.Pid].Tree.MemoryBytes > uses[family.Pid].Process.MemoryBytes + uses[other.Pid].Tree.MemoryBytes;
        }, Bounded.Patience);

        var (own, tree) = (uses[family.Pid].Process, uses[family.Pid].Tree);
        Assert.Equal((1, 1, 4), (own.Processes, own.Threads, own.Descriptors));
        Assert.Equal((3, 3, 10), (tree.Processes, tree.Threads, tree.Descriptors));
        Assert.True(own.MemoryBytes > 100_000 && tree.MemoryBytes > own.MemoryBytes + uses[other.Pid].Tree.MemoryBytes, $"{own.MemoryBytes} of {tree.MemoryBytes}");
        Assert.InRange(own.ProportionalBytes, 1024, own.MemoryBytes + (1 << 20)); // RSS is counted in batches
        Assert.InRange(tree.ProportionalBytes, own.ProportionalBytes + 2048, tree.MemoryBytes + (3 << 20));
        Assert.Empty(uses[family.Pid].ZombieParents);
        Assert.Equal((0, 0), (uses[999_999_999].Tree.MemoryBytes, uses[999_999_999].Tree.Processes));
    }

    [Fact]
    public void CpuOfEndedChildren_IsTheTrees()
    {
        using var child = Child.Shell("sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo ready; read x; sleep 1000");
        Assert.Equal("ready", child.ReadLine());
        var use = Sample(child.Pid);
        Assert.True(use.Tree.CpuMs > 20 && use.Tree.CpuMs > use.Process.CpuMs, $"{use.Tree.CpuMs} of the tree, {use.Process.CpuMs} of the shell");
        Assert.Equal((-1, -1), (use.Process.ProportionalBytes, use.Tree.ProportionalBytes));
    }

    [Fact]
    public void Zombies_AreCounted_AndTheirParentIsNamed()
    {
        // Two children of a shell that becomes a sleep, which waits for nobody.
        using var child = Child.Shell("sh -c 'echo $$' & sh -c 'echo $$' & exec sleep 1000");
        foreach (var _ in new int[2])
        {
            Child.WaitEnd(child.ReadPid());
        }

        // Its name changes a moment later, when it becomes the sleep.
        var use = Sample(child.Pid);
        SpinWait.SpinUntil(() => (use = Sample(child.Pid)).ZombieParents is [{ Name: "sleep" }], Bounded.Patience);
        var parent = Assert.Single(use.ZombieParents);
        Assert.Equal((child.Pid, "sleep", 2), (parent.Pid, parent.Name, parent.Zombies));
        Assert.Equal(1, use.Tree.Processes);
    }

    [Fact]
    public void Daemon_AndItsZombies_AreItsWorkers()
    {
        using var leader = Child.Marked(new WorkerId("app", 0), 1, Daemons.Orphan + "exec sleep 1000");
        var daemon = leader.ReadPid();
        Daemons.WaitOrphaned(daemon);
        WorkerUse use = new();
        SpinWait.SpinUntil(() => (use = Sample(leader.Pid)).ZombieParents is [{ Name: "sleep" }], Bounded.Patience);

        var parent = Assert.Single(use.ZombieParents);
        Assert.Equal((daemon, "sleep", 1), (parent.Pid, parent.Name, parent.Zombies));
        Assert.Equal((2, 2), (use.Tree.Processes, use.Tree.Threads));
        Assert.Equal(1, use.Process.Processes);
    }

    static WorkerUse Sample(int pid) => ResourceSampler.Sample(Leaders(pid), withProportional: false)[pid];

    static Leaders Leaders(params int[] pids)
    {
        var leaders = new Leaders();
        foreach (var pid in pids)
        {
            leaders.Add(pid, new WorkerId("app", 0), 1);
        }

        return leaders;
    }
}
