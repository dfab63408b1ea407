using Init.Core.Model;
using Init.Core.Schedules;
using Init.Core.Supervision;
using Init.Core.Tests.Schedules;

namespace Init.Core.Tests.Supervision;

/// <summary>Jobs and restarts by schedule, on fake time: the world's clock shows noon of 1 June 2026 (UTC) when it begins.</summary>
public sealed class ScheduleStoryTests
{
    static readonly DateTime Noon = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    static readonly AppSpec Job = Specs.Named("job") with { AutoRestart = false, Schedule = ScheduleTests.Of("*/10 * * * * *", "UTC") };

    static readonly AppSpec Api = Specs.Named("api") with { Schedule = ScheduleTests.Of("0 * * * *", "UTC") };

    static readonly AppSpec Plain = Specs.Named("plain");

    [Fact]
    public void Job_RunsAtBootAndEachTimeItIsDue()
    {
        var world = Begin(Job).Exit("job/0", 0).Clear();
        Assert.Equal(Phase.Down, world.PhaseOf("job/0"));
        world.After(9_999);
        Assert.Empty(world.Effects);
        world.After(1);
        Assert.Equal(["say schedule_due(Info)", "kill_leftovers 101", "spawn #2", "say worker_started(Info)", "say worker_ready(Info)"], world.Effects.Select(EffectText.Of));
        world.Exit("job/0", 0).Clear().After(10_000);
        Assert.Equal(["spawn #3"], Spawns(world));
    }

    [Fact]
    public void WhatARunLeft_IsKilled_BeforeTheNextOne()
    {
        var world = Begin(Job).Exit("job/0", 0).Clear().After(10_000);
        Assert.Equal(["kill_leftovers 101", "spawn #2"], world.Effects.Where(e => e is not Effect.Report).Select(EffectText.Of));
        Assert.True(world.Effects.OfType<Effect.KillLeftovers>().Single().IsLate);
    }

    [Fact]
    public void WhatARunLeft_IsKilled_WhenTheFileHasTheJobNoMore()
    {
        var world = Begin(Job, Plain).Exit("job/0", 0).Clear().Step(new SupervisorEvent.Reconfigure(Specs.Of(Plain)));
        Assert.Equal(["kill_leftovers 101"], world.Effects.Where(e => e is not Effect.Report).Select(EffectText.Of));
    }

    [Fact]
    public void Job_KeepsTheContainer_WhateverItsRunsComeTo()
    {
        var world = Begin(Job).Exit("job/0", 7);
        Assert.Null(world.ExitCode);
        Assert.Equal(Phase.Down, world.PhaseOf("job/0"));
        Assert.Contains("this run failed with code 7", world.Effects.OfType<Effect.Report>().Last().Event.Message);
        world.After(10_000).Die("job/0", 9);
        Assert.Equal(Phase.Down, world.PhaseOf("job/0"));
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
        Assert.Equal(Instant.Never, world.Supervisor.NextDeadline);
    }

    [Fact]
    public void Job_ThatCannotBeStarted_IsTriedAgainWhenDue()
    {
        var world = new World(Specs.Of(Job)).FailSpawns(SpawnStage.Resolve, 2).Begin();
        Clock(world, Noon);
        Assert.Equal(Phase.Down, world.PhaseOf("job/0"));
        Assert.Null(world.ExitCode);
        Assert.Equal(["spawn #2"], Spawns(world.Clear().After(10_000)));
    }

    [Fact]
    public void Job_IsNoPartOfReadiness_AndNeverEssential()
    {
        var world = Begin(Job with { Essential = true }, Plain).Exit("job/0", 3);
        Assert.True(world.Supervisor.IsReady);
        Assert.False(world.Supervisor.IsShuttingDown);
    }

    [Fact]
    public void RunThatTakesLonger_MakesTheNextOneSkipped()
    {
        var world = Begin(Job).Clear().After(25_000);
        Assert.Empty(Spawns(world));
        Assert.Equal(2, world.Effects.Count(e => EffectText.Of(e) == "say schedule_skipped(Warn)"));
        world.Exit("job/0", 0).Clear().After(5_000);
        Assert.Equal(["spawn #2"], Spawns(world));
    }

    [Fact]
    public void RunThatTakesLonger_IsReplaced_WhenAsked()
    {
        var world = Begin(Job with { Concurrency = ConcurrencyPolicy.Replace, KillTimeout = Specs.Ms(1e9) }).Clear().After(10_000);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        Assert.Empty(Spawns(world.After(10_000)));
        Assert.Equal(["signal 101 SIGTERM"], Signals(world)); // it has been asked already
        Assert.Equal(["spawn #2"], Spawns(world.Exit("job/0", 0)));
        Assert.Equal(["spawn #2"], Spawns(world.Exit("job/0", 0).After(5_000)));
    }

