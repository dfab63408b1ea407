using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>The file is read again: only what differs is touched, and nothing is lost on the way.</summary>
public sealed class ReconfigureTests
{
    static readonly AppSpec Api = Specs.Named("api", 2);

    static readonly AppSpec Jobs = Specs.Named("jobs");

    [Fact]
    public void Hangup_AsksForTheFile_ButNotDuringAShutdown()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear().Signal(Signal.Hup);
        Assert.Equal(["read_config"], world.Effects.Select(EffectText.Of));
        world.Signal(Signal.Term).Clear().Signal(Signal.Hup);
        Assert.Equal(["say signal_ignored(Warn)"], world.Effects.Select(EffectText.Of));
    }

    [Fact]
    public void NewFile_DuringTheStartDelay_StartsNothingBeforeItsEnd()
    {
        var delayed = new GlobalSettings { StartDelay = Specs.Ms(1000) };
        var world = new World(Specs.Of(Jobs) with { Settings = delayed }).Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs with { Cwd = "/" }, Api) with { Settings = delayed }));
        Assert.Empty(world.After(999).Alive);
        Assert.Equal(3, world.After(1).Alive.Count);
        Assert.Equal("/", world.Supervisor.SpecOf(new WorkerId("jobs", 0)).Cwd);
    }

    [Fact]
    public void SameFile_ChangesNothing()
    {
        var world = new World(Specs.Of(Api, Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api", 2) with { Env = [] }, Jobs)));
        Assert.Equal("the file was read again: nothing has changed", OnlyMessage(world));
    }

    [Fact]
    public void ChangedApp_Restarts_AndTheOthersDoNotNotice()
    {
        var world = new World(Specs.Of(Api, Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Env = [new("PORT", "1")] }, Jobs)));
        Assert.Equal("the file was read again: api: restarted (env.PORT)", OnlyMessage(world));
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM"], Signals(world));
        world.Clear().Exit("api/0", 0).Exit("api/1", 0);
        Assert.Equal(["spawn #2", "spawn #2"], world.Effects.OfType<Effect.Spawn>().Select(EffectText.Of));
        Assert.Equal(103, world.PidOf("jobs/0"));
        Assert.Equal("PORT", world.Supervisor.SpecOf(new WorkerId("api", 0)).Env[0].Key);
    }

    [Fact]
    public void ChangedApp_IsStoppedByItsOldSettings()
    {
        var old = Jobs with { KillSignal = Signal.Int, KillTimeout = Specs.Ms(100) };
        var world = new World(Specs.Of(old)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs with { Cwd = "/", KillSignal = Signal.Term, KillTimeout = Specs.Ms(9000) })));
        Assert.Equal(["signal 101 SIGINT"], Signals(world));
        Assert.True(world.Effects.OfType<Effect.SignalLeader>().Single().IsStop, "by the settings that it was started with");
        Assert.Equal(["kill_tree 101"], world.After(100).Effects.OfType<Effect.KillTree>().Select(EffectText.Of));
    }

    [Fact]
    public void ChangedPolicy_NeedsNoRestart()
    {
        var world = new World(Specs.Of(Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs with { AutoRestart = false, KillSignal = Signal.Int })));
        Assert.Equal("the file was read again: jobs: adjusted (autorestart, kill_signal)", OnlyMessage(world));
        Assert.Empty(Signals(world));
        world.Exit("jobs/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void RemovedApp_StopsAndIsForgotten()
    {
        var world = new World(Specs.Of(Api, Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs)));
        Assert.Equal(["signal 101 SIGTERM", "signal 102 SIGTERM"], Signals(world));
        Assert.True(world.Supervisor.IsReady, "what leaves is not missed");
        Assert.Equal(["jobs/0", "api/0", "api/1"], Workers(world));
        world.Exit("api/0", 1).Exit("api/1", 0);
        Assert.Equal(["jobs/0"], Workers(world));
        world.Exit("jobs/0", 0);
        Assert.Equal(Phase.Ready, world.After(5000).PhaseOf("jobs/0"));
    }

    [Fact]
    public void RemovedAppThatComesBackLater_IsANewOne()
    {
        var world = new World(Specs.Of(Jobs, Api)).Begin().Exit("jobs/0", 1);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api))).Exit("jobs/0", 0);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs, Api)));
        var jobs = world.Supervisor.Snapshot().Workers[0];
        Assert.Equal((3, 0, 1), (jobs.Id, jobs.Restarts, jobs.State.Incarnation));
    }

    [Fact]
    public void RemovedAppThatComesBack_GoesOnAfterItsStop()
    {
        var world = new World(Specs.Of(Api, Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs))).Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs, Api))).Clear();
        Assert.Equal(["jobs/0", "api/0", "api/1"], Workers(world));
        world.Exit("api/0", 0);
        Assert.Equal(["spawn #2"], world.Effects.OfType<Effect.Spawn>().Select(EffectText.Of));
    }

    [Fact]
    public void LeavingWorker_CannotBeStarted()
    {
        var world = new World(Specs.Of(Api, Jobs)).Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs))).Clear().Send("api/0", new WorkerEvent.Restart());
        Assert.Equal(["say warning(Warn)"], world.Effects.Select(EffectText.Of));
        Assert.Equal(["jobs/0", "api/1"], Workers(world.Exit("api/0", 0)));
    }

    [Fact]
    public void NewApp_Starts_WithANumberOfItsOwn()
    {
        var world = new World(Specs.Of(Jobs)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api, Jobs)));
        Assert.Equal(["api/0", "api/1", "jobs/0"], Workers(world));
        Assert.Equal([1, 2, 0], world.Supervisor.Snapshot().Workers.Select(worker => worker.Id));
        Assert.Equal(3, world.Alive.Count);
    }

    [Fact]
    public void Instances_ComeAndGoAtTheEnd()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api", 4))));
        Assert.Equal("the file was read again: api: adjusted (instances)", OnlyMessage(world));
        Assert.Equal(["api/0", "api/1", "api/2", "api/3"], Workers(world));
        world.Clear().Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api", 1))));
        Assert.Equal(["signal 102 SIGTERM", "signal 103 SIGTERM", "signal 104 SIGTERM"], Signals(world));
        world.Exit("api/1", 0).Exit("api/2", 0).Exit("api/3", 0);
        Assert.Equal(["api/0"], Workers(world));
    }

    [Fact]
    public void GivenUpApp_GetsAnotherChance_WhenItsSettingsChange()
    {
        var broken = Jobs with { AutoRestart = false };
        var world = new World(Specs.Of(broken, Api)).Begin().Exit("jobs/0", 1);
        Assert.Equal(Phase.Failed, world.PhaseOf("jobs/0"));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(broken with { MaxRestarts = 3 }, Api)));
        Assert.Equal(Phase.Failed, world.PhaseOf("jobs/0"));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(broken with { Cwd = "/" }, Api)));
        Assert.Equal(Phase.Ready, world.PhaseOf("jobs/0"));
    }

    [Fact]
    public void StoppedApp_StaysDown_WhenItsSettingsChange()
    {
        var world = new World(Specs.Of(Jobs, Api)).Begin().Send("jobs/0", new WorkerEvent.Stop()).Exit("jobs/0", 0);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs with { Cwd = "/" }, Api)));
        Assert.Equal(Phase.Down, world.PhaseOf("jobs/0"));
    }

    [Fact]
    public void WaitingApp_StartsAtOnce_WithTheNewSettings()
    {
        var world = new World(Specs.Of(Jobs with { RestartDelay = Specs.Ms(60_000) })).Begin().Exit("jobs/0", 1).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs with { Cwd = "/" })));
        Assert.Equal(["spawn #2"], world.Effects.OfType<Effect.Spawn>().Select(EffectText.Of));
        Assert.Equal("/", world.Supervisor.SpecOf(new WorkerId("jobs", 0)).Cwd);
    }

    [Fact]
    public void ShutdownTimeout_IsTheNewOne()
    {
        var world = new World(Specs.Of(Jobs)).Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Jobs) with { Settings = new GlobalSettings { ShutdownTimeout = Specs.Ms(50) } }));
        world.Signal(Signal.Term).Clear().After(50);
        Assert.Contains("kill_tree 101", world.Effects.Select(EffectText.Of));
    }

    [Fact]
    public void Listeners_StayUntilTheContainerStartsAgain()
    {
        var world = new World(Specs.Of(Jobs)).Begin().Clear();
        var now = Specs.Of(Jobs) with { Settings = new GlobalSettings { Health = new HealthSettings { Port = 1 } } };
        world.Step(new SupervisorEvent.Reconfigure(now));
        Assert.Equal("the file was read again: pminit.health: takes effect when the container starts again", OnlyMessage(world));
        world.Clear().Step(new SupervisorEvent.Reconfigure(now));
        Assert.Contains("pminit.health", OnlyMessage(world));
    }

    [Fact]
    public void Shutdown_WinsOverANewFile()
    {
        var world = new World(Specs.Of(Jobs)).Begin().Signal(Signal.Term).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api)));
        Assert.Equal(["say warning(Warn)"], world.Effects.Select(EffectText.Of));
        Assert.Equal(0, world.Exit("jobs/0", 0).ExitCode);
    }

    [Fact]
    public void EssentialApp_ThatTheFileNoLongerHas_DoesNotEndTheContainer()
    {
        var world = new World(Specs.Of(Jobs with { Essential = true }, Api)).Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api))).Exit("jobs/0", 1);
        Assert.False(world.Supervisor.IsShuttingDown);
    }

    [Fact]
    public void Difference_NamesEveryField_ButNoSecret()
    {
        var old = Jobs with { Env = [new("A", "1"), new("KEY", "hunter2")], SecretVariables = ["KEY"] };
        var now = Jobs with { Env = [new("B", "1"), new("KEY", "hunter3")], SecretVariables = ["KEY"], StopExitCodes = [1], Command = new CommandSpec { Program = "b" } };
        var change = EcosystemChange.Between(Specs.Of(old), Specs.Of(now));
        Assert.Equal("jobs: restarted (command, env.B, env.KEY, stop_exit_codes, env.A)", change.ToString());
    }

    /// <summary>Only where the old process and the new one can serve side by side.</summary>
    [Theory]
    [InlineData(ClusterMode.Node, ClusterMode.Node, "jobs: reloading (cwd)")]
    [InlineData(ClusterMode.None, ClusterMode.Node, "jobs: restarted (cwd, cluster, ")]
    [InlineData(ClusterMode.Node, ClusterMode.None, "jobs: restarted (cwd, cluster, ")]
    public void Difference_SaysReloaded(ClusterMode before, ClusterMode after, string expected)
        => Assert.StartsWith(expected, EcosystemChange.Between(
            Specs.Of(Jobs with { Cluster = before }), Specs.Of(Jobs with { Cluster = after, Cwd = "/" })).ToString());

    [Fact]
    public void Difference_NamesNoFieldThatIsNone()
    {
        var change = EcosystemChange.Between(Specs.Of(Jobs with { ReadyWhen = new ReadyWhen(ReadyKind.Listening) { IsAssumed = true } }), Specs.Of(Jobs with { ReadyWhen = new ReadyWhen(ReadyKind.Listening) }));
        Assert.Equal("jobs: restarted (ready_when)", change.ToString());
    }

    static string OnlyMessage(World world) => Assert.Single(world.Effects.OfType<Effect.Report>(), report => report.Event.Name == EventName.ConfigApplied).Event.Message;

    static IEnumerable<string> Signals(World world) => world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of);

    static IEnumerable<string> Workers(World world) => world.Supervisor.Snapshot().Workers.Select(worker => worker.Worker.ToString());
}
