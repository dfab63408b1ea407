using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of `depends_on`, tasks and `autostart`: who starts when, and what a failure does to the others.</summary>
public sealed class StartOrderTests
{
    static readonly AppSpec Migrate = Specs.Named("migrate") with { IsTask = true, AutoRestart = false, EssentialOnFailure = true };

    static readonly AppSpec Db = Specs.Named("db");

    static AppSpec App(string name, params Dependency[] dependencies) => Specs.Named(name) with { DependsOn = [.. dependencies] };

    static Dependency Started(string app) => new(app, DependencyCondition.Started);

    static Dependency Ready(string app) => new(app, DependencyCondition.Ready);

    static Dependency Completed(string app) => new(app, DependencyCondition.Completed);

    static string[] Spawned(World world) => [.. world.Take<Effect.Spawn>().Select(spawn => spawn.Worker.ToString())];

    static string[] Waiting(World world, string app) => [.. world.Supervisor.Snapshot().Workers.Single(w => w.Worker.App == app).WaitingFor.Select(d => d.App)];

    static string[] Said(World world, EventName name) => [.. world.Effects.OfType<Effect.Report>().Where(r => r.Event.Name == name).Select(r => r.Event.Message)];

    [Fact]
    public void Migration_ThenApi_ThenWorker()
    {
        var world = new World(Specs.Of(App("worker", Ready("api")), App("api", Completed("migrate")), Migrate)).Begin();
        Assert.Equal(["waits for api (ready)", "waits for migrate (completed)"], Said(world, EventName.WorkerHeld));
        Assert.Equal(["migrate/0"], Spawned(world));
        Assert.Equal((Phase.Held, Phase.Held), (world.PhaseOf("api/0"), world.PhaseOf("worker/0")));
        Assert.False(world.Supervisor.IsReady);
        Assert.Equal(["migrate"], Waiting(world, "api"));
        Assert.Equal("waiting for migrate", world.Supervisor.Snapshot().Workers.Single(w => w.Worker.App == "api").StatusForPeople);
        world.Exit("migrate/0", 0);
        Assert.Equal(["api/0", "worker/0"], Spawned(world));
        Assert.True(world.Supervisor.IsReady);
        Assert.Empty(Waiting(world, "api"));
    }

    [Fact]
    public void Start_IsAsParallelAsTheGraphAllows()
    {
        var world = new World(Specs.Of(App("top", Started("left"), Started("right")), App("left", Started("db")), App("right", Started("db")), Db, App("alone"))).HoldSpawns().Begin();
        Assert.Equal(["db/0", "alone/0"], Spawned(world));
        world.Send("db/0", new WorkerEvent.Spawned(1, 7));
        Assert.Equal(["left/0", "right/0"], Spawned(world));
        world.Send("left/0", new WorkerEvent.Spawned(1, 8));
        Assert.Empty(Spawned(world));
        Assert.Equal(["right"], Waiting(world, "top"));
        world.Send("right/0", new WorkerEvent.Spawned(1, 9));
        Assert.Equal(["top/0"], Spawned(world));
    }

    [Fact]
    public void Condition_MeansAllInstances()
    {
        var world = new World(Specs.Of(App("api", Ready("db")), Specs.Named("db", 2))).HoldSpawns().Begin();
        world.Clear().Send("db/1", new WorkerEvent.Spawned(1, 7));
        Assert.Empty(Spawned(world));
        world.Send("db/0", new WorkerEvent.Spawned(1, 8));
        Assert.Equal(["api/0"], Spawned(world));
    }

    [Fact]
    public void Ready_WaitsForReadiness_AndStartedDoesNot()
    {
        // db comes up by the exec stage: it exists some time before its program runs.
        var db = Db with { Process = ProcessSettings.None with { NoNewPrivs = true } };
        var world = new World(Specs.Of(App("quick", Started("db")), App("api", Ready("db")), db)).Begin();
        Assert.Equal(["db/0", "quick/0"], Spawned(world));
        world.Send("db/0", new WorkerEvent.Executed(1));
        Assert.Equal(["api/0"], Spawned(world));
    }

    [Fact]
    public void CrashOfADependency_HoldsThoseThatHaveNotStarted_AndNobodyElse()
    {
        var world = new World(Specs.Of(App("api", Ready("db")), App("late", Ready("db")) with { AutoStart = false }, Db)).Begin();
        world.Clear().Exit("db/0", 1);
        Assert.Equal(["db/0"], Spawned(world));
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        world.Send("late/0", new WorkerEvent.Start());
        Assert.Equal(Phase.Held, world.PhaseOf("late/0"));
        world.Clear().Exit("api/0", 1);
        Assert.Equal(["api/0"], Spawned(world));
        world.After(1000);
        Assert.Equal(["late/0"], Spawned(world));
    }

