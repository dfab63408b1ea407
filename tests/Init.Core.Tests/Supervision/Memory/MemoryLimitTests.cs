using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>`max_memory_restart`: who is measured and when, and who is restarted.</summary>
public sealed class MemoryLimitTests
{
    static readonly AppSpec Api = Specs.Named("api", 3) with { MaxMemoryBytes = 100 };

    [Fact]
    public void Memory_IsMeasured_OnlyOfWorkersWithALimit_AndOnlyInTime()
    {
        var world = new World(Specs.Of(Api, Specs.Named("free"))).Begin().Clear();
        Assert.Empty(world.After(4999).Effects);
        Assert.Equal(["sample_memory api/0 api/1 api/2"], world.After(1).Effects.Select(EffectText.Of));
        Assert.Single(world.Clear().After(5000).Effects);
    }

    [Fact]
    public void NothingWakes_WhenNoWorkerHasALimit()
        => Assert.False(new World(Specs.Of(Specs.Named("free"))).Begin().Supervisor.NextDeadline.IsSet);

    [Fact]
    public void NothingWakes_WhenTheWorkerIsGone()
    {
        var world = new World(Specs.Of(Specs.Named("once") with { MaxMemoryBytes = 1, AutoRestart = false }, Specs.Named("free"))).Begin().Exit("once/0", 0);
        Assert.False(world.Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void LargestWorker_IsRestarted_OneAtATime()
    {
        var world = new World(Specs.Of(Api)).Begin();
        world.MemoryOf = worker => worker.Index switch { 0 => 150, 1 => 200, _ => 100 };
        world.Clear().After(5000);
        Assert.Equal(["signal 102 SIGTERM"], Signals(world));
        Assert.Equal("uses 200b of memory, more than max_memory_restart (100b)",
            world.Effects.OfType<Effect.Report>().Single(report => report.Event.Name == EventName.WorkerMemory).Event.Message);
        Assert.Empty(Signals(world.Clear().After(5000)));
        world.Exit("api/1", 0).After(1000);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/1"));
        world.MemoryOf = worker => worker.Index == 0 ? 150 : 0;
        Assert.Equal(["signal 101 SIGTERM"], Signals(world.Clear().After(5000)));
    }

    [Fact]
    public void InstanceThatIsDownForGood_DoesNotHoldUpTheOthers()
    {
        var world = new World(Specs.Of(Api with { AutoRestart = false })).Begin().Exit("api/2", 1);
        world.MemoryOf = _ => 101;
        Assert.Single(Signals(world.Clear().After(5000)));
    }

    [Fact]
    public void AppsDoNotWaitForOneAnother()
    {
        var world = new World(Specs.Of(Api, Specs.Named("b") with { MaxMemoryBytes = 5 })).Begin();
        world.MemoryOf = _ => 101;
        Assert.Equal(2, Signals(world.Clear().After(5000)).Count());
    }

    [Fact]
    public void SampleOfAnEarlierProcess_IsDropped()
    {
        var world = new World(Specs.Of(Api)).Begin().Exit("api/0", 0).After(2000).Clear();
        world.Step(new SupervisorEvent.MemorySampled([new MemorySample(new WorkerId("api", 0), 1, 500), new MemorySample(new WorkerId("gone", 0), 1, 500)]));
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void LimitOfANewFile_HoldsWithoutARestart()
    {
        var world = new World(Specs.Of(Specs.Named("api"))).Begin();
        world.MemoryOf = _ => 50;
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api") with { MaxMemoryBytes = 40 })));
        Assert.Empty(Signals(world));
        Assert.Single(Signals(world.After(5000)));
    }

    static IEnumerable<string> Signals(World world) => world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of);
}
