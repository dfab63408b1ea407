using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Readiness that has to be said, what follows when it is not, the watchdog, and a stop that the process begins itself.</summary>
public class ReadinessTests
{
    static readonly AppSpec Sayer = Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Message), ListenTimeout = Specs.Ms(3000), MaxRestarts = 2 };

    static readonly AppSpec Watched = Specs.Api with { Watchdog = Specs.Ms(2000) };

    [Fact]
    public void Worker_IsReady_WhenItSaysSo()
    {
        var story = Scenario.Of(Sayer).Start().After(2999).In(Phase.Starting, Goal.Up).Ready().In(Phase.Ready, Goal.Up).After(100_000).In(Phase.Ready, Goal.Up);
        Assert.Equal(0, story.Count(EventName.WorkerNotReady));
    }

    [Fact]
    public void Start_HasFailed_WhenNothingIsSaidInTime()
    {
        var story = Scenario.Of(Sayer).Start().After(3000).In(Phase.Draining, Goal.Up);
        Assert.Equal(Reason.NotReady, story.State.Reason);
        Assert.Equal(1, story.Count(EventName.WorkerNotReady));
        story.Exits(0).In(Phase.Starting, Goal.Up);
        Assert.Equal(1, story.State.UnstableExits);
    }

    [Theory]
    [InlineData("server.js", false)]
    [InlineData("npm", true)]
    public void FailedStart_NamesThePackageManager_ThatKeepsTheChannel(string program, bool expected)
    {
        var story = Scenario.Of(Sayer with { Command = new CommandSpec { Program = program } }).Start().After(3000);
        var message = story.Said(EventName.WorkerNotReady).Message;
        Assert.Contains("process.send('ready')", message, StringComparison.Ordinal);
        Assert.Equal(expected, message.Contains("(the program is npm, which does not pass the channel on to the app: run the app's script with node)", StringComparison.Ordinal));
    }

    [Fact]
    public void StopByMessage_SaysSo_AndIsFollowedByTheKill()
    {
        var story = Scenario.Of(Specs.Api with { ShutdownWithMessage = true }).Start().After(5000).Stop();
        Assert.Equal("stopping with message shutdown kill_timeout_ms=8000", story.Said(EventName.WorkerStopping).Message);
        story.After(8000).In(Phase.Killing, Goal.Down);
        Assert.Contains("still running after the message shutdown", story.Said(EventName.WorkerKilled).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailedStarts_AreGivenUp_HoweverLongTheyRan()
    {
        var story = Scenario.Of(Sayer).Start();
        for (var i = 0; i < 3; i++)
        {
            story.After(3000).Exits(0).After(200);
        }

        story.In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void ExitsBeforeReadiness_AreGivenUp_HoweverLongTheyRan()
    {
        var story = Scenario.Of(Sayer).Start();
        for (var i = 0; i < 3; i++)
        {
            story.In(Phase.Starting, Goal.Up).After(1100).Exits(0).After(200);
        }

        story.In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void StopBeforeReadiness_IsAFailedStartToo()
    {
        var story = Scenario.Of(Sayer).Start().After(1100);
        story.Step(new WorkerEvent.StoppingItself(story.State.Incarnation)).Exits(0);
        Assert.Equal(1, story.State.UnstableExits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ExitBeforeReadiness_IsStable_WhereNobodySaysIt(bool isAssumed)
    {
        var readyWhen = isAssumed ? new ReadyWhen(ReadyKind.Listening) { IsAssumed = true } : new ReadyWhen(ReadyKind.Uptime) { Time = Specs.Ms(5000) };
        var story = Scenario.Of(Sayer with { ReadyWhen = readyWhen }).Start().After(1100).In(Phase.Starting, Goal.Up).Exits(0);
        Assert.Equal(0, story.State.UnstableExits);
    }

    [Fact]
    public void ExitBeforeReadiness_ByPlan_IsNoFailure() =>
        Scenario.Of(Sayer with { StopExitCodes = [0] }).Start().After(1100).Exits(0).In(Phase.Down, Goal.Down);

    [Fact]
    public void ExitAfterReadiness_IsStable()
    {
        var story = Scenario.Of(Sayer).Start().Ready().After(1100).Exits(1);
        Assert.Equal(0, story.State.UnstableExits);
    }

    [Fact]
    public void FailedStart_IsTheEnd_WithoutAutorestart() =>
        Scenario.Of(Sayer with { AutoRestart = false }).Start().After(3000).Exits(0).In(Phase.Failed, Goal.Up);

    [Fact]
    public void RetiredWorker_IsNotStartedAgain_WhenItsTimeIsOver() =>
        Scenario.Of(Sayer).Start().Step(new WorkerEvent.Retire()).After(5000).In(Phase.Starting, Goal.Down).Exits(0).In(Phase.Down, Goal.Down);

    [Fact]
    public void Extension_MovesTheEndOfAStart_AndNeverForward()
    {
        var story = Scenario.Of(Sayer).Start().After(1000);
        story.Step(new WorkerEvent.Extended(story.State.Incarnation, Specs.Ms(10_000)));
        story.Step(new WorkerEvent.Extended(story.State.Incarnation, Specs.Ms(1)));
        story.After(9999).In(Phase.Starting, Goal.Up).After(1).In(Phase.Draining, Goal.Up);
    }

    [Fact]
    public void Extension_MovesTheKill()
    {
        var story = Scenario.Of(Sayer).Start().Ready().Stop().After(7000);
        story.Step(new WorkerEvent.Extended(story.State.Incarnation, Specs.Ms(5000)));
        story.After(4999).In(Phase.Draining, Goal.Down).After(1).In(Phase.Killing, Goal.Down);
    }

    [Fact]
    public void Uptime_IsReady_AfterItsTime() =>
        Scenario.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Uptime) { Time = Specs.Ms(5000) } })
            .Start().After(4999).In(Phase.Starting, Goal.Up).After(1).In(Phase.Ready, Goal.Up);

    [Fact]
    public void Uptime_IsMinUptime_WhenItSaysNothingElse() =>
        Scenario.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Uptime), MinUptime = Specs.Ms(1500) })
            .Start().After(1499).In(Phase.Starting, Goal.Up).After(1).In(Phase.Ready, Goal.Up);

    [Fact]
    public void FedWorker_LivesOn()
    {
        var story = Scenario.Of(Watched).Start();
        for (var i = 0; i < 10; i++)
        {
            story.After(1999).Step(new WorkerEvent.WatchdogFed(story.State.Incarnation));
        }

        story.In(Phase.Ready, Goal.Up);
    }

    [Fact]
    public void HungWorker_IsReplaced()
    {
        var story = Scenario.Of(Watched).Start().After(2000).In(Phase.Draining, Goal.Up);
        Assert.Equal(Reason.Hung, story.State.Reason);
        story.After(8000).In(Phase.Killing, Goal.Up).Dies(9).In(Phase.Starting, Goal.Up);
    }

    [Fact]
    public void Watchdog_StartsWithReadiness() =>
        Scenario.Of(Sayer with { Watchdog = Specs.Ms(100) }).Start().After(2900).In(Phase.Starting, Goal.Up).Ready().After(99).In(Phase.Ready, Goal.Up).After(1).In(Phase.Draining, Goal.Up);

    [Fact]
    public void Watchdog_CanBeSetByTheWorker_AndEnds()
    {
        var story = Scenario.Of(Watched).Start();
        story.Step(new WorkerEvent.WatchdogSet(story.State.Incarnation, Specs.Ms(10_000))).After(9999).In(Phase.Ready, Goal.Up);
        story.Step(new WorkerEvent.WatchdogSet(story.State.Incarnation, TimeSpan.Zero)).After(100_000).In(Phase.Ready, Goal.Up);
    }

    [Fact]
    public void Trigger_ReplacesTheWorker()
    {
        var story = Scenario.Of(Watched).Start();
        story.Step(new WorkerEvent.WatchdogTriggered(story.State.Incarnation)).In(Phase.Draining, Goal.Up);
        Assert.Equal(Reason.Hung, story.State.Reason);
    }

    [Fact]
    public void WorkerThatStopsItself_IsNotReady_AndItsExitIsItsOwn()
    {
        var story = Scenario.Of(Specs.Api with { StopExitCodes = [0] }).Start().After(5000);
        story.Step(new WorkerEvent.StoppingItself(story.State.Incarnation)).In(Phase.Draining, Goal.Up);
        story.After(100).Exits(0).In(Phase.Down, Goal.Down);
        Assert.True(story.State.EndedByPlan);
    }

    [Fact]
    public void WorkerThatStopsItself_IsKilled_WhenItDoesNotEnd()
    {
        var story = Scenario.Of(Specs.Api).Start().After(5000);
        story.Step(new WorkerEvent.StoppingItself(story.State.Incarnation)).After(8000).In(Phase.Killing, Goal.Up).Dies(9).In(Phase.Starting, Goal.Up);
    }

    [Fact]
    public void WorkerThatStopsItself_IsStillAskedTo_WhenSomebodyWantsItDown()
    {
        var story = Scenario.Of(Specs.Api).Start().After(5000);
        story.Step(new WorkerEvent.StoppingItself(story.State.Incarnation)).Stop().In(Phase.Draining, Goal.Down);
        Assert.Equal(Reason.Asked, story.State.Reason);
        story.Exits(0).In(Phase.Down, Goal.Down);
    }

    [Fact]
    public void Reloading_LastsUntilReady_AndLeavesTheDescription()
    {
        var story = Scenario.Of(Watched).Start();
        story.Step(new WorkerEvent.ReloadingItself(1));
        Assert.Equal("reloading", story.State.Doing);
        story.Step(new WorkerEvent.Described(1, "7 clients"));
        Assert.Equal("reloading: 7 clients", story.State.Doing);
        story.Ready();
        Assert.Equal("7 clients", story.State.Doing);
        story.Step(new WorkerEvent.ReloadingItself(1)).Exits(1);
        Assert.Null(story.State.Doing);
    }

    [Fact]
    public void Description_IsForgotten_WithItsProcess()
    {
        var story = Scenario.Of(Specs.Api).Start();
        story.Step(new WorkerEvent.Described(story.State.Incarnation, "loading"));
        Assert.Equal("loading", story.State.StatusText);
        story.Exits(1);
        Assert.Null(story.State.StatusText);
    }
}