    [Fact]
    public void DependencyThatEndedByPlan_IsAsGoodAsReady()
    {
        var world = new World(Specs.Of(App("api", Ready("job"), Completed("job2")), App("job") with { AutoRestart = false }, App("job2") with { AutoRestart = false })).Begin();
        world.Exit("job/0", 0).Clear().Exit("job2/0", 0);
        Assert.Equal(["api/0"], Spawned(world));
    }

    [Fact]
    public void FailedDependency_TakesThoseThatWaitForIt_Along()
    {
        var db = Db with { AutoRestart = false };
        var world = new World(Specs.Of(App("worker", Ready("api")), App("api", Completed("db")), db, App("other"))).Begin().Clear();
        world.Exit("db/0", 3);
        Assert.Equal((Phase.Failed, Phase.Failed), (world.PhaseOf("api/0"), world.PhaseOf("worker/0")));
        Assert.Equal(["not started: db/0 has failed (code 3), and api depends on it", "not started: api/0 has failed (code 3), and worker depends on it"],
            Said(world, EventName.WorkerFailed).Skip(1));
        Assert.Null(world.ExitCode);
        Assert.False(world.Supervisor.IsReady);
        world.Send("other/0", new WorkerEvent.Stop()).Exit("other/0", 0);
        Assert.Equal(3, world.ExitCode);
    }

    [Fact]
    public void FailedDependency_GivesItsCode_ToAnEssentialAppThatWaitedForIt()
    {
        var world = new World(Specs.Of(App("api", Completed("db")) with { Essential = true }, Db with { AutoRestart = false }, App("other"))).Begin();
        world.Exit("db/0", 42).Exit("other/0", 0);
        Assert.Equal(42, world.ExitCode);
    }

    [Fact]
    public void FailedTask_EndsTheContainer_WithItsCode()
    {
        var world = new World(Specs.Of(App("api", Completed("migrate")), App("other"), Migrate)).Begin();
        world.Clear().Exit("migrate/0", 5);
        Assert.Equal(["shutdown: task migrate has failed"], Said(world, EventName.ShutdownStarted));
        Assert.Empty(world.Effects.OfType<Effect.Spawn>());
        world.Exit("other/0", 0);
        Assert.Equal(5, world.ExitCode);
    }

    [Fact]
    public void FailedTask_LeavesTheOthersAlone_WhenItIsNotEssential()
    {
        var world = new World(Specs.Of(App("other"), Migrate with { EssentialOnFailure = false })).Begin().Exit("migrate/0", 5);
        Assert.Equal((false, true), (world.Supervisor.IsShuttingDown, world.Supervisor.IsReady));
    }

    [Fact]
    public void Task_IsNoPartOfReadiness_AndItsSuccessIsAPlan()
    {
        var world = new World(Specs.Of(App("api"), Migrate with { Process = ProcessSettings.None with { NoNewPrivs = true } })).Begin();
        Assert.Equal(Phase.Starting, world.PhaseOf("migrate/0"));
        Assert.True(world.Supervisor.IsReady);
        world.Exit("migrate/0", 0);
        Assert.False(world.Supervisor.IsShuttingDown);
        world.After(60_000);
        Assert.Equal(Phase.Down, world.PhaseOf("migrate/0"));
    }

    [Fact]
    public void Task_IsTriedAgain_OnlyWithAutorestart_AndOnlySoOften()
    {
        var world = new World(Specs.Of(Migrate with { AutoRestart = true, MaxRestarts = 2 }, App("api", Completed("migrate")))).Begin();
        for (var run = 0; run < 2; run++)
        {
            world.After(5000).Exit("migrate/0", 1).After(200);
            Assert.Equal(Phase.Held, world.PhaseOf("api/0"));
        }

        world.After(5000).Clear().Exit("migrate/0", 9);
        Assert.Contains("gave up after 3 failed runs", Said(world, EventName.WorkerFailed)[0], StringComparison.Ordinal);
        Assert.Equal(9, world.ExitCode);
    }

    [Fact]
    public void Task_ThatSucceedsAtLast_ReleasesTheOthers()
    {
        var world = new World(Specs.Of(Migrate with { AutoRestart = true }, App("api", Completed("migrate")))).Begin().Exit("migrate/0", 1).Clear();
        world.Exit("migrate/0", 0);
        Assert.Equal(["api/0"], Spawned(world));
        Assert.Equal(Phase.Ready, world.After(60_000).PhaseOf("api/0"));
    }

