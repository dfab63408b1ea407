using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of starting and stopping. Those of crashes are in WorkerCrashTests.</summary>
public class WorkerMachineTests
{
    [Fact]
    public void Start_IsReadyAtOnce_WhenTheProgramRuns()
    {
        var story = Scenario.Of(Specs.Api).Start().In(Phase.Ready, Goal.Up);
        Assert.Equal(101, story.Said(EventName.WorkerStarted).Pid);
        Assert.Equal(101, story.Said(EventName.WorkerReady).Pid);
        story.Expect("spawn #1");
        Assert.Equal(story.Now, story.State.StartedAt);
        Assert.False(story.State.Deadline.IsSet);
    }

    [Fact]
    public void Start_DoesNothing_WhenReady() => Scenario.Of(Specs.Api).Start().Then().Start().Expect();

    [Fact]
    public void Stop_AsksThenWaits()
    {
        var story = Scenario.Of(Specs.Api with { KillSignal = Signal.Int }).Start().Then().Stop().In(Phase.Draining, Goal.Down);
        var said = story.Said(EventName.WorkerStopping);
        Assert.Equal([new LogField("signal", "SIGINT"), new LogField("kill_timeout_ms", 8000)], said.Fields.ToArray());
        story.Expect("signal 101 SIGINT").After(7999).Expect();
        story.Exits(0).Expect("kill_leftovers 101").In(Phase.Down, Goal.Down);
        Assert.False(story.State.WasKilled);
        Assert.False(story.State.EndedByPlan);
    }

