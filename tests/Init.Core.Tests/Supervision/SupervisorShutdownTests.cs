using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>How the container ends, and with which code.</summary>
public class SupervisorShutdownTests
{
    static readonly AppSpec Once = Specs.Named("once") with { AutoRestart = false };

    static readonly AppSpec Main = Specs.Named("main") with { AutoRestart = false, Essential = true };

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public void StopSignal_StopsAllWorkers_AndExitsZero(int signal)
    {
        var world = new World(Specs.Of(Specs.Named("api", 2), Specs.Named("b"))).Begin().Clear();
        world.Signal(new Signal(signal));
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM", "signal 103 SIGTERM"], world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of));
        Assert.True(world.Supervisor.IsShuttingDown);
        Assert.Equal(EventName.ShutdownStarted, world.Effects.OfType<Effect.Report>().First().Event.Name);
        world.Exit("api/0", 0).Exit("b/0", 3);
        Assert.Null(world.ExitCode);
        world.Exit("api/1", 143);
        Assert.Equal(0, world.ExitCode);
        Assert.IsType<Effect.Exit>(world.Effects[^1]);
    }

    [Fact]
    public void StopSignal_ExitsAtOnce_WhenNothingRuns()
    {
        var world = new World(Specs.Of(Specs.Api with { RestartDelay = Specs.Ms(5000) })).Begin().Exit("api/0", 1);
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void StopSignal_Exits137_WhenAWorkerHadToBeKilled()
    {
        var world = new World(Specs.Of(Specs.Api, Specs.Named("b"))).Begin().Signal(Signal.Term).Exit("b/0", 0).Clear();
        world.After(8000);
        Assert.Equal(["kill_tree 101"], world.Effects.OfType<Effect.KillTree>().Select(EffectText.Of));
        world.Die("api/0", 9);
        Assert.Equal(137, world.ExitCode);
    }

    [Fact]
    public void StopSignal_ExitsZero_WhenTheKillWasLongAgo()
    {
        // Killed as ill, then waiting: the orderly stop that follows killed nobody.
        var world = new World(Specs.Of(Specs.Api with { RestartDelay = Specs.Ms(60_000) })).Begin();
        world.Send("api/0", new WorkerEvent.ProbeFailed(1)).After(8000).Die("api/0", 9);
        Assert.Equal(Phase.Waiting, world.PhaseOf("api/0"));
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void StopSignal_ExitsZero_WhenAnAppHadFailedBefore()
    {
        var world = new World(Specs.Of(Specs.Api, Once)).Begin().Exit("once/0", 5).Signal(Signal.Term).Exit("api/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void SecondStopSignal_KillsWhatStillDrains_Once()
    {
        var world = new World(Specs.Of(Specs.Api, Specs.Named("b"))).Begin().Signal(Signal.Term).Exit("b/0", 0).Clear();
        world.Signal(Signal.Int);
        Assert.Equal("say shutdown_hurried(Warn), say worker_killed(Warn), kill_tree 101", EffectText.Of(world.Effects));
        world.Clear().Signal(Signal.Term);
        Assert.Empty(world.Effects);
        world.Die("api/0", 9);
        Assert.Equal(137, world.ExitCode);
    }

    [Fact]
    public void OperatorsShutdown_IsNoStopSignal_SoTheFirstOneAfterItHurriesNothing()
    {
        var world = new World(Specs.Of(Specs.Api with { ShutdownDelay = Specs.Ms(100) }, Specs.Named("b"))).Begin().Step(new SupervisorEvent.Shutdown()).Clear();
        Assert.True(world.Supervisor.IsShuttingDown);
        world.Step(new SupervisorEvent.Shutdown()).Signal(Signal.Term);
        Assert.Equal("say signal_ignored(Info)", EffectText.Of(world.Effects));
        world.After(100).Exit("b/0", 0).Clear().Signal(Signal.Term);
        Assert.Equal("say shutdown_hurried(Warn), say worker_killed(Warn), kill_tree 101", EffectText.Of(world.Effects));
        world.Die("api/0", 9);
        Assert.Equal(137, world.ExitCode);
    }

    [Fact]
    public void OperatorsShutdown_IsAnOrderlyStop()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Step(new SupervisorEvent.Shutdown()).Exit("api/0", 3);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void ShutdownTimeout_HurriesTheStop()
    {
        var ecosystem = Specs.Of(Specs.Api with { KillTimeout = Specs.Ms(60_000) }) with { Settings = new GlobalSettings { ShutdownTimeout = Specs.Ms(3000) } };
        var world = new World(ecosystem).Begin().Signal(Signal.Term);
        Assert.Equal(world.Now + Specs.Ms(3000), world.Supervisor.NextDeadline);
        world.Clear().After(2999);
        Assert.Empty(world.Effects);
        world.After(1);
        Assert.Equal("say shutdown_hurried(Warn), say worker_killed(Warn), kill_tree 101", EffectText.Of(world.Effects));
        Assert.Equal(world.Now + Specs.Ms(5000), world.Supervisor.NextDeadline);
    }

    [Fact]
    public void OtherSignals_AreStillForwarded_DuringShutdown()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Signal(Signal.Term).Clear();
        world.Signal(Signal.Usr1);
        Assert.Equal(["signal 101 SIGUSR1"], world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of));
    }

    [Fact]
    public void StartAndRestart_AreRefused_DuringShutdown()
    {
        var world = new World(Specs.Of(Specs.Api, Specs.Named("b"))).Begin().Signal(Signal.Term).Exit("b/0", 0).Clear();
        world.Send("b/0", new WorkerEvent.Start()).Send("api/0", new WorkerEvent.Restart());
        Assert.Equal("say warning(Warn), say warning(Warn)", EffectText.Of(world.Effects));
        world.Exit("api/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void RestartUnderWay_EndsDown_WhenShutdownStarts()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Send("api/0", new WorkerEvent.Restart()).Signal(Signal.Term).Clear().Exit("api/0", 0);
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void NoAppLeft_ExitsZero_WhenAllEndedByPlan()
    {
        var world = new World(Specs.Of(Once, Specs.Api with { StopExitCodes = [3] })).Begin().Exit("once/0", 0);
        Assert.Null(world.ExitCode);
        world.Exit("api/0", 3);
        Assert.Equal(0, world.ExitCode);
        Assert.Empty(world.Effects.OfType<Effect.KillLeftovers>());
    }

    [Fact]
    public void NoAppLeft_ExitsWithTheCodeOfTheFirstThatFailed()
    {
        var world = new World(Specs.Of(Once with { Name = "a" }, Once with { Name = "b" }, Once with { Name = "c" })).Begin();
        world.Exit("c/0", 0).Die("b/0", 15).Exit("a/0", 7);
        Assert.Equal(143, world.ExitCode);
    }

    [Fact]
    public void NoAppLeft_ForgetsAFailure_ThatWasMendedByAStart()
    {
        var world = new World(Specs.Of(Once with { Name = "a" }, Once with { Name = "b" })).Begin();
        world.Exit("a/0", 7).Send("a/0", new WorkerEvent.Start()).Exit("a/0", 0).Exit("b/0", 9);
        Assert.Equal(9, world.ExitCode);
    }

    [Fact]
    public void NoAppLeft_ExitsOne_WhenGivenUpAlthoughEachExitWasZero()
    {
        var world = new World(Specs.Of(Specs.Api with { MaxRestarts = 1 })).Begin().Exit("api/0", 0).Exit("api/0", 0);
        Assert.Equal(1, world.ExitCode);
    }

    [Theory]
    [InlineData(2, 127)]
    [InlineData(13, 126)]
    public void NoAppLeft_ExitsLikeAShell_WhenTheProgramCannotBeStarted(int errno, int code)
    {
        var world = new World(Specs.Of(Specs.Api)).FailSpawns(SpawnStage.Exec, errno).Begin().After(5000);
        Assert.Equal(code, world.ExitCode);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 4)]
    public void EssentialApp_EndsTheContainer_WithItsCode(int exit, int code)
    {
        var world = new World(Specs.Of(Specs.Api, Main)).Begin().Clear().Exit("main/0", exit);
        var started = world.Effects.OfType<Effect.Report>().Single(r => r.Event.Name == EventName.ShutdownStarted).Event;
        Assert.Contains("essential app main", started.Message, StringComparison.Ordinal);
        Assert.Equal(["signal 101 SIGTERM"], world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of));
        world.After(8000).Die("api/0", 9);
        Assert.Equal(code, world.ExitCode);
    }

    [Fact]
    public void EssentialApp_EndsByStopCode_WithZero()
    {
        var world = new World(Specs.Of(Main with { StopExitCodes = [9] })).Begin().Exit("main/0", 9);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void EssentialApp_GivesItsOwnCode_NotThatOfAnEarlierFailure()
    {
        var world = new World(Specs.Of(Once, Main, Specs.Api)).Begin().Exit("once/0", 5).Exit("main/0", 6).Exit("api/0", 0);
        Assert.Equal(6, world.ExitCode);
    }

    [Fact]
    public void EssentialApp_HasEnded_OnlyWhenAllItsInstancesHave()
    {
        var world = new World(Specs.Of(Specs.Api, Main with { Instances = 3 })).Begin().Exit("main/2", 0).Exit("main/1", 4);
        Assert.False(world.Supervisor.IsShuttingDown);
        world.Exit("main/0", 5);
        Assert.True(world.Supervisor.IsShuttingDown);
        world.Exit("api/0", 0);
        Assert.Equal(4, world.ExitCode);
    }

    [Fact]
    public void EssentialApp_HasNotEnded_WhenAnOperatorStoppedIt()
    {
        var world = new World(Specs.Of(Specs.Api, Main)).Begin().Send("main/0", new WorkerEvent.Stop()).Exit("main/0", 0);
        Assert.False(world.Supervisor.IsShuttingDown);
    }

    [Fact]
    public void EssentialApp_ThatCannotBeStarted_StopsThoseWhoseSpawnIsNotAnsweredYet()
    {
        var world = new World(Specs.Of(Main, Specs.Api));
        var answers = new Queue<(SpawnStage, int)?>([(SpawnStage.Resolve, 2), null]);
        world.SpawnFate = answers.Dequeue;
        world.Begin();
        Assert.Equal(Phase.Draining, world.PhaseOf("api/0"));
        world.Exit("api/0", 0);
        Assert.Equal(127, world.ExitCode);
    }

    [Fact]
    public void StopSignal_IsOnlyNoted_WhenAnEssentialAppHasEnded_AndTheNextHurries()
    {
        var world = new World(Specs.Of(Specs.Api, Main)).Begin().Exit("main/0", 4).Clear();
        world.Signal(Signal.Term);
        Assert.Equal("say signal_ignored(Info)", EffectText.Of(world.Effects));
        world.Clear().Signal(Signal.Term);
        Assert.Single(world.Effects.OfType<Effect.KillTree>());
        world.Die("api/0", 9);
        Assert.Equal(4, world.ExitCode);
    }

    [Fact]
    public void Nothing_FollowsExit()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Signal(Signal.Term).Exit("api/0", 0).Clear();
        Assert.Equal(Instant.Never, world.Supervisor.NextDeadline);
        world.Signal(Signal.Term).Signal(Signal.Usr1).Send("api/0", new WorkerEvent.Start()).After(100_000);
        world.Step(new SupervisorEvent.Tick());
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void StaysWithoutApps_WhenItIsTold()
    {
        var world = new World(Specs.Of(Once) with { Settings = new GlobalSettings { ExitsWithoutApps = false } }).Begin();
        world.Exit("once/0", 3).After(60_000);
        Assert.Null(world.ExitCode);
        Assert.Equal(Instant.Never, world.Supervisor.NextDeadline);
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void StaysWithoutApps_ExceptForAnEssentialOne()
    {
        var world = new World(Specs.Of(Main) with { Settings = new GlobalSettings { ExitsWithoutApps = false } }).Begin();
        Assert.Equal(3, world.Exit("main/0", 3).ExitCode);
    }

    [Fact]
    public void StopSignal_ExitsAtOnce_WhileTheFirstStartIsDelayed()
    {
        var world = new World(Specs.Of(Specs.Api) with { Settings = new GlobalSettings { StartDelay = Specs.Ms(5000) } }).Begin();
        world.After(1000).Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
    }

    [Fact]
    public void StopSignal_CancelsTheDelayedStart_WhileSomebodyStops()
    {
        var world = new World(Specs.Of(Specs.Api, Specs.Named("b")) with { Settings = new GlobalSettings { StartDelay = Specs.Ms(5000) } }).Begin();
        world.Send("api/0", new WorkerEvent.Start()).Signal(Signal.Term).After(6000);
        Assert.Single(world.Effects.OfType<Effect.Spawn>());
        Assert.Equal(0, world.Exit("api/0", 0).ExitCode);
    }
}
