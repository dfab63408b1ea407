using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>`memory_guard`: when is looked, and who is restarted before the kernel kills. The limit is 1000 bytes, so that 10 are a percent.</summary>
public sealed class MemoryGuardTests
{
    long _used;
    long _limit = 1000;
    bool _kernelTells;
    readonly Dictionary<string, long> _held = [];

    [Fact]
    public void Looks_AreNearerNearTheMark()
    {
        foreach (var (used, ms) in new[] { (0, 10_000), (669, 10_000), (670, 1000), (899, 1000) })
        {
            _used = used;
            var world = Of(Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice());
            Assert.Equal(["read_memory 67% 90%"], Texts(world));
            AssertLooksEvery(ms, world);
            AssertLooksEvery(ms, world);
            _used = 0;
            world.After(ms);
            AssertLooksEvery(10_000, world);
        }
    }

    [Theory]
    [InlineData(600, 2500)] // 60 a second: half of the five seconds to 900
    [InlineData(400, 6250)]
    [InlineData(300, 10_000)]
    [InlineData(800, 625)]
    [InlineData(890, 100)]
    public void FastGrowth_IsLookedAtSooner(long used, int nextMs)
    {
        var world = Of(Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice());
        _used = used;
        world.After(10_000);
        AssertLooksEvery(nextMs, world);
    }

