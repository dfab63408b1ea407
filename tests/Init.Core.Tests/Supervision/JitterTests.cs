using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Workers that fail together do not come back together.</summary>
public sealed class JitterTests
{
    [Fact]
    public void Part_IsBetweenFourFifthsAndAll_AndSpread()
    {
        var counts = new int[10];
        for (var index = 0; index < 100; index++)
        {
            for (var incarnation = 1; incarnation <= 100; incarnation++)
            {
                var delay = Jitter.Of(Specs.Ms(1000), new WorkerId("api", index), incarnation).TotalMilliseconds;
                Assert.InRange(delay, 800.0001, 1000);
                counts[(int)((1000 - delay) / 20)]++;
            }
        }

        Assert.All(counts, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void Part_IsTheSame_WhenAskedAgain() =>
        Assert.Equal(Jitter.Of(Specs.Ms(1000), new WorkerId("api", 3), 7), Jitter.Of(Specs.Ms(1000), new WorkerId("api", 3), 7));

    [Fact]
    public void Delay_NeverVanishes_AndNeverOverflows()
    {
        Assert.True(Jitter.Of(new TimeSpan(1), new WorkerId("a", 0), 1) > TimeSpan.Zero);
        Assert.InRange(Jitter.Of(TimeSpan.MaxValue, new WorkerId("a", 0), int.MaxValue), TimeSpan.MaxValue * 0.79, TimeSpan.MaxValue);
    }

    /// <summary>The database goes away: all instances end at the same moment.</summary>
    [Fact]
    public void Instances_ThatFailTogether_ComeBackOneByOne()
    {
        var world = new World(Specs.Of(Specs.Named("api", 8) with { ExpBackoffRestartDelay = Specs.Ms(1000), MinUptime = Specs.Ms(1) })).Begin().After(5000);
        foreach (var process in world.Alive.ToList())
        {
            world.End(process.Pid, ExitStatus.Exited(1));
        }

        for (var alive = 0; alive < 8; alive = world.Alive.Count)
        {
            world.After((world.Supervisor.NextDeadline - world.Now).TotalMilliseconds);
            Assert.InRange(world.Alive.Count, alive, alive + 1);
        }
    }

    [Fact]
    public void FixedDelay_IsKeptToTheLetter()
    {
        var world = new World(Specs.Of(Specs.Named("api", 3) with { RestartDelay = Specs.Ms(1000), MinUptime = Specs.Ms(1) })).Begin().After(5000);
        foreach (var process in world.Alive.ToList())
        {
            world.End(process.Pid, ExitStatus.Exited(1));
        }

        Assert.Equal(world.Now + Specs.Ms(1000), world.Supervisor.NextDeadline);
        Assert.Equal(3, world.After(1000).Alive.Count);
    }
}
