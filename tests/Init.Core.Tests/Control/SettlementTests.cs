using Init.Core.Control;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Control;

/// <summary>When a verb has its answer, and which.</summary>
public sealed class SettlementTests
{
    static readonly AppSpec Slow = Specs.Named("api") with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), RestartDelay = Specs.Ms(500) };

    static readonly WorkerId Id = new("api", 0);

    static (World World, Func<VerbOutcome?> Look) Ask(AppSpec spec, WorkerEvent e, Wanted wanted, Action<World>? before = null)
    {
        var world = new World(Specs.Of(spec, Specs.Named("other"))).Begin();
        before?.Invoke(world);
        var settlement = new Settlement();
        settlement.Add(Id, wanted, world.Supervisor.Snapshot().Workers[0].State.Incarnation);
        world.Send("api/0", e);
        return (world, () => settlement.Look(world.Supervisor.Snapshot()));
    }

    static World Ready(World world) => world.Send("api/0", new WorkerEvent.ReadyReceived(world.Supervisor.Snapshot().Workers[0].State.Incarnation));

    [Fact]
    public void Stop_IsSettled_WhenTheProcessHasGone()
    {
        var (world, look) = Ask(Slow, new WorkerEvent.Stop(), Wanted.Down, before: w => Ready(w));
        Assert.Null(look());
        world.Exit("api/0", 0);
        Assert.Equal(new VerbOutcome(0, "api/0 stopped\n"), look());
    }

    [Fact]
    public void Stop_HasFailed_WhenSomebodyStartsItAgain()
    {
        var (world, look) = Ask(Slow, new WorkerEvent.Stop(), Wanted.Down, before: w => Ready(w));
        world.Send("api/0", new WorkerEvent.Start());
        Assert.Equal(1, look()!.Code);
    }

    [Fact]
    public void Restart_IsSettled_WhenTheSuccessorIsReady()
    {
        var (world, look) = Ask(Slow, new WorkerEvent.Restart(), Wanted.Fresh, before: w => Ready(w));
        Assert.Null(look());
        world.Exit("api/0", 0);
        Assert.Null(look());
        Ready(world);
        Assert.Equal(new VerbOutcome(0, $"api/0 online pid {world.PidOf("api/0")}\n"), look());
    }

    [Fact]
    public void Restart_HasFailed_WhenTheSuccessorCrashes()
    {
        var (world, look) = Ask(Slow, new WorkerEvent.Restart(), Wanted.Fresh, before: w => Ready(w));
        world.Exit("api/0", 0).Exit("api/0", 3);
        Assert.Equal(new VerbOutcome(1, "api/0 waiting restart: it ended with code 3 before it was ready\n"), look());
    }

    [Fact]
    public void Restart_HasFailed_WhenSomebodyStopsIt()
    {
        var (world, look) = Ask(Slow, new WorkerEvent.Restart(), Wanted.Fresh, before: w => Ready(w));
        world.Send("api/0", new WorkerEvent.Stop()).Exit("api/0", 0);
        Assert.Equal(new VerbOutcome(1, "api/0 stopped: somebody stopped it meanwhile\n"), look());
    }

    [Fact]
    public void Start_OfAReadyOne_IsSettledAtOnce()
    {
        var (_, look) = Ask(Slow, new WorkerEvent.Start(), Wanted.Up, before: w => Ready(w));
        Assert.Equal(0, look()!.Code);
    }

    [Fact]
    public void Start_IsAnswered_WhenADependencyIsStopped()
    {
        var world = new World(Specs.Of(Specs.Named("api") with { AutoStart = false, DependsOn = [new Dependency("db", DependencyCondition.Ready)] }, Specs.Named("db"), Specs.Named("other"))).Begin();
        world.Send("db/0", new WorkerEvent.Stop());
        var settlement = new Settlement();
        settlement.Add(Id, Wanted.Up, 0);
        world.Send("api/0", new WorkerEvent.Start());
        Assert.Null(settlement.Look(world.Supervisor.Snapshot())); // it is still ending, and may be started again
        world.Exit("db/0", 0);
        Assert.Equal(new VerbOutcome(1, "api/0 launching: it waits for db, which is stopped; start that too (pminit start db)\n"), settlement.Look(world.Supervisor.Snapshot()));
    }

    [Fact]
    public void Start_OfATask_IsSettled_WhenItIsDone()
    {
        var (world, look) = Ask(Specs.Named("api") with { IsTask = true, AutoStart = false }, new WorkerEvent.Start(), Wanted.Up);
        Assert.Equal(0, look()!.Code); // it runs
        var (other, lookLater) = Ask(Specs.Named("api") with { IsTask = true, AutoRestart = false }, new WorkerEvent.Restart(), Wanted.Fresh, before: w => w.Exit("api/0", 0));
        other.Exit("api/0", 0);
        Assert.Equal("api/0 done with code 0\n", lookLater()!.Text);
        Assert.NotNull(world);
    }

    [Fact]
    public void Answer_NamesEveryWorker_AndFailsWhenOneDoes()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2))).Begin();
        var settlement = new Settlement();
        settlement.Add(new WorkerId("api", 0), Wanted.Up, 1);
        settlement.Add(new WorkerId("api", 1), Wanted.Up, 1);
        world.Send("api/1", new WorkerEvent.Stop()).Exit("api/1", 0);
        Assert.Equal(new VerbOutcome(1, $"api/0 online pid {world.PidOf("api/0")}\napi/1 stopped: somebody stopped it meanwhile\n"), settlement.Look(world.Supervisor.Snapshot()));
    }

    [Fact]
    public void Gone_IsSettled_WhenTheSlotHasGone()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2))).Begin();
        var settlement = new Settlement();
        settlement.Add(new WorkerId("api", 1), Wanted.Gone, 1);
        world.Step(new SupervisorEvent.Scale("api", 1));
        Assert.Null(settlement.Look(world.Supervisor.Snapshot()));
        world.Exit("api/1", 0);
        Assert.Equal(new VerbOutcome(0, "api/1 removed\n"), settlement.Look(world.Supervisor.Snapshot()));
    }
}