    [Fact]
    public void NothingWakes_WhereThereIsNoLimit()
    {
        _limit = 0;
        Assert.False(Of(Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice()).Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void NothingWakes_BeforeAnythingIsKnown() => Assert.False(Of(Specs.Named("api")).Supervisor.NextDeadline.IsSet);

    [Fact]
    public void NothingWakes_WhereTheKernelTells()
    {
        _kernelTells = true;
        var world = Of(Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice());
        Assert.False(world.Supervisor.NextDeadline.IsSet);
        (_used, _kernelTells) = (700, false);
        Assert.Equal(["read_memory 67% 90%"], Texts(world.Clear().After(60_000).Step(new SupervisorEvent.MemoryNotice())));
        AssertLooksEvery(1000, world);
    }

    [Fact]
    public void NothingWakes_WhenItIsOff()
    {
        var world = Of(new MemoryGuardSettings { Enabled = false }, Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice());
        Assert.Empty(world.Effects.OfType<Effect.ReadMemory>());
        Assert.False(world.Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void KernelThatTellsWithoutEnd_MakesOneLookASecond()
    {
        var world = Of(Specs.Named("api")).Step(new SupervisorEvent.MemoryNotice()).Clear();
        for (var i = 0; i < 100; i++)
        {
            world.Step(new SupervisorEvent.MemoryNotice()).After(10);
        }

        Assert.Equal(["read_memory 67% 90%"], Texts(world));
        _used = 700;
        world.After(10_000).Clear();
        for (var i = 0; i < 100; i++)
        {
            world.Step(new SupervisorEvent.MemoryNotice()).After(10);
        }

        Assert.Equal(10, world.Effects.Count);
    }

    [Fact]
    public void LargestWorker_IsRestartedInTheOrderlyWay_AndItIsSaidWhy()
    {
        var world = Of(Specs.Named("api", 2), Specs.Named("db"));
        Hold(("api/0", 300), ("api/1", 400), ("db/0", 200));
        Fill(world, 899);
        Assert.Empty(Signals(world));
        Fill(world, 900);
        Assert.Equal(["signal 102 SIGTERM"], Signals(world));
        var said = Said(world);
        Assert.Equal("900b of the container's 1000b of memory are used: api/1 holds 400b of them, and is restarted before the kernel kills", said.Message);
        Assert.Equal((LogLevel.Warn, new WorkerId("api", 1), 102), (said.Level, said.Worker!.Value, said.Pid));
        Assert.Equal([new("usage_bytes", 900), new("limit_bytes", 1000), new("memory_bytes", 400)], said.Fields.ToArray());
        world.Exit("api/1", 0);
        Assert.Equal(2, world.Supervisor.Snapshot().Workers[1].State.Incarnation);
    }

    [Fact]
    public void NextOne_WaitsUntilTheLastIsBack()
    {
        var world = Of(Specs.Named("a"), Specs.Named("b"));
        Hold(("a/0", 500), ("b/0", 400));
        Fill(world, 950);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        Fill(world, 950);
        Fill(world, 950);
        Assert.Single(Signals(world));
        world.Exit("a/0", 0);
        Hold(("a/0", 10), ("b/0", 400));
        Fill(world, 950);
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM"], Signals(world));
    }

    [Fact]
    public void OneThatDoesNotComeBack_HoldsUpTheNextForTheCooldownOnly()
    {
        var world = Of(Specs.Named("a") with { KillTimeout = Specs.Ms(100_000) }, Specs.Named("b"));
        Hold(("a/0", 500), ("b/0", 400));
        Fill(world, 950);
        Hold(("a/0", 300), ("b/0", 400));
        world.After(28_000);
        Assert.Single(Signals(world));
        world.After(2_000);
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM"], Signals(world));
    }

    [Fact]
    public void SameWorker_IsNotRestartedAgainBeforeTheCooldown_NorASmallerOneForIt()
    {
        var world = Of(new MemoryGuardSettings { AtPercent = 50, Cooldown = Specs.Ms(60_000) }, Specs.Named("a"), Specs.Named("b"));
        Hold(("a/0", 500), ("b/0", 150));
        Fill(world, 500);
        world.Exit("a/0", 0).After(55_000);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        world.After(6_000);
        Assert.Equal(["signal 101 SIGTERM", "signal 103 SIGTERM"], Signals(world));
    }

    [Fact]
    public void MemoryThatNoWorkerHolds_IsSaidOnce_AndAgainAfterACalm()
    {
        var world = Of(Specs.Named("api"));
        Hold(("api/0", 99));
        Fill(world, 950);
        Fill(world, 910);
        Fill(world, 860);
        Fill(world, 950);
        Assert.Empty(Signals(world));
        Assert.Equal("950b of the container's 1000b of memory are used, but not by a worker: the largest, api/0, holds 99b; look for files in /dev/shm and other tmpfs, and for other processes",
            Said(world).Message);
        AssertLooksEvery(10_000, world);
        Assert.Empty(world.Effects.OfType<Effect.Report>());
        Fill(world, 840);
        Fill(world, 950);
        Assert.Equal(1, world.Effects.OfType<Effect.Report>().Count(r => r.Event.Name == EventName.MemoryGuard));
    }

    [Fact]
    public void OneThatStopsOrStarts_IsLeftAlone()
    {
        var world = Of(Specs.Named("api"), Specs.Named("b")).Send("api/0", new WorkerEvent.Stop()).Clear();
        Hold(("api/0", 900));
        Fill(world, 950);
        world.Exit("api/0", 0).Exit("b/0", 1); // b has to prove itself now
        Hold(("b/0", 900));
        world.After(500).Step(new SupervisorEvent.MemoryNotice());
        Assert.Empty(Signals(world));
        Assert.DoesNotContain(world.Effects.OfType<Effect.Report>(), r => r.Event.Name == EventName.MemoryGuard);
        world.After(2000);
        Assert.Single(Signals(world));
    }

    [Fact]
    public void LimitIsThatOfNow()
    {
        var world = Of(Specs.Named("api"));
        Hold(("api/0", 900));
        _limit = 2000;
        Fill(world, 950);
        Assert.Empty(Signals(world));
        _limit = 1000;
        world.After(10_000);
        Assert.Single(Signals(world));
    }

    [Fact]
    public void SettingsOfANewFile_HoldAtOnce()
    {
        var world = Of(Specs.Named("api"));
        Hold(("api/0", 900));
        Fill(world, 850);
        world.Step(new SupervisorEvent.Reconfigure(With(new MemoryGuardSettings { AtPercent = 80 }, Specs.Named("api"))));
        Assert.Equal("the file was read again: pminit.memory_guard: adjusted", world.Effects.OfType<Effect.Report>().Single(r => r.Event.Name == EventName.ConfigApplied).Event.Message);
        Assert.Single(Signals(world.After(1000)));
        world.Exit("api/0", 0);
        world.Step(new SupervisorEvent.Reconfigure(With(new MemoryGuardSettings { Enabled = false }, Specs.Named("api"))));
        Assert.False(world.After(3000).Supervisor.NextDeadline.IsSet);
        world.Step(new SupervisorEvent.Reconfigure(With(new MemoryGuardSettings(), Specs.Named("api")))).Clear().After(0);
        Assert.Single(world.Effects.OfType<Effect.ReadMemory>());
    }

    [Fact]
    public void Shutdown_EndsTheLooks()
    {
        var world = Of(Specs.Named("api") with { KillTimeout = Specs.Ms(100_000) });
        Hold(("api/0", 900));
        Fill(world, 800);
        world.Signal(Signal.Term).After(2000).Clear();
        Fill(world, 950);
        Assert.Empty(world.Effects);
        Assert.True(world.Supervisor.NextDeadline > world.Now + Specs.Ms(50_000));
    }

    [Fact]
    public void GuardAndLimitOfAWorker_DoNotMixUpTheirAnswers()
    {
        var world = Of(Specs.Named("a") with { MaxMemoryBytes = 50 }, Specs.Named("b"));
        Hold(("a/0", 40), ("b/0", 900));
        Fill(world, 500);
        world.After(10_000);
        Assert.Empty(Signals(world));
        Hold(("a/0", 51), ("b/0", 800));
        Fill(world, 950);
        Assert.Equal(["signal 102 SIGTERM"], Signals(world));
        world.After(5_000);
        Assert.Equal(["signal 102 SIGTERM", "signal 101 SIGTERM"], Signals(world));
    }

    World Of(params AppSpec[] apps) => Of(new MemoryGuardSettings(), apps);

    World Of(MemoryGuardSettings settings, params AppSpec[] apps) => new World(With(settings, apps))
    {
        ContainerMemory = () => new SupervisorEvent.MemoryRead(_used, _limit, _kernelTells),
        MemoryOf = worker => _held.GetValueOrDefault(worker.ToString()),
    }.Begin().Clear();

    static Ecosystem With(MemoryGuardSettings settings, params AppSpec[] apps) => new() { Apps = [.. apps], Settings = new GlobalSettings { MemoryGuard = settings } };

    void Hold(params (string Worker, long Bytes)[] held)
    {
        foreach (var (worker, bytes) in held)
        {
            _held[worker] = bytes;
        }
    }

    /// <summary>A second later so much is used, and the kernel says that there is something to see.</summary>
    void Fill(World world, long used)
    {
        _used = used;
        world.After(1000).Step(new SupervisorEvent.MemoryNotice());
    }

    static void AssertLooksEvery(int ms, World world)
    {
        Assert.Empty(world.Clear().After(ms - 1).Effects);
        Assert.Single(world.After(1).Effects.OfType<Effect.ReadMemory>());
    }

    static LogEvent Said(World world) => world.Effects.OfType<Effect.Report>().Single(r => r.Event.Name == EventName.MemoryGuard).Event;

    static IEnumerable<string> Texts(World world) => world.Effects.Select(EffectText.Of);

    static IEnumerable<string> Signals(World world) => world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of);
}
