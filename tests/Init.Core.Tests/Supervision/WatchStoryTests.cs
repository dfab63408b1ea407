using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Watch;

namespace Init.Core.Tests.Supervision;

/// <summary>`watch`: what a change restarts, when, and what it leaves alone.</summary>
public sealed class WatchStoryTests
{
    static readonly WatchSpec All = new() { Paths = ["."], Delay = Specs.Ms(200) };

    static readonly AppSpec Api = Specs.Named("api") with { Watch = All, Cwd = "/app" };

    static readonly AppSpec Other = Specs.Named("other");

    [Fact]
    public void Watch_BeginsWithTheFirstProcess()
    {
        var world = new World(Specs.Of(Api with { AutoStart = false }, Other)).Begin();
        Assert.Empty(world.Watched);
        world.Send("api/0", new WorkerEvent.Start());
        Assert.Equal("watch api . in /app", EffectText.Of(Assert.Single(world.Effects.OfType<Effect.WatchFiles>())));
        world.Clear().Send("api/0", new WorkerEvent.Restart()).Exit("api/0", 0);
        Assert.Empty(world.Effects.OfType<Effect.WatchFiles>());
    }

    [Fact]
    public void Burst_IsOneRestart_AfterItIsQuiet()
    {
        var world = new World(Specs.Of(Api, Other)).Begin().Clear();
        for (var i = 0; i < 50; i++)
        {
            world.Change("api", $"/app/{i}.js", 2).After(100);
        }

        Assert.Empty(world.Effects);
        world.After(99);
        Assert.Empty(world.Effects);
        world.After(1);
        Assert.Equal(["say file_changed(Info)", "say worker_stopping(Info)", "signal 101 SIGTERM"], world.Effects.Select(EffectText.Of));
        var said = world.Effects.OfType<Effect.Report>().First().Event;
        Assert.Equal("changed: /app/0.js and 99 more", said.Message);
        Assert.Equal("path=/app/0.js changes=100", string.Join(' ', said.Fields.Select(field => $"{field.Key}={field.Text ?? $"{field.Number}"}")));
        world.Exit("api/0", 0).Clear().After(60_000);
        Assert.Empty(world.Effects);
        Assert.False(world.Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void OneChange_IsSaidWithoutMore()
        => Assert.Contains(new World(Specs.Of(Api)).Begin().Change("api").After(200).Effects, e => e is Effect.Report { Event.Message: "changed: /app/a.js" });

    [Fact]
    public void ChangesWithoutEnd_DoNotPutTheRestartOffForEver()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear();
        for (var i = 0; i < 99; i++)
        {
            world.Change("api").After(100);
        }

        Assert.Empty(Signals(world));
        world.Change("api").After(100);
        Assert.Single(Signals(world));
    }

    [Fact]
    public void LongDelay_IsKept()
    {
        var world = new World(Specs.Of(Api with { Watch = All with { Delay = Specs.Ms(30_000) } })).Begin().Clear().Change("api").After(29_999);
        Assert.Empty(Signals(world));
        Assert.Single(Signals(world.After(1)));
    }

    [Fact]
    public void AllInstances_RestartTogether_AndNobodyElse()
    {
        var world = new World(Specs.Of(Api with { Instances = 3 }, Other)).Begin().Clear().Change("api").After(200);
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM", "signal 103 SIGTERM"], Signals(world));
    }

    [Fact]
    public void Restart_CountsAsAsked_AndForgivesCrashes()
    {
        var world = new World(Specs.Of(Api with { MaxRestarts = 1, RestartDelay = Specs.Ms(5000) })).Begin();
        for (var i = 0; i < 20; i++)
        {
            world.Change("api").After(200).Exit("api/0", 1);
        }

        var status = world.Supervisor.Snapshot().Workers[0];
        Assert.Equal((Phase.Ready, 20, 0), (status.Phase, status.State.Restarts, status.State.UnstableExits));
    }

    [Fact]
    public void ChangeDuringADrain_NeedsNoSecondRestart()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear().Change("api").After(200).Change("api").After(1000);
        Assert.Single(Signals(world));
        world.Exit("api/0", 0).After(1000);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.Single(Signals(world));
    }

    [Fact]
    public void ChangeDuringAnOperatorsStop_ChangesNothing()
    {
        var world = new World(Specs.Of(Api, Other)).Begin().Change("api").Send("api/0", new WorkerEvent.Stop()).After(200).Exit("api/0", 0).After(1000);
        Assert.Equal(Phase.Down, world.PhaseOf("api/0"));
    }

