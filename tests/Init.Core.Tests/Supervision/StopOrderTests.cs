using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of the stop: in reverse order of `depends_on`, after `shutdown_delay`, within `shutdown_timeout`.</summary>
public sealed class StopOrderTests
{
    static readonly AppSpec Db = Specs.Named("db");

    static readonly AppSpec Api = Specs.Named("api", 2) with { DependsOn = [new Dependency("db", DependencyCondition.Ready)] };

    static readonly AppSpec Web = Specs.Named("web") with { DependsOn = [new Dependency("api", DependencyCondition.Started)] };

    static string[] Asked(World world) => [.. world.Take<Effect.SignalLeader>().Select(signal => signal.Worker.ToString())];

    static string[] Killed(World world) => [.. world.Effects.OfType<Effect.KillTree>().Select(kill => kill.Worker.ToString())];

    static Ecosystem WithSettings(double delay, double? timeout, params AppSpec[] apps) => Specs.Of(apps) with
    {
        Settings = new GlobalSettings { ShutdownDelay = Specs.Ms(delay), ShutdownTimeout = timeout is { } ms ? Specs.Ms(ms) : null },
    };

    [Fact]
    public void Dependency_IsAskedToStop_OnlyWhenAllItsDependentsHaveEnded()
    {
        var world = new World(Specs.Of(Db, Api, Web, Specs.Named("alone"))).Begin().Clear().Signal(Signal.Term);
        Assert.Equal(["web/0", "alone/0"], Asked(world));
        Assert.False(world.Supervisor.IsReady);
        world.Exit("web/0", 0);
        Assert.Equal(["api/0", "api/1"], Asked(world));
        world.Exit("api/1", 0);
        Assert.Empty(Asked(world));
        world.Exit("api/0", 0);
        Assert.Equal(["db/0"], Asked(world));
        world.Exit("alone/0", 0).Exit("db/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    static World Operate(World world, Operation what, params string[] apps) => world.Step(new SupervisorEvent.Operate(
        what, [.. world.Supervisor.Snapshot().Workers.Select(w => w.Worker).Where(w => apps.Length == 0 || apps.Contains(w.App))]));

    [Fact]
    public void OperatorsStop_GoesInTheSameOrder()
    {
        var world = Operate(new World(Specs.Of(Db, Api, Web, Specs.Named("alone"))).Begin().Clear(), Operation.Stop);
        Assert.Equal(["web/0", "alone/0"], Asked(world));
        Assert.Equal(["api/0", "api/1"], Asked(world.Exit("web/0", 0)));
        Assert.Empty(Asked(world.Exit("api/1", 0)));
        Assert.Equal(["db/0"], Asked(world.Exit("api/0", 0)));
        world.Exit("alone/0", 0).Exit("db/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void OperatorsStop_OfSome_WaitsForThoseAlone()
    {
        var world = Operate(new World(Specs.Of(Db, Api, Web)).Begin().Clear(), Operation.Stop, "db", "api");
        Assert.Equal(["api/0", "api/1"], Asked(world));
        Assert.Equal(["db/0"], Asked(world.Exit("api/0", 0).Exit("api/1", 0)));
        Assert.Equal(Phase.Ready, world.PhaseOf("web/0"));
        Assert.Equal(["web/0"], Asked(Operate(world, Operation.Stop, "web")));
    }

    [Fact]
    public void OperatorsStop_OfADependencyAlone_IsMeant() =>
        Assert.Equal(["db/0"], Asked(Operate(new World(Specs.Of(Db, Api)).Begin().Clear(), Operation.Stop, "db")));

    [Fact]
    public void OperatorsStop_EndsForWhom_SomebodyStartsMeanwhile()
    {
        var world = Operate(new World(Specs.Of(Db, Api)).Begin().Clear(), Operation.Stop).Send("db/0", new WorkerEvent.Start()).Exit("api/0", 0).Exit("api/1", 0);
        Assert.Equal(["api/0", "api/1"], Asked(world));
        Assert.Equal(Phase.Ready, world.PhaseOf("db/0"));
        Assert.Null(world.ExitCode);
    }

    [Fact]
    public void OperatorsRestart_StopsDependentsFirst_AndStartsDependenciesFirst()
    {
        var db = Db with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) };
        var world = new World(Specs.Of(Api, db)).Begin().Send("db/0", new WorkerEvent.ReadyReceived(1)).Clear();
        Operate(world, Operation.Restart);
        Assert.Equal(["api/0", "api/1"], Asked(world));
        world.Exit("api/0", 0);
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
        Assert.Equal(["db/0"], Asked(world.Exit("api/1", 0)));
        Assert.Equal(Phase.Held, world.PhaseOf("api/0"));
        Assert.Equal(["spawn #2"], world.Clear().Exit("db/0", 0).Effects.OfType<Effect.Spawn>().Select(EffectText.Of));
        world.Clear().Send("db/0", new WorkerEvent.ReadyReceived(2));
        Assert.Equal(2, world.Effects.OfType<Effect.Spawn>().Count());
        Assert.True(world.Supervisor.IsReady);
    }

