using Init.Core.Model;
using Init.Linux.Limits;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Limits;

public sealed class OomWatchTests : IDisposable
{
    const long MiB = 1 << 20;

    readonly TempFolder _root = new();
    readonly EventLoop _loop = new();
    readonly List<(long Count, long Limit)> _others = [];

    public void Dispose()
    {
        _loop.Dispose();
        _root.Dispose();
    }

    [RequiresCgroupFact]
    public void KillOfAChild_IsNoticed_ThoughNobodyAsks()
    {
        using var real = new RealCgroup(32 * MiB);
        using var watch = Watch("/sys/fs/cgroup", real.Membership);
        Assert.True(watch.IsWatching);
        Assert.Equal(Instant.Never, watch.NextDeadline);

        // The kernel may take a second one while the first still dies, and that must not be the one that tells.
        using var parent = Child.Shell($"echo $$ >{real.Folder}/cgroup.procs; echo -1000 >/proc/$$/oom_score_adj; "
            + "sh -c 'echo 0 >/proc/$$/oom_score_adj; exec tail /dev/zero >/dev/null'; echo goes on; exec sleep 1000");
        Bounded.TurnUntil(_loop, () => watch.NextDeadline.IsSet);
        Assert.Equal("goes on", parent.ReadLine());
        watch.Expire(Clock.Now + TimeSpan.FromSeconds(2)); // the look after the kill
        Assert.True(watch.IsWatching);
        Assert.Empty(_others);
        watch.Expire(Clock.Now + TimeSpan.FromSeconds(8));
        Assert.Equal([(1L, 32 * MiB)], _others);
        Assert.Equal(Instant.Never, watch.NextDeadline);
    }

    [Fact]
    public void NothingIsWatched_WhereNothingTells_AndALookFindsTheKill()
    {
        V1(0);
        using var watch = Watch(_root.Path, "4:memory:/\n");
        Assert.False(watch.IsWatching);
        V1(3);
        Assert.True(watch.Claim(Clock.Now));
        Assert.True(watch.NextDeadline.IsSet);
        watch.Expire(Clock.Now + TimeSpan.FromSeconds(6));
        Assert.Equal([(2L, 100L)], _others);
    }

    [Fact]
    public void NoCgroup_NothingToWatch()
    {
        using var watch = new OomWatch(_loop, null, (count, limit) => _others.Add((count, limit)));
        watch.Begin();
        watch.Look(Clock.Now);
        Assert.False(watch.IsWatching || watch.Claim(Clock.Now) || watch.NextDeadline.IsSet);
        Assert.Equal(0, watch.LimitBytes);
    }

    OomWatch Watch(string root, string membership)
    {
        var watch = new OomWatch(_loop, MemoryCgroup.Find(root, membership)!, (count, limit) => _others.Add((count, limit)));
        watch.Begin();
        return watch;
    }

    void V1(int oomKills)
    {
        _root.Write("memory/memory.limit_in_bytes", "100\n");
        _root.Write("memory/memory.oom_control", $"oom_kill_disable 0\nunder_oom 0\noom_kill {oomKills}\n");
    }
}