    [Fact]
    public void StoppedByOperator_StaysStopped()
    {
        var world = new World(Specs.Of(Api, Other)).Begin().Send("api/0", new WorkerEvent.Stop()).Exit("api/0", 0).Change("api").After(1000);
        Assert.Equal(Phase.Down, world.PhaseOf("api/0"));
        world.Send("api/0", new WorkerEvent.Start()).Change("api").After(1000);
        Assert.Equal(Phase.Draining, world.PhaseOf("api/0"));
    }

    [Fact]
    public void Failed_IsStartedByAChange_AndTheContainerWaitsForIt()
    {
        var world = new World(Specs.Of(Api with { MaxRestarts = 0 })).Begin().Exit("api/0", 1);
        Assert.Equal(Phase.Failed, world.PhaseOf("api/0"));
        Assert.Null(world.ExitCode);
        Assert.Equal(Phase.Ready, world.Change("api").After(200).PhaseOf("api/0"));
    }

    [Fact]
    public void FailedEssential_EndsTheContainer()
        => Assert.Equal(3, new World(Specs.Of(Api with { MaxRestarts = 0, Essential = true })).Begin().Exit("api/0", 3).ExitCode);

    [Fact]
    public void StoppedByOperator_DoesNotKeepTheContainer()
        => Assert.Equal(0, new World(Specs.Of(Api)).Begin().Send("api/0", new WorkerEvent.Stop()).Exit("api/0", 0).ExitCode);

    [Fact]
    public void WaitingForItsNextTry_GoesAtOnce()
    {
        var world = new World(Specs.Of(Api with { RestartDelay = Specs.Ms(60_000) })).Begin().Exit("api/0", 1);
        Assert.Equal(Phase.Waiting, world.PhaseOf("api/0"));
        Assert.Equal(Phase.Ready, world.Change("api").After(200).PhaseOf("api/0"));
    }

    [Fact]
    public void EndedByPlan_RunsAgain()
    {
        var world = new World(Specs.Of(Api with { AutoRestart = false })).Begin().Exit("api/0", 0);
        Assert.Null(world.ExitCode);
        Assert.Equal(Phase.Ready, world.Change("api").After(200).PhaseOf("api/0"));
    }

    [Fact]
    public void DependentThatFailedWithIt_GoesAgainWithIt()
    {
        var db = Specs.Named("db") with { Watch = All, MaxRestarts = 0 };
        var world = new World(Specs.Of(db, Specs.Named("web") with { DependsOn = [new Dependency("db", DependencyCondition.Ready)] }));
        world.FailSpawns(SpawnStage.Resolve, 2).Begin();
        Assert.Equal((Phase.Failed, Phase.Failed), (world.PhaseOf("db/0"), world.PhaseOf("web/0")));
        world.HealSpawns().Change("db").After(200);
        Assert.Equal((Phase.Ready, Phase.Ready), (world.PhaseOf("db/0"), world.PhaseOf("web/0")));
    }

    [Fact]
    public void ChangeOfAnUnwatchedApp_IsDropped()
    {
        var world = new World(Specs.Of(Api, Other)).Begin().Clear().Change("other").Change("nobody").After(60_000);
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void NewFile_ChangesWatches_WithoutARestart()
    {
        var world = new World(Specs.Of(Api, Other)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Watch = All with { Paths = ["src"] } }, Other with { Watch = All })));
        Assert.Equal(["watch api src in /app", "watch other . in -"], world.Take<Effect.WatchFiles>().Select(EffectText.Of));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Watch = All with { Paths = ["src"], Delay = Specs.Ms(5) } }, Other with { Watch = All })));
        Assert.Empty(world.Take<Effect.WatchFiles>());
        world.Change("api").After(5);
        Assert.Equal(["signal 101 SIGTERM"], Signals(world));
        world.Clear().Change("other").Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Watch = WatchSpec.None })));
        Assert.Equal(["unwatch api", "unwatch other"], world.Effects.OfType<Effect.WatchFiles>().Select(EffectText.Of));
        world.Clear().Change("api").After(5000);
        Assert.Empty(Signals(world));
    }

    [Fact]
    public void Shutdown_EndsWatches()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear().Change("api").Signal(Signal.Term);
        Assert.Contains("unwatch api", world.Effects.Select(EffectText.Of));
        Assert.Equal(0, world.Change("api").After(1000).Exit("api/0", 0).ExitCode);
    }

    [Fact]
    public void Job_IsLeftToItsSchedule_UnlessItRuns()
    {
        var job = Api with { AutoRestart = false, Schedule = Schedules.ScheduleTests.Of("0 3 * * *", "UTC") };
        var world = new World(Specs.Of(job)).Begin().Exit("api/0", 0).Change("api").After(200);
        Assert.Equal(Phase.Down, world.PhaseOf("api/0"));
    }

    static IEnumerable<string> Signals(World world) => world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of);
}
