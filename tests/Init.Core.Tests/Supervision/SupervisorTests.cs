using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of the whole: starting, readiness, deadlines, signals. Those of its end are in SupervisorShutdownTests.</summary>
public class SupervisorTests
{
    [Fact]
    public void Begin_SpawnsAllInstances_InFileOrder()
    {
        var world = new World(Specs.Of(Specs.Named("b", 2), Specs.Named("a"))).HoldSpawns().Begin();
        Assert.Equal([new WorkerId("b", 0), new WorkerId("b", 1), new WorkerId("a", 0)], world.Take<Effect.Spawn>().Select(spawn => spawn.Worker));
    }

    [Fact]
    public void Begin_WaitsForTheDelay_AndThenStartsOnce()
    {
        var world = new World(Specs.Of(Specs.Api) with { Settings = new GlobalSettings { StartDelay = Specs.Ms(5000) } }).Begin();
        Assert.Equal(world.Now + Specs.Ms(5000), world.Supervisor.NextDeadline);
        world.After(4999);
        Assert.Empty(world.Take<Effect.Spawn>());
        Assert.False(world.Supervisor.IsReady);
        world.After(1);
        Assert.Single(world.Take<Effect.Spawn>());
        Assert.True(world.Supervisor.IsReady);
        world.After(60_000);
        Assert.Empty(world.Take<Effect.Spawn>());
    }

    [Fact]
    public void Snapshot_NumbersWorkersInFileOrder()
    {
        var world = new World(Specs.Of(Specs.Named("b", 2), Specs.Named("a"))).Begin();
        world.Exit("b/1", 1);
        var snapshot = world.Supervisor.Snapshot();
        Assert.Equal(["0 b/0 Ready", "1 b/1 Starting", "2 a/0 Ready"], snapshot.Workers.Select(w => $"{w.Id} {w.Worker} {w.Phase}"));

        var crashed = snapshot.Workers[1];
        Assert.Equal((Goal.Up, world.PidOf("b/1"), 1, 1), (crashed.Goal, crashed.Pid, crashed.Restarts, crashed.UnstableExits));
        Assert.Equal((ExitStatus.Exited(1), world.Now, "b"), (crashed.LastExit, crashed.StartedAt, crashed.Spec.Name));
        Assert.False(snapshot.IsReady);
        Assert.False(snapshot.IsShuttingDown);
        Assert.Same(crashed.Spec, world.Supervisor.SpecOf(new WorkerId("b", 1)));
    }

    [Fact]
    public void Ready_NeedsEveryInstance_ExceptThoseThatEndedByPlan()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2), Specs.Named("job") with { AutoRestart = false }));
        Assert.False(world.Supervisor.IsReady);
        world.Begin();
        Assert.True(world.Supervisor.IsReady);
        world.Exit("job/0", 0);
        Assert.True(world.Supervisor.IsReady);
        world.Exit("api/1", 1);
        Assert.False(world.Supervisor.IsReady);
        world.After(1000);
        Assert.True(world.Supervisor.IsReady);
        world.Send("api/1", new WorkerEvent.Stop()).Exit("api/1", 0);
        Assert.False(world.Supervisor.IsReady);
        world.Send("api/1", new WorkerEvent.Start());
        Assert.True(world.Supervisor.IsReady);
        world.Signal(Signal.Term);
        Assert.False(world.Supervisor.IsReady);
    }

    [Fact]
    public void Ready_IsLost_WhenAWorkerIsGivenUp()
    {
        var world = new World(Specs.Of(Specs.Named("api"), Specs.Named("job") with { AutoRestart = false })).Begin();
        world.Exit("job/0", 1);
        Assert.False(world.Supervisor.IsReady);
    }

    [Fact]
    public void NextDeadline_IsTheEarliestOfAll()
    {
        var world = new World(Specs.Of(
            Specs.Named("slow") with { RestartDelay = Specs.Ms(5000) },
            Specs.Named("fast") with { RestartDelay = Specs.Ms(200) })).Begin();
        Assert.Equal(Instant.Never, world.Supervisor.NextDeadline);
        world.Exit("slow/0", 1);
        Assert.Equal(world.Now + Specs.Ms(5000), world.Supervisor.NextDeadline);
        world.Exit("fast/0", 1);
        Assert.Equal(world.Now + Specs.Ms(200), world.Supervisor.NextDeadline);
        world.After(200);
        Assert.Equal(Phase.Starting, world.PhaseOf("fast/0"));
        Assert.Equal(world.Now + Specs.Ms(1000), world.Supervisor.NextDeadline);
    }

    [Fact]
    public void Tick_FiresEveryDeadlineThatIsDue_AndNoOther()
    {
        var world = new World(Specs.Of(Specs.Named("api", 3) with { RestartDelay = Specs.Ms(300) })).Begin();
        world.Exit("api/0", 1).Exit("api/2", 1).Clear();
        world.Step(new SupervisorEvent.Tick());
        Assert.Empty(world.Take<Effect>());
        world.After(300);
        Assert.Equal([0, 2], world.Take<Effect.Spawn>().Select(spawn => spawn.Worker.Index));
    }

    [Fact]
    public void Signal_IsForwardedToEveryProcess_AndSaidOnce()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2), Specs.Named("slow") with { RestartDelay = Specs.Ms(300) })).Begin();
        world.Exit("slow/0", 1).Clear();
        world.Signal(Signal.Usr1);
        Assert.Equal(["signal 101 SIGUSR1", "signal 102 SIGUSR1"], world.Effects.OfType<Effect.SignalLeader>().Select(EffectText.Of));
        var said = Assert.Single(world.Effects.OfType<Effect.Report>()).Event;
        Assert.Equal((EventName.SignalForwarded, LogLevel.Debug), (said.Name, said.Level));
        Assert.Equal(new LogField("count", 2), said.Fields[1]);
    }

    [Theory]
    [InlineData(20, "pminit alone")]
    [InlineData(21, "pminit alone")]
    [InlineData(22, "pminit alone")]
    [InlineData(11, "pminit alone")]
    public void Signal_IsIgnoredAndSaid_WhenItHasNoMeaningForWorkers(int number, string message)
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Clear();
        world.Signal(new Signal(number));
        var said = Assert.IsType<Effect.Report>(Assert.Single(world.Effects)).Event;
        Assert.Equal(EventName.SignalIgnored, said.Name);
        Assert.Equal(number is 1 or 12 ? LogLevel.Warn : LogLevel.Debug, said.Level);
        Assert.Contains(message, said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_IsReported_WhenItsWorkerIsUnknown()
    {
        var world = new World(Specs.Of(Specs.Api)).Begin().Clear();
        world.Send("ghost/0", new WorkerEvent.Stop());
        Assert.Equal("say internal_error(Error)", EffectText.Of(world.Effects));
    }

    [Fact]
    public void AThousandWorkers_StartAndStop()
    {
        var world = new World(Specs.Of(Specs.Named("api", 1000))).Begin();
        Assert.True(world.Supervisor.IsReady);
        world.Signal(Signal.Term);
        Assert.Equal(1000, world.Effects.OfType<Effect.SignalLeader>().Count());
        for (var i = 0; i < 1000; i++)
        {
            world.Exit($"api/{i}", 0);
        }

        Assert.Equal(0, world.ExitCode);
    }
}
