using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>The kernel kills because memory has run out, or has none to give for a new process.</summary>
public sealed class OutOfMemoryTests
{
    [Fact]
    public void OomKill_IsNamed_AndFollowsThePolicyOfASignal()
    {
        var story = Scenario.Of(Specs.Api with { StopExitCodes = [0, 137] }).Start().After(5000).Then();
        story.Step(new WorkerEvent.Exited(1, ExitStatus.OutOfMemory(512L << 20)));
        var said = story.Said(EventName.WorkerExited);
        Assert.Equal(LogLevel.Warn, said.Level);
        Assert.Equal("killed by the kernel's OOM killer: the container's memory limit is 512.0mb uptime_ms=5000", said.Message);
        Assert.Equal([new("signal", "SIGKILL"), new("uptime_ms", 5000), new("cause", "oom"), new("limit_bytes", 512L << 20)], said.Fields.ToArray());
        story.Expect("kill_leftovers 101", "spawn #2");
        Assert.True(story.State.LastExit is { IsOutOfMemory: true, ShellCode: 137 });
    }

    [Fact]
    public void OomKillWithoutALimit_IsTheMachines()
    {
        var story = Scenario.Of(Specs.Api).Start().Then();
        story.Step(new WorkerEvent.Exited(1, ExitStatus.OutOfMemory(0)));
        Assert.StartsWith("killed by the kernel's OOM killer: the machine's memory has run out", story.Said(EventName.WorkerExited).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OomKillOfOneThatGivesUp_IsNamedAgain()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 0 }).Start().Then();
        story.Step(new WorkerEvent.Exited(1, ExitStatus.OutOfMemory(1)));
        Assert.Contains("the last ended with signal SIGKILL (out of memory)", story.Said(EventName.WorkerFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OomKillWhileItStops_IsNamedToo()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Then();
        story.Step(new WorkerEvent.Exited(1, ExitStatus.OutOfMemory(1))).In(Phase.Down, Goal.Down);
        Assert.Equal(LogLevel.Warn, story.Said(EventName.WorkerExited).Level);
    }

    [Fact]
    public void OurOwnSigkill_IsNotTheKernels()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Hurry().Then();
        story.Step(new WorkerEvent.Exited(1, ExitStatus.OutOfMemory(1)));
        Assert.StartsWith("exited with signal SIGKILL uptime_ms", story.Said(EventName.WorkerExited).Message, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Signalled(9), story.State.LastExit);
        Assert.True(story.State.WasKilled);
    }

    [Fact]
    public void OomKillOfNoWorker_IsTold_AndCounted()
    {
        var world = new World(Specs.Of(Specs.Named("api"))).Begin();
        world.Step(new SupervisorEvent.OomKilled(1, 96L << 20));
        var said = world.Effects.OfType<Effect.Report>().Last().Event;
        Assert.Equal((EventName.OomKill, LogLevel.Warn, null), (said.Name, said.Level, said.Worker));
        Assert.StartsWith("the kernel's OOM killer ended a process of this container, not a worker itself: the container's memory limit is 96.0mb", said.Message, StringComparison.Ordinal);
        Assert.Equal([new("killed", 1), new("limit_bytes", 96L << 20)], said.Fields.ToArray());

        world.Step(new SupervisorEvent.OomKilled(2, 0));
        Assert.StartsWith("the kernel's OOM killer ended 2 processes of this container, not workers themselves: the machine's memory has run out",
            world.Effects.OfType<Effect.Report>().Last().Event.Message, StringComparison.Ordinal);
        Assert.Equal(3, world.Supervisor.OomKillsBesideWorkers);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void NoProcessToBeHad_NamesItsStage_AndIsAskedAgainUntilItIsGivenUp(int errno)
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 2 }).SpawnsFail(SpawnStage.Fork, errno).Start();
        var said = story.Said(EventName.SpawnFailed);
        Assert.Equal([new("stage", "fork"), new("errno", errno), new("detail", "detail")], said.Fields.ToArray());
        story.Expect("spawn #1").In(Phase.Waiting, Goal.Up).After(999).Expect().After(1).Expect("spawn #2").After(1000).Expect("spawn #3").In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void NoProcessToBeHad_IsUpAgain_WhenThereIsOne()
        => Scenario.Of(Specs.Api).SpawnsFail(SpawnStage.Fork, 11).Start().SpawnsSucceed().After(1000).In(Phase.Starting, Goal.Up).After(1000).In(Phase.Ready, Goal.Up);
}