    [Fact]
    public void Autostart_False_StaysDown_AndNeitherHoldsTheContainerNorItsReadiness()
    {
        var world = new World(Specs.Of(App("api"), App("tool") with { AutoStart = false })).Begin();
        Assert.Equal(Phase.Down, world.PhaseOf("tool/0"));
        Assert.True(world.Supervisor.IsReady);
        world.Send("tool/0", new WorkerEvent.Start());
        Assert.Equal(Phase.Ready, world.PhaseOf("tool/0"));
        world.Exit("tool/0", 1);
        Assert.False(world.Supervisor.IsReady);
        world.After(2000).Send("tool/0", new WorkerEvent.Stop()).Exit("tool/0", 0);
        Assert.True(world.Supervisor.IsReady);

        Assert.Equal(0, new World(Specs.Of(App("tool") with { AutoStart = false })).Begin().ExitCode);
    }

    [Fact]
    public void StoppedDependency_IsWaitedFor_UntilSomebodyStartsIt()
    {
        var world = new World(Specs.Of(App("api", Ready("db")), Db with { AutoStart = false })).Begin();
        Assert.Empty(Spawned(world));
        Assert.Null(world.ExitCode);
        world.Send("api/0", new WorkerEvent.Restart());
        Assert.Empty(Spawned(world));
        world.Send("db/0", new WorkerEvent.Start());
        Assert.Equal(["db/0", "api/0"], Spawned(world));
    }

    [Fact]
    public void HeldWorker_CanBeStopped_AndIsGoneAtShutdown()
    {
        var world = new World(Specs.Of(App("api", Ready("db")), App("b", Ready("db")), Db with { AutoStart = false })).Begin();
        world.Send("b/0", new WorkerEvent.Stop());
        Assert.Equal(Phase.Down, world.PhaseOf("b/0"));
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void OperatorCanStart_WhatFailedWithItsDependency()
    {
        var world = new World(Specs.Of(App("api", Completed("db")), Db with { AutoRestart = false }, App("other"))).Begin().Exit("db/0", 1);
        world.Clear().Send("api/0", new WorkerEvent.Start());
        Assert.Equal(Phase.Failed, world.PhaseOf("api/0"));
        world.Send("db/0", new WorkerEvent.Start()).Send("api/0", new WorkerEvent.Start());
        Assert.Equal(Phase.Held, world.PhaseOf("api/0"));
        world.Clear().Exit("db/0", 0);
        Assert.Equal(["api/0"], Spawned(world));
    }

    [Fact]
    public void Reconfigure_HoldsWhatIsNew_WhateverItsPlaceInTheFile()
    {
        var world = new World(Specs.Of(App("other"))).Begin().Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(App("api", Completed("migrate")), Migrate, App("other"))));
        Assert.Equal(["migrate/0"], Spawned(world));
        world.Exit("migrate/0", 0);
        Assert.Equal(["api/0"], Spawned(world));
    }

    [Fact]
    public void Reconfigure_ReleasesWhatNeedNotWaitAnyMore()
    {
        var world = new World(Specs.Of(App("api", Ready("db")), Db with { AutoStart = false })).Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(App("api"), Db with { AutoStart = false })));
        Assert.Equal(["api/0"], Spawned(world));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(App("api"), Db)));
        Assert.Equal(["db/0"], Spawned(world));
    }

    [Fact]
    public void Reconfigure_GivesAnotherChance_ToWhatFailedWithItsDependency()
    {
        var db = Db with { AutoRestart = false };
        var world = new World(Specs.Of(App("worker", Ready("api")), App("api", Completed("db")), db, App("other"))).Begin().Exit("db/0", 1).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(App("worker", Ready("api")), App("api", Completed("db")), db, App("other"))));
        Assert.Empty(Said(world, EventName.WorkerFailed));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(App("worker", Ready("api")), App("api", Completed("db")), db with { Cwd = "/" }, App("other"))));
        Assert.Equal(["db/0"], Spawned(world));
        world.Exit("db/0", 0);
        Assert.Equal(["api/0", "worker/0"], Spawned(world));
    }

    [Fact]
    public void AThousandApps_StartInAChain_AndStopInReverse()
    {
        var apps = Enumerable.Range(0, 1000).Select(i => i == 0 ? App("a0") : App($"a{i}", Ready($"a{i - 1}"))).Reverse().ToArray();
        var world = new World(Specs.Of(apps)).Begin();
        Assert.True(world.Supervisor.IsReady);
        world.Signal(Signal.Term);
        for (var i = 999; i >= 0; i--)
        {
            Assert.Equal([$"a{i}/0"], world.Take<Effect.SignalLeader>().Select(signal => signal.Worker.ToString()));
            world.Exit($"a{i}/0", 0);
        }

        Assert.Equal(0, world.ExitCode);
    }
}