    [Fact]
    public void OperatorsRestart_RunsATaskAgain_BeforeThoseThatNeedIt()
    {
        var task = Specs.Named("migrate") with { IsTask = true, AutoRestart = false, DependsOn = [new Dependency("db", DependencyCondition.Ready)] };
        var api = Specs.Named("api") with { DependsOn = [new Dependency("migrate", DependencyCondition.Completed)] };
        var world = new World(Specs.Of(api, task, Db)).Begin().Exit("migrate/0", 0).Clear();
        Operate(world, Operation.Restart).Exit("api/0", 0).Exit("db/0", 0);
        Assert.Equal((Phase.Ready, Phase.Held), (world.PhaseOf("migrate/0"), world.PhaseOf("api/0")));
        Assert.Equal(Phase.Ready, world.Exit("migrate/0", 0).PhaseOf("api/0"));
    }

    [Fact]
    public void OperatorsStart_GivesWhatFailedWithItsDependency_AnotherChance()
    {
        var db = Db with { AutoRestart = false };
        var world = new World(Specs.Of(Api with { DependsOn = [new Dependency("db", DependencyCondition.Ready)] }, db, Specs.Named("alone"))).FailSpawns(SpawnStage.Exec, 2).Begin();
        world.HealSpawns().After(60_000);
        Assert.Equal((Phase.Failed, Phase.Failed), (world.PhaseOf("db/0"), world.PhaseOf("api/0")));
        Operate(world, Operation.Start);
        Assert.Equal((Phase.Ready, Phase.Ready), (world.PhaseOf("db/0"), world.PhaseOf("api/0")));
    }