    [Fact]
    public void RunThatTakesLonger_HasTheNextOneBesideIt_WhenAllowed()
    {
        var world = Begin(Job with { Concurrency = ConcurrencyPolicy.Allow, Instances = 3 });
        Assert.Equal(["spawn #1"], Spawns(world)); // one run at the start, not three
        world.Clear().After(10_000);
        Assert.Equal(Phase.Ready, world.PhaseOf("job/1"));
        Assert.Equal(Phase.Down, world.PhaseOf("job/2"));
        world.After(10_000).Clear().After(10_000);
        Assert.Equal("say schedule_skipped(Warn)", EffectText.Of(world.Effects[^1]));
        Assert.Contains("all 3 instances", world.Effects.OfType<Effect.Report>().Last().Event.Message);
        world.Exit("job/1", 0).Clear().After(10_000);
        Assert.Equal(Phase.Ready, world.PhaseOf("job/1"));
        Assert.Single(Spawns(world));
    }

    [Fact]
    public void InstancesThatAreAdded_WaitForARun_WhereRunsMayOverlap()
    {
        var job = Job with { Concurrency = ConcurrencyPolicy.Allow, Instances = 2 };
        var world = Begin(job).Clear();
        world.Step(new SupervisorEvent.Scale("job", 4));
        Assert.Empty(Spawns(world));
        Assert.Equal(Phase.Down, world.PhaseOf("job/3"));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(job with { Instances = 4, Concurrency = ConcurrencyPolicy.Forbid })));
        Assert.Equal(3, Spawns(world.After(10_000)).Count());
    }

    [Fact]
    public void WhatWasSleptOver_IsOneFire()
    {
        var world = Begin(Job).Exit("job/0", 0).Clear();
        world.Jump(3_600_000);
        world.Step(new SupervisorEvent.Tick());
        Assert.Equal(["spawn #2"], Spawns(world));
        world.Exit("job/0", 0).Step(new SupervisorEvent.Tick());
        Assert.Equal(["spawn #2"], Spawns(world));
        Assert.Equal(["spawn #2", "spawn #3"], Spawns(world.After(10_000)));
    }

    [Fact]
    public void Service_IsRestarted_AndStartedWhenItIsDown()
    {
        var world = Begin(Api).Clear().After(3_600_000);
        Assert.Equal(["signal 101 SIGTERM"], world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of));
        world.Exit("api/0", 0);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        var operated = Begin(Api, Plain).Send("api/0", new WorkerEvent.Stop()).Exit("api/0", 0).Clear().After(3_600_000);
        Assert.Equal(["spawn #2"], Spawns(operated));
    }

    [Fact]
    public void Service_ThatGaveUp_EndsTheContainerAsBefore() =>
        Assert.Equal(5, Begin(Api with { MaxRestarts = 0 }).Exit("api/0", 5).ExitCode);

    [Fact]
    public void Instances_GoOneAfterAnother()
    {
        var world = Begin(Api with { Instances = 3 }).Clear().After(3_600_000);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        world.Clear().Exit("api/0", 0);
        Assert.Equal(["signal 102 SIGTERM"], Signals(world));
        world.Clear().Exit("api/1", 0);
        Assert.Equal(["signal 103 SIGTERM"], Signals(world));
        world.Clear().Exit("api/2", 0).After(60_000);
        Assert.Empty(Signals(world));
        Assert.True(world.Supervisor.IsReady);
        Assert.Equal(["signal 104 SIGTERM"], Signals(world.Clear().After(3_540_000)));
    }

    [Fact]
    public void InstanceThatDoesNotComeBack_KeepsTheOthers()
    {
        var world = Begin(Api with { Instances = 2, MaxRestarts = 0 }).After(3_600_000).FailSpawns(SpawnStage.Resolve, 2).Clear().Exit("api/0", 0);
        Assert.Equal(Phase.Failed, world.PhaseOf("api/0"));
        Assert.Empty(Signals(world));
        Assert.Equal("say schedule_skipped(Error)", EffectText.Of(world.Effects[^1]));
        Assert.Equal(Phase.Ready, world.PhaseOf("api/1"));
    }

    [Fact]
    public void RestartThatTakesLonger_MakesTheNextOneSkipped()
    {
        var slow = Api with { Instances = 2, Schedule = ScheduleTests.Of("* * * * * *", "UTC") };
        var world = Begin(slow).Clear().After(3_000);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        Assert.Equal(2, world.Effects.Count(e => EffectText.Of(e) == "say schedule_skipped(Warn)"));
    }

    [Fact]
    public void BusyInstance_IsLeftOut()
    {
        var world = Begin(Api with { Instances = 2, KillTimeout = Specs.Ms(1e9) }).Send("api/0", new WorkerEvent.Stop()).Clear().After(3_600_000);
        Assert.Equal(["signal 102 SIGTERM"], Signals(world));
        world.Exit("api/0", 0);
        Assert.Equal(Phase.Down, world.PhaseOf("api/0"));
    }

    [Fact]
    public void Shutdown_EndsEverySchedule()
    {
        var world = Begin(Job, Api).Signal(Signal.Term).Clear();
        Assert.False(world.Supervisor.HasSchedules);
        Assert.Empty(Spawns(world.After(7_200_000)));
    }

    [Fact]
    public void ChangedSchedule_HoldsAtOnce_AndDisturbsNobody()
    {
        var world = Begin(Api, Job).Exit("job/0", 0).Clear();
        var sooner = Api with { Schedule = ScheduleTests.Of("*/5 * * * *", "UTC") };
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(sooner, Job)));
        Assert.Empty(Signals(world));
        Assert.Equal(Noon.AddMinutes(5), NextRun(world, "api"));
        Assert.Equal(Noon.AddSeconds(10), NextRun(world, "job"));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Schedule = null }, Job)));
        Assert.Null(NextRun(world, "api"));
        Assert.Equal(["spawn #2"], Spawns(world.After(10_000)));
    }

    [Fact]
    public void ChangedJob_RunsWithItsNewSettings_WhenItIsDue()
    {
        var world = Begin(Job, Plain).Exit("job/0", 0).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Job with { Cwd = "/" }, Plain)));
        Assert.Empty(Spawns(world));
        Assert.Equal(["spawn #2"], Spawns(world.After(10_000)));
        world.Clear().Step(new SupervisorEvent.Reconfigure(Specs.Of(Job, Plain)));
        Assert.Empty(Signals(world));
    }

    [Fact]
    public void Job_ThatBecomesAService_Starts_AndOneWithoutScheduleEndsTheContainer()
    {
        var world = Begin(Job).Exit("job/0", 0).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Job with { AutoRestart = true })));
        Assert.Equal(["spawn #2"], Spawns(world));
        world = Begin(Job).Exit("job/0", 1);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Job with { Schedule = null })));
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void DelayedStart_ComesBeforeAnySchedule()
    {
        var world = new World(Specs.Of(Job) with { Settings = new GlobalSettings { StartDelay = Specs.Ms(25_000) } }).Begin();
        Clock(world, Noon);
        Assert.Empty(Spawns(world.After(24_000)));
        Assert.Equal(["spawn #1"], Spawns(world.After(1_000)));
    }

    [Fact]
    public void WithoutAWallClock_NothingIsDue() =>
        Assert.Equal(Instant.Never, new World(Specs.Of(Job)).Begin().Supervisor.NextDeadline);

    /// <summary>A small step of the clock neither loses nor repeats a fire; a large one is the new time.</summary>
    [Theory]
    [InlineData(5, 1, "12:00:10", 0)]
    [InlineData(5, 30, "12:00:10", 1)]
    [InlineData(5, -30, "11:59:40", 0)]
    [InlineData(12, -5, "12:00:20", 0)]
    [InlineData(12, -59, "12:00:20", 0)]
    [InlineData(12, -3600, "11:00:20", 0)]
    [InlineData(5, 3600, "13:00:10", 0)]
    [InlineData(5, 0.005, "12:00:10", 0)]
    public void SetClock_MovesWhatIsDue(double afterSeconds, double stepSeconds, string next, int firesAtOnce)
    {
        var world = Begin(Job).Exit("job/0", 0).After(afterSeconds * 1000);
        if (world.Alive.Count > 0)
        {
            world.Exit("job/0", 0);
        }

        world.Clear();
        Clock(world, Noon.AddSeconds(afterSeconds + stepSeconds));
        Assert.Equal(Noon.Date + TimeSpan.Parse(next), NextRun(world, "job"));
        Assert.Equal(firesAtOnce, Spawns(world.After(0)).Count());
    }

    [Fact]
    public void NextRun_IsToldOfEveryInstance_UntilItIsOver()
    {
        var world = Begin(Api with { Instances = 2 }, Plain);
        Assert.Equal([Noon.AddHours(1), Noon.AddHours(1), null], world.Supervisor.Snapshot().Workers.Select(worker => worker.NextRun));
        world.Signal(Signal.Term);
        Assert.All(world.Supervisor.Snapshot().Workers, worker => Assert.Null(worker.NextRun));
    }

    static World Begin(params AppSpec[] apps)
    {
        var world = new World(Specs.Of(apps)).Begin();
        Clock(world, Noon);
        return world;
    }

    static void Clock(World world, DateTime utc) => world.Step(new SupervisorEvent.ClockSet(WallClock.Of(world.Now, utc)));

    static DateTime? NextRun(World world, string app) => world.Supervisor.Snapshot().Workers.First(worker => worker.Worker.App == app).NextRun;

    static IEnumerable<string> Spawns(World world) => world.Effects.OfType<Effect.Spawn>().Select(EffectText.Of);

    static IEnumerable<string> Signals(World world) => world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of);
}
