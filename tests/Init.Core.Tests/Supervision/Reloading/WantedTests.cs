using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Whether a process of an app is to live: else the sockets of its cluster go with the last who listens.</summary>
public sealed class WantedTests
{
    static readonly AppSpec Api = Specs.Named("api", 2) with { Cluster = ClusterMode.Node };

    static bool IsWanted(World world) => world.Supervisor.IsWanted("api");

    static World Up(AppSpec api) => new World(Specs.Of(api, Specs.Named("other"))).Begin();

    static WorkerState StateOf(World world) => world.Supervisor.Snapshot().Workers[0].State;

    static WorkerId IdOf(string worker) => new(worker.Split('/')[0], worker[^1] - '0');

    static World Operate(World world, Operation what, params string[] workers) => world.Step(new SupervisorEvent.Operate(what, [.. workers.Select(IdOf)]));

    [Fact]
    public void Stop_OfAll_EndsIt_ButNotOfSome()
    {
        var world = Operate(Up(Api), Operation.Stop, "api/0");
        Assert.True(IsWanted(world));
        Assert.False(IsWanted(Operate(world, Operation.Stop, "api/1")));
        Assert.True(IsWanted(Operate(world, Operation.Start, "api/1")));
    }

    [Fact]
    public void Shutdown_EndsIt()
        => Assert.False(IsWanted(Up(Api).Signal(Signal.Term)));

    [Fact]
    public void Restart_DoesNot()
    {
        var world = Operate(Up(Api), Operation.Restart, "api/0", "api/1", "other/0");
        Assert.True(IsWanted(world));
        Assert.True(IsWanted(world.Exit("api/0", 0)));
        Assert.True(IsWanted(world.Exit("api/1", 0)));
    }

    /// <summary>Each of them stops before any starts again.</summary>
    [Fact]
    public void Restart_InOrder_DoesNot_UntilAShutdown()
    {
        var world = new World(Specs.Of(Api, Specs.Named("web") with { DependsOn = [new Dependency("api", DependencyCondition.Started)] })).Begin();
        Operate(world, Operation.Restart, "api/0", "api/1", "web/0");
        Assert.True(IsWanted(world.Exit("web/0", 0)));
        Assert.Equal(Goal.Down, StateOf(world).Goal);
        Assert.False(IsWanted(world.Signal(Signal.Term)));
    }

    [Fact]
    public void Crash_EndsIt_WhenItIsGivenUp()
    {
        var world = Up(Api with { Instances = 1, MaxRestarts = 1, MinUptime = Specs.Ms(1000), RestartDelay = Specs.Ms(100) });
        for (var crash = 0; StateOf(world).Phase != Phase.Failed; crash++)
        {
            Assert.InRange(crash, 0, 9);
            Assert.True(IsWanted(world));
            world.Exit("api/0", 1);
            Assert.Equal(StateOf(world).Phase != Phase.Failed, IsWanted(world));
            world.After(100);
        }

        Assert.False(IsWanted(world));
    }

    [Fact]
    public void AppThatTheFileHasNoMore_Ends_ButNotWhenItIsScaled()
    {
        var world = Up(Api);
        world.Step(new SupervisorEvent.Scale("api", 1));
        Assert.True(IsWanted(world));
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("other"))));
        Assert.False(IsWanted(world));
        Assert.Equal(3, world.Alive.Count);
    }

    /// <summary>What a steady app does not use is closed; a crash loop is none.</summary>
    [Fact]
    public void Steady_IsWhatIsUp_WhileNothingStartsOrEnds()
    {
        var world = Up(Api with { RestartDelay = Specs.Ms(100) });
        Assert.True(world.Supervisor.IsSteady("api"));
        Assert.False(world.Supervisor.IsSteady("another"));
        world.Exit("api/1", 1);
        Assert.False(world.Supervisor.IsSteady("api")); // waits
        world.After(2000);
        Assert.True(world.Supervisor.IsSteady("api"));
        Operate(world, Operation.Stop, "api/1");
        Assert.False(world.Supervisor.IsSteady("api"));
        Assert.True(world.Exit("api/1", 0).Supervisor.IsSteady("api")); // the other one
        Operate(world, Operation.Restart, "api/0");
        Assert.False(world.Supervisor.IsSteady("api"));
        Assert.True(world.Exit("api/0", 0).Supervisor.IsSteady("api"));
        Operate(world, Operation.Stop, "api/0");
        Assert.False(world.Exit("api/0", 0).Supervisor.IsSteady("api"));
    }

    [Fact]
    public void Steady_IsNotWhatIsBeingReplaced()
    {
        var world = Up(Api with { Instances = 1, ReadyWhen = new ReadyWhen(ReadyKind.Listening) });
        Assert.False(world.Supervisor.IsSteady("api"));
        world.Send("api/0", new WorkerEvent.ReadyReceived(1));
        Assert.True(world.Supervisor.IsSteady("api"));
        world.Step(new SupervisorEvent.Reload([IdOf("api/0")]));
        Assert.False(world.Supervisor.IsSteady("api"));
    }
}
