using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Resources;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Resources;

public sealed class MemorySamplerTests
{
    [Fact]
    public void Tree_IsCountedWhole_AndNothingElse()
    {
        using var family = Child.Shell("sleep 1000 & sleep 1000 & echo ready; wait");
        using var other = Child.Shell("echo ready; exec sleep 1000");
        Assert.Equal("ready", family.ReadLine());
        Assert.Equal("ready", other.ReadLine());

        // The forked shells hold little until they have become sleeps.
        var (whole, single, none) = (0L, 0L, -1L);
        SpinWait.SpinUntil(() =>
        {
            var samples = MemorySampler.Sample([Question("family", family.Pid), Question("other", other.Pid), Question("gone", 999_999_999)]);
            (whole, single, none) = (samples[0].Bytes, samples[1].Bytes, samples[2].Bytes);
            return single > 100_000 && whole > 2 * single;
        }, Bounded.Patience);

        Assert.True(single > 100_000, $"{single}");
        Assert.True(whole > 2 * single, $"a shell and two sleeps hold {whole}, one sleep {single}");
        Assert.Equal(0, none);
    }

    [Fact]
    public void Daemon_CountsToItsWorker_AndToNoOther()
    {
        var worker = new WorkerId("api", 0);
        using var leader = Child.Marked(worker, 1, Daemons.Orphan + "exec sleep 1000");
        Daemons.WaitOrphaned(leader.ReadPid());

        var mine = MemorySampler.Sample([new MemoryQuestion(worker, 1, leader.Pid)])[0].Bytes;
        var others = MemorySampler.Sample([new MemoryQuestion(worker, 2, leader.Pid)])[0].Bytes; // without what the first process left behind

        Assert.True(mine > others + 100_000, $"{mine} with the daemon, {others} without");
    }

    static MemoryQuestion Question(string app, int pid) => new(new WorkerId(app, 0), 1, pid);
}