    [Fact]
    public void OperatorsRestart_IsOver_WhenAShutdownBegins()
    {
        var world = Operate(new World(Specs.Of(Db, Api)).Begin().Clear(), Operation.Restart).Signal(Signal.Term).Exit("api/0", 0).Exit("api/1", 0).Exit("db/0", 0);
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void Dependency_IsKept_AlsoByWayOfAnAppWithoutProcess()
    {
        var task = Specs.Named("migrate") with { IsTask = true, AutoRestart = false, DependsOn = [new Dependency("db", DependencyCondition.Ready)] };
        var api = Specs.Named("api") with { DependsOn = [new Dependency("migrate", DependencyCondition.Completed)] };
        var world = new World(Specs.Of(Db, task, api)).Begin().Exit("migrate/0", 0).Clear().Signal(Signal.Term);
        Assert.Equal(["api/0"], Asked(world));
        world.Exit("api/0", 0);
        Assert.Equal(["db/0"], Asked(world));
    }

    [Fact]
    public void NothingHasASuccessor_OnceTheStopHasBegun()
    {
        var world = new World(Specs.Of(Db, Api)).Begin().Signal(Signal.Term).Clear();
        world.Exit("db/0", 1).Send("api/0", new WorkerEvent.ProbeFailed(1));
        Assert.Equal(Phase.Down, world.PhaseOf("db/0"));
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
        world.Exit("api/0", 0).Exit("api/1", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void IllWorker_ThatWaitsForItsStop_IsLeftInPeace()
    {
        var world = new World(Specs.Of(Db, Api)).Begin().Signal(Signal.Term).Clear().Send("db/0", new WorkerEvent.ProbeFailed(1));
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void ShutdownTimeout_BoundsTheWholeChain()
    {
        var world = new World(WithSettings(0, 3000, Db, Api)).Begin().Signal(Signal.Term).Clear().After(2999);
        Assert.Empty(Killed(world));
        world.After(1);
        Assert.Equal(["db/0", "api/0", "api/1"], Killed(world));
    }

    [Fact]
    public void SecondSignal_HurriesEverything()
    {
        var world = new World(Specs.Of(Db, Api)).Begin().Signal(Signal.Term).Clear().Signal(Signal.Term);
        Assert.Equal(3, Killed(world).Length);
        world.Die("db/0", 9).Die("api/0", 9).Die("api/1", 9);
        Assert.Equal(137, world.ExitCode);
    }

    [Fact]
    public void ShutdownDelay_KeepsServing_WithReadinessOff()
    {
        var world = new World(WithSettings(5000, null, Specs.Api)).Begin().Clear().Signal(Signal.Term);
        Assert.Empty(Asked(world));
        Assert.Equal((false, true, Phase.Ready), (world.Supervisor.IsReady, world.Supervisor.IsShuttingDown, world.PhaseOf("api/0")));
        Assert.Equal(world.Now + Specs.Ms(5000), world.Supervisor.NextDeadline);
        world.After(4999);
        Assert.Empty(Asked(world));
        world.After(1);
        Assert.Equal(["api/0"], Asked(world));
        world.Exit("api/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void ShutdownDelay_IsEachAppsOwn_AndPminitsForTheOthers()
    {
        var api = Specs.Named("api") with { ShutdownDelay = Specs.Ms(2000), DependsOn = [new Dependency("db", DependencyCondition.Ready)] };
        var worker = Specs.Named("worker") with { ShutdownDelay = TimeSpan.Zero };
        var task = Specs.Named("task") with { IsTask = true, AutoRestart = false };
        var world = new World(WithSettings(5000, null, api, worker, task, Specs.Named("web"), Db with { ShutdownDelay = TimeSpan.Zero })).Begin().Clear().Signal(Signal.Term);
        Assert.Equal(["worker/0", "task/0"], Asked(world));
        Assert.Equal(["api/0"], Asked(world.After(2000)));
        Assert.Equal(["db/0"], Asked(world.Exit("api/0", 0)));
        Assert.Equal(["web/0"], Asked(world.After(3000)));
    }

    [Fact]
    public void SecondSignal_CutsTheDelayShort_AndTheThirdKills()
    {
        var world = new World(WithSettings(60_000, null, Db, Api)).Begin().Signal(Signal.Term).After(1000).Clear().Signal(Signal.Term);
        Assert.Empty(Killed(world));
        Assert.Equal(["api/0", "api/1"], Asked(world));
        world.Signal(Signal.Term);
        Assert.Equal(3, Killed(world).Length);
    }

    [Fact]
    public void ShutdownTimeout_RunsDuringTheDelay()
    {
        var world = new World(WithSettings(60_000, 2000, Specs.Api)).Begin().Signal(Signal.Term).Clear().After(2000);
        Assert.Equal(["api/0"], Killed(world));
    }

    [Fact]
    public void ShutdownDelay_IsNotForAnAppThatEndsTheContainer()
    {
        var main = Specs.Named("main") with { AutoRestart = false, Essential = true };
        var world = new World(WithSettings(5000, null, main, Specs.Api)).Begin().Clear().Exit("main/0", 3);
        Assert.Equal(["api/0"], Asked(world));
        world.Exit("api/0", 0);
        Assert.Equal(3, world.ExitCode);
    }

    [Fact]
    public void ShutdownDelay_IsOver_WhenNobodyServesAnyMore()
    {
        var world = new World(WithSettings(5000, null, Specs.Api)).Begin().Signal(Signal.Term).Exit("api/0", 1);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void RemovedApps_StopInOrder_AndInstancesOfWhatStaysAtOnce()
    {
        var world = new World(Specs.Of(Db, Api, Web)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Web with { DependsOn = [] })));
        Assert.Equal(["api/0", "api/1"], Asked(world));
        world.Exit("api/0", 0);
        Assert.Empty(Asked(world));
        Assert.Equal(["db/0"], Asked(world.Exit("api/1", 0)));
        Assert.Equal("web/0", Assert.Single(world.Exit("db/0", 0).Supervisor.Snapshot().Workers).Worker.ToString());

        world = new World(Specs.Of(Db, Api, Web)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Db, Api with { Instances = 1 }, Web)));
        Assert.Equal(["api/1"], Asked(world));
    }

    [Fact]
    public void CircleOfOldAndNewApps_DoesNotKeepTheContainer()
    {
        // x/1 leaves and waits for z; it has the old file's wish to go before y, which in the new file has to go before x.
        var x = Specs.Named("x", 2) with { DependsOn = [new Dependency("y", DependencyCondition.Ready)] };
        var y = Specs.Named("y");
        var z = Specs.Named("z") with { DependsOn = [new Dependency("x", DependencyCondition.Ready)] };
        var world = new World(Specs.Of(x, y, z)) { ChecksStopOrder = false }.Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("x"), y with { DependsOn = [new Dependency("x", DependencyCondition.Ready)] })));
        Assert.Equal(["z/0"], Asked(world));
        Assert.Empty(Asked(world.Signal(Signal.Term)));
        Assert.Equal(["x/0", "y/0", "x/1"], Asked(world.Exit("z/0", 0)));
        world.Exit("x/1", 0).Exit("y/0", 0).Exit("x/0", 0);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void ADelayOfTheNewFile_HoldsAtTheNextStop()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(WithSettings(5000, null, Specs.Api)));
        Assert.Equal("the file was read again: pminit.shutdown_delay: adjusted", world.Effects.OfType<Effect.Report>().Single().Event.Message);
        Assert.Empty(Asked(world.Signal(Signal.Term)));
    }
}
