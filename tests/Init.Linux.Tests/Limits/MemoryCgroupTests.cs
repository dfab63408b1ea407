using Init.Core.Model;
using Init.Linux.Limits;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Limits;

/// <summary>Cgroup trees given by path, in the shapes that containers, units and hosts have.</summary>
public sealed class MemoryCgroupTests : IDisposable
{
    readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void V2InAContainer_IsTheRoot()
    {
        V2("", "536870912", 0);
        var cgroup = MemoryCgroup.Find(_root.Path, "0::/\n")!;
        Assert.True(cgroup.IsV2);
        Assert.Equal(536870912, cgroup.ReadLimit());
        Assert.Equal(_root["memory.current"], cgroup.PathOf("memory.current"));
    }

    [Theory]
    [InlineData("0::/../../kubepods/pod1/x\n")]
    [InlineData("0::/docker/4711\n")]
    public void V2PathThatIsNotVisible_IsTheRoot(string membership)
    {
        V2("", "100", 0);
        Assert.Equal(100, MemoryCgroup.Find(_root.Path, membership)?.ReadLimit());
    }

    [Fact]
    public void V2BelowTheRoot_HasTheSmallestLimitOfItsParents()
    {
        V2("a", "5000", 0);
        V2("a/b", "400", 0);
        V2("a/b/c", "max", 7);
        var cgroup = MemoryCgroup.Find(_root.Path, "0::/a/b/c\n")!;
        Assert.Equal((400, 7), (cgroup.ReadLimit(), cgroup.ReadOomKills()));
        Assert.Equal(_root["a/b/memory.stat"], cgroup.PathOf("memory.stat"));
    }

    [Fact]
    public void V1InAContainer_IsTheRootOfItsMount()
    {
        V1("", "1048576", 3);
        var cgroup = MemoryCgroup.Find(_root.Path, "12:pids:/docker/x\n4:memory:/docker/x\n0::/docker/x\n")!;
        Assert.False(cgroup.IsV2);
        Assert.Equal((1048576, 3), (cgroup.ReadLimit(), cgroup.ReadOomKills()));
    }

    [Fact]
    public void V1OnAHost_IsItsOwnPath()
    {
        V1("", "9223372036854771712", 0);
        V1("x", "2097152", 1);
        var cgroup = MemoryCgroup.Find(_root.Path, "4:cpu,memory:/x\n0::/\n")!;
        Assert.Equal((2097152, 1), (cgroup.ReadLimit(), cgroup.ReadOomKills()));
    }

    [Fact]
    public void V1NumberNear2To63_IsNoLimit()
    {
        V1("", "9223372036854771712", 0);
        Assert.Null(MemoryCgroup.Find(_root.Path, "4:memory:/\n")!.ReadLimit());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0::/\n")]
    [InlineData("4:memory:/\n")]
    [InlineData("nonsense")]
    public void NoFiles_NoCgroup(string membership) => Assert.Null(MemoryCgroup.Find(_root.Path, membership));

    [Fact]
    public void OomKills_ExplainOneExitEach()
    {
        V2("", "100", 2);
        var kills = new OomKills(MemoryCgroup.Find(_root.Path, "0::/\n"));
        Assert.False(kills.Claim(At(0)), "what was killed before we looked");
        V2("", "100", 4);
        Assert.True(kills.Claim(At(1)));
        Assert.True(kills.Claim(At(2)));
        Assert.False(kills.Claim(At(3)));
        Assert.Equal(100, kills.LimitBytes);
    }

    [Fact]
    public void OomKillThatNobodyClaims_ExplainsNothingLater()
    {
        V1("", "100", 0);
        var kills = new OomKills(MemoryCgroup.Find(_root.Path, "4:memory:/\n"));
        V1("", "100", 1);
        kills.Look(At(0));
        Assert.Equal((At(5), 0), (kills.NextDeadline, kills.TakeUnclaimed(At(4))));
        Assert.False(kills.Claim(At(6)));
        Assert.Equal((Instant.Never, 1, 0), (kills.NextDeadline, kills.TakeUnclaimed(At(6)), kills.TakeUnclaimed(At(6))));
        V1("", "100", 2);
        Assert.True(kills.Claim(At(7)));
        Assert.Equal(0, kills.TakeUnclaimed(At(20)));
        V1("", "100", 5);
        Assert.True(kills.Claim(At(30)));
        Assert.Equal(2, kills.TakeUnclaimed(At(35)));
    }

    [Fact]
    public void NothingReadable_NothingClaimed()
    {
        var kills = new OomKills(null);
        Assert.False(kills.Claim(At(0)));
        Assert.Equal(0, kills.LimitBytes);
        V2("", "100", 5);
        kills = new OomKills(MemoryCgroup.Find(_root.Path, "0::/\n"));
        File.Delete(_root["memory.events"]);
        Assert.False(kills.Claim(At(0)));
    }

    void V2(string folder, string max, int oomKills)
    {
        _root.Write(Path.Combine(folder, "memory.max"), max + "\n");
        _root.Write(Path.Combine(folder, "memory.events"), $"low 0\nhigh 0\nmax 12\noom 9\noom_kill {oomKills}\noom_group_kill 8\n");
    }

    void V1(string folder, string limit, int oomKills)
    {
        _root.Write(Path.Combine("memory", folder, "memory.limit_in_bytes"), limit + "\n");
        _root.Write(Path.Combine("memory", folder, "memory.oom_control"), $"oom_kill_disable 0\nunder_oom 0\noom_kill {oomKills}\n");
    }

    static Instant At(int seconds) => new Instant(0) + TimeSpan.FromSeconds(seconds + 100);
}
