using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>A program that goes into the background and names its main process (MAINPID): from the end of the first on, all that concerns the worker concerns the other.</summary>
public sealed class MainPidTests
{
    static readonly AppSpec Daemon = Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), ListenTimeout = Specs.Ms(3000), MaxRestarts = 1 };

    static World Moved(bool isReady)
    {
        var world = new World(Specs.Of(Daemon, Specs.Named("other"))).Begin();
        if (isReady)
        {
            world.Send("api/0", new WorkerEvent.ReadyReceived(1));
        }

        return world.Move(world.PidOf("api/0")).Clear();
    }

    static string Wishes(World world) => string.Join(", ", world.Take<Effect>().Where(e => e is not Effect.Report).Select(EffectText.Of));

    [Fact]
    public void NewMain_IsStopped_Killed_AndItsLeftoversGo()
    {
        var world = Moved(isReady: true);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.Equal("signal 103 SIGTERM", Wishes(world.Send("api/0", new WorkerEvent.Stop())));
        Assert.Equal("kill_tree 103", Wishes(world.After(8000)));
        Assert.Equal("kill_leftovers 103", Wishes(world.Die("api/0", 9)));
        Assert.Equal(Phase.Down, world.PhaseOf("api/0"));
    }

    [Fact]
    public void NewMain_ThatMovesInItsStop_IsAskedAgain()
    {
        var world = Moved(isReady: true).Send("api/0", new WorkerEvent.Stop()).Clear();
        Assert.Equal("signal 104 SIGTERM", Wishes(world.Move(103)));
        Assert.Equal("kill_leftovers 104", Wishes(world.Exit("api/0", 0)));
    }

    [Fact]
    public void EndOfTheNewMain_IsTheWorkers_AndCountsFromTheFirstStart()
    {
        var world = Moved(isReady: true).After(1200);
        Assert.Equal("kill_leftovers 103, spawn #2", Wishes(world.Exit("api/0", 1)));
        Assert.Equal(0, world.Supervisor.Snapshot().Workers[0].State.UnstableExits);
    }

    [Fact]
    public void NewMain_HasTheTimeOfTheStart_ToBecomeReady()
    {
        var world = Moved(isReady: false).After(2999);
        Assert.Equal("", Wishes(world));
        Assert.Equal("signal 103 SIGTERM", Wishes(world.After(1)));
    }
}