    [Fact]
    public void Stop_SendsKill_WhenDrainDeadlinePasses()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Then().After(8000).In(Phase.Killing, Goal.Down);
        Assert.Equal(LogLevel.Warn, story.Said(EventName.WorkerKilled).Level);
        story.Expect("kill_tree 101").Dies(9).Expect("kill_leftovers 101").In(Phase.Down, Goal.Down);
        Assert.True(story.State.WasKilled);
    }

    [Fact]
    public void Stop_IsNoKill_WhenTheProcessEndsByItselfJustBefore()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().After(8000).Exits(0).In(Phase.Down, Goal.Down);
        Assert.False(story.State.WasKilled);
    }

    [Fact]
    public void Stop_IgnoresExitCode_WhenAsked()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Then().Exits(1).In(Phase.Down, Goal.Down);
        Assert.Equal(LogLevel.Info, story.Said(EventName.WorkerExited).Level);
        Assert.Equal(0, story.State.UnstableExits);
    }

    [Fact]
    public void Stop_EndsWaitingAndFailed_AtOnce()
    {
        Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(500) }).Start().Exits(1).In(Phase.Waiting, Goal.Up)
            .Then().Stop().In(Phase.Down, Goal.Down).After(10_000).Expect();
        Scenario.Of(Specs.Api with { MaxRestarts = 0 }).Start().Exits(1).In(Phase.Failed, Goal.Up).Then().Stop().In(Phase.Down, Goal.Down).Expect();
    }

    [Fact]
    public void Killing_SaysStuckOnceThenEveryMinute_WhenTheKernelDoesNotEndIt()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().After(8000).Then().After(4999).Expect();
        story.After(1);
        Assert.Contains("uninterruptible", story.Said(EventName.Warning).Message, StringComparison.Ordinal);
        story.Expect("kill_tree 101").After(59_999).Expect().After(1).Expect("kill_tree 101");
        story.After(TimeSpan.FromHours(1).TotalMilliseconds);
        Assert.Equal(62, story.Count(EventName.Warning));
        Assert.Equal(1, story.Count(EventName.WorkerKilled));
    }

    [Fact]
    public void Restart_DrainsThenSpawnsAtOnce()
    {
        var story = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(5000), StopExitCodes = [0] }).Start().Then();
        story.Restart().Expect("signal 101 SIGTERM").In(Phase.Draining, Goal.Up);
        story.Exits(0).Expect("kill_leftovers 101", "spawn #2").In(Phase.Ready, Goal.Up);
        Assert.Equal((1, 0), (story.State.Restarts, story.State.UnstableExits));
    }

    [Fact]
    public void Restart_StartsAnew_WhenWaitingFailedOrDown()
    {
        var waiting = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(5000) }).Start().Exits(1).Then();
        waiting.Restart().Expect("spawn #2").In(Phase.Ready, Goal.Up);
        Assert.Equal(0, waiting.State.UnstableExits);

        var failed = Scenario.Of(Specs.Api with { MaxRestarts = 0 }).Start().Exits(1).Then();
        failed.Restart().Expect("spawn #2").In(Phase.Ready, Goal.Up);
        Assert.Equal(0, failed.State.UnstableExits);

        Scenario.Of(Specs.Api).Restart().Expect("spawn #1").In(Phase.Ready, Goal.Up);
    }

    [Fact]
    public void Mind_MayChange_WhileDraining()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Then();
        story.Start().In(Phase.Draining, Goal.Up).Stop().In(Phase.Draining, Goal.Down).Restart().In(Phase.Draining, Goal.Up);
        story.Expect().Exits(0).Expect("kill_leftovers 101", "spawn #2");

        story.Stop().After(8000).In(Phase.Killing, Goal.Down).Then().Start().In(Phase.Killing, Goal.Up).Dies(9);
        story.Expect("kill_leftovers 102", "spawn #3");
        Assert.False(story.State.WasKilled);
    }

    [Fact]
    public void Hurry_KillsNow_WhenDraining()
    {
        var story = Scenario.Of(Specs.Api).Start().Then().Hurry().Expect();
        story.Stop().Expect("signal 101 SIGTERM").Hurry().Expect("kill_tree 101").In(Phase.Killing, Goal.Down);
        story.Hurry().Expect();
    }

    [Fact]
    public void SendSignal_ReachesTheLeader_WheneverThereIsOne()
    {
        var send = new WorkerEvent.SendSignal(Signal.Usr1);
        var story = Scenario.Of(Specs.Api).Step(send);
        Assert.Equal(LogLevel.Warn, story.Said(EventName.SignalIgnored).Level);
        story.Start().Then().Step(send).Expect("signal 101 SIGUSR1");
        story.Stop().Then().Step(send).Expect("signal 101 SIGUSR1");
        story.Hurry().Then().Step(send).Expect("signal 101 SIGUSR1");
    }

    [Fact]
    public void Stop_IsNotLost_WhenTheSpawnHasNotAnswered()
    {
        var story = Scenario.Of(Specs.Api).HoldSpawns().Start().Then().Restart().In(Phase.Starting, Goal.Up).Stop().In(Phase.Starting, Goal.Down);
        story.Expect().Step(new WorkerEvent.Spawned(1, 77)).Expect("signal 77 SIGTERM").In(Phase.Draining, Goal.Down);

        Scenario.Of(Specs.Api).HoldSpawns().Start().Stop().Then()
            .Step(new WorkerEvent.SpawnFailed(1, SpawnStage.Exec, 13, "not executable")).Expect().In(Phase.Down, Goal.Down);
    }

    /// <summary>An app whose process settings need a stage: it exists before its program does.</summary>
    static readonly AppSpec Staged = Specs.Api with { Process = new ProcessSettings { Umask = 0 } };

    [Fact]
    public void StagedWorker_IsReady_WhenItsProgramRuns()
    {
        var story = Scenario.Of(Staged).Start().In(Phase.Starting, Goal.Up).After(60_000).In(Phase.Starting, Goal.Up);
        story.Step(new WorkerEvent.Executed(1)).In(Phase.Ready, Goal.Up).Step(new WorkerEvent.Executed(1)).In(Phase.Ready, Goal.Up);
        story.Exits(1).In(Phase.Starting, Goal.Up).Step(new WorkerEvent.Executed(2)).In(Phase.Starting, Goal.Up);
        story.After(Staged.MinUptime.TotalMilliseconds).In(Phase.Ready, Goal.Up);
    }

    [Fact]
    public void StagedWorker_CountsAsNotSpawned_WhenItsStageFails()
    {
        var story = Scenario.Of(Staged with { MaxRestarts = 0 }).Start().Then().Step(new WorkerEvent.SpawnFailed(1, SpawnStage.Settings, 1, "uid"));
        story.Expect().In(Phase.Failed, Goal.Up);
        Assert.Equal(0, story.State.Pid);
        Assert.Equal(ExitStatus.Exited(126), story.State.LastExit);
    }

    [Fact]
    public void StagedWorker_CanBeStopped_DuringTheStage()
    {
        var story = Scenario.Of(Staged).Start().Then().Stop().Expect("signal 101 SIGTERM").In(Phase.Draining, Goal.Down);
        story.Step(new WorkerEvent.Executed(1)).In(Phase.Draining, Goal.Down);
        story.Step(new WorkerEvent.SpawnFailed(1, SpawnStage.Exec, 13, "late")).In(Phase.Down, Goal.Down);
    }

    [Fact]
    public void Event_IsDropped_WhenItSpeaksOfAnotherIncarnation()
    {
        var story = Scenario.Of(Specs.Api).Start().Restart().Exits(0).Then();
        var before = story.State;
        foreach (var stale in new[] { 1, 3, 0, -1 })
        {
            story.Step(new WorkerEvent.Exited(stale, ExitStatus.Exited(1)));
            story.Step(new WorkerEvent.Spawned(stale, 5));
            story.Step(new WorkerEvent.SpawnFailed(stale, SpawnStage.Exec, 2, ""));
            story.Step(new WorkerEvent.ReadyReceived(stale));
            story.Step(new WorkerEvent.ProbeFailed(stale));
            story.Step(new WorkerEvent.MemoryOver(stale));
        }

        story.Expect();
        Assert.Equal(before, story.State);
        Assert.Equal(0, story.Count(EventName.InternalError));
    }

    [Fact]
    public void Exit_IsDropped_WhenReportedTwice()
    {
        var story = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(100) }).Start().Exits(1).Then();
        var before = story.State;
        story.Exits(1).Expect();
        Assert.Equal(before, story.State);
    }

    [Fact]
    public void DeadlinePassed_DoesNothing_WhenItComesTooEarly()
    {
        var story = Scenario.Of(Specs.Api).Start().Stop().Then();
        story.Step(new WorkerEvent.DeadlinePassed()).Expect().In(Phase.Draining, Goal.Down);
    }

    [Fact]
    public void KillTimeout_NeverKills_WhenItIsLongerThanTime()
    {
        var story = Scenario.Of(Specs.Api with { KillTimeout = TimeSpan.MaxValue }).Start().Stop().Then();
        story.Step(new WorkerEvent.DeadlinePassed()).Expect().In(Phase.Draining, Goal.Down);
        story.Exits(0).In(Phase.Down, Goal.Down);
    }

    [Theory]
    [InlineData(Phase.Down, "stopped")]
    [InlineData(Phase.Starting, "launching")]
    [InlineData(Phase.Ready, "online")]
    [InlineData(Phase.Draining, "stopping")]
    [InlineData(Phase.Killing, "stopping")]
    [InlineData(Phase.Waiting, "waiting restart")]
    [InlineData(Phase.Failed, "errored")]
    public void StatusWords_ArePm2s(Phase phase, string word) => Assert.Equal(word, StatusWords.Of(phase));
}
