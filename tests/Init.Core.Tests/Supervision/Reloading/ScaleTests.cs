using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>More and fewer instances at run time: numbers stay 0 to n-1, the others do not notice.</summary>
public sealed class ScaleTests
{
    static readonly AppSpec Api = Specs.Named("api", 2);

    static World Running(params AppSpec[] apps) => new World(Specs.Of(apps)).Begin().Clear();

    static string Workers(World world) => string.Join(" ", world.Supervisor.Snapshot().Workers.Select(w => $"{w.Worker}:{w.Phase}"));

    [Fact]
    public void Up_StartsTheNewOnesOnly()
    {
        var world = Running(Api, Specs.Named("db"));
        world.Step(new SupervisorEvent.Scale("api", 4));
        Assert.Equal("api/0:Ready api/1:Ready api/2:Ready api/3:Ready db/0:Ready", Workers(world));
        Assert.Equal(2, world.Take<Effect.Spawn>().Count());
        Assert.Equal(4, world.Supervisor.SpecOf(new WorkerId("api", 0)).Instances);
    }

    [Fact]
    public void Down_StopsTheHighest_AndTheirSlotsGo()
    {
        var world = Running(Specs.Named("api", 4));
        world.Step(new SupervisorEvent.Scale("api", 1));
        Assert.Equal("api/0:Ready api/1:Draining api/2:Draining api/3:Draining", Workers(world));
        world.Exit("api/1", 0).Exit("api/2", 0).Exit("api/3", 0);
        Assert.Equal("api/0:Ready", Workers(world));
    }

    [Fact]
    public void DownAndUpAgain_KeepsTheSlot_WhileItDrains()
    {
        var world = Running(Api);
        world.Step(new SupervisorEvent.Scale("api", 1)).Step(new SupervisorEvent.Scale("api", 2));
        Assert.Equal("api/0:Ready api/1:Draining", Workers(world));
        Assert.Equal("api/0:Ready api/1:Ready", Workers(world.Exit("api/1", 0)));
        Assert.Equal([0, 1], world.Supervisor.Snapshot().Workers.Select(w => w.Id));
    }

    [Fact]
    public void Nothing_Happens_ForAnUnknownAppOrDuringAShutdown()
    {
        var world = Running(Api);
        world.Step(new SupervisorEvent.Scale("oops", 4));
        Assert.Empty(world.Effects);
        world.Signal(Signal.Term).Clear().Step(new SupervisorEvent.Scale("api", 5));
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void File_SetsItBack_WhenItIsReadAgain()
    {
        var world = Running(Api);
        world.Step(new SupervisorEvent.Scale("api", 3)).Clear().Step(new SupervisorEvent.Reconfigure(Specs.Of(Api)));
        Assert.Equal("api/0:Ready api/1:Ready api/2:Draining", Workers(world));
        Assert.Contains(world.Effects.OfType<Effect.Report>(), report => report.Event.Name == EventName.ConfigApplied && report.Event.Message.EndsWith("api: adjusted (instances)", StringComparison.Ordinal));
    }

    [Fact]
    public void NewOnes_WaitForTheirDependencies()
    {
        var db = Specs.Named("db") with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) };
        var world = Running(db, Api with { DependsOn = [new Dependency("db", DependencyCondition.Ready)] });
        world.Step(new SupervisorEvent.Scale("api", 3));
        Assert.Equal("db/0:Starting api/0:Held api/1:Held api/2:Held", Workers(world));
        world.Send("db/0", new WorkerEvent.ReadyReceived(1));
        Assert.Equal("db/0:Ready api/0:Ready api/1:Ready api/2:Ready", Workers(world));
    }

    [Fact]
    public void Reset_ForgetsCounts()
    {
        var world = Running(Specs.Named("api") with { MaxRestarts = 5 });
        world.Exit("api/0", 1);
        var before = world.Supervisor.Snapshot().Workers[0];
        Assert.Equal((1, 1), (before.Restarts, before.UnstableExits));
        world.Send("api/0", new WorkerEvent.Reset());
        var after = world.Supervisor.Snapshot().Workers[0];
        Assert.Equal((0, 0), (after.Restarts, after.UnstableExits));
        Assert.Equal(before.Pid, after.Pid);
    }
}
