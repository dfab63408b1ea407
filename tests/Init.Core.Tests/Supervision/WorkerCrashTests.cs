using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of exits nobody asked for: restart, wait, give up, done; and the traps of pm2 they must not fall into.</summary>
public class WorkerCrashTests
{
    [Fact]
    public void Crash_IsAnsweredAtOnce_ByDefault()
    {
        var story = Scenario.Of(Specs.Api).Start().After(5000).Then().Exits(1);
        var said = story.Said(EventName.WorkerExited);
        Assert.Equal(LogLevel.Warn, said.Level);
        Assert.Equal([new LogField("code", 1), new LogField("uptime_ms", 5000)], said.Fields.ToArray());
        story.Expect("kill_leftovers 101", "spawn #2");
        Assert.Equal(0, story.State.UnstableExits);
    }

    [Fact]
    public void Crash_SaysTheSignal_WhenOneKilledIt()
    {
        var story = Scenario.Of(Specs.Api).Start().Then().Dies(11);
        Assert.Equal(new LogField("signal", "SIGSEGV"), story.Said(EventName.WorkerExited).Fields[0]);
        Assert.Equal(ExitStatus.Signalled(11), story.State.LastExit);
    }

    [Fact]
    public void Successor_MustProveItself_BeforeItIsReady()
    {
        var story = Scenario.Of(Specs.Api).Start().After(60_000).Exits(1).In(Phase.Starting, Goal.Up);
        story.After(999).In(Phase.Starting, Goal.Up).After(1).In(Phase.Ready, Goal.Up);
        Assert.Equal(2, story.Count(EventName.WorkerReady));
    }

    [Fact]
    public void Successor_IsReady_WhenItSaysSoAndTheOneBeforeLivedLong()
    {
        var story = Scenario.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) })
            .Start().Ready().After(60_000).Exits(1).In(Phase.Starting, Goal.Up).Ready().In(Phase.Ready, Goal.Up);
        Assert.False(story.State.Deadline.IsSet);
    }

    [Fact]
    public void Successor_ProvesItself_WhenItSaysSoAndTheOneBeforeDiedYoung() =>
        Scenario.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) })
            .Start().Ready().After(500).Exits(1).Ready().In(Phase.Starting, Goal.Up).After(990).In(Phase.Starting, Goal.Up).After(10).In(Phase.Ready, Goal.Up);

    [Fact]
    public void Successor_IsReadyAtOnce_WhenThereIsNoMinUptime() =>
        Scenario.Of(Specs.Api with { MinUptime = TimeSpan.Zero }).Start().Exits(1).In(Phase.Ready, Goal.Up);

    [Fact]
    public void CrashLoop_NeverShowsAsReady()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 1000 }).Start();
        for (var i = 0; i < 100; i++)
        {
            story.After(900).Exits(1);
        }

        Assert.Equal(1, story.Count(EventName.WorkerReady));
    }

    [Fact]
    public void CrashLoop_GetsExactlyMaxRestarts_ThenIsGivenUp()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 3 }).Start();
        story.After(10).Exits(1).After(10).Exits(1).After(110).Exits(1).After(100).In(Phase.Starting, Goal.Up);
        story.Then().After(10).Exits(1).In(Phase.Failed, Goal.Up);
        Assert.Equal(3, story.State.Restarts);
        var said = story.Said(EventName.WorkerFailed);
        Assert.Equal(LogLevel.Error, said.Level);
        Assert.Contains("4 unstable runs", said.Message, StringComparison.Ordinal);
        Assert.Contains("max_restarts", said.Message, StringComparison.Ordinal);
        story.Expect("kill_leftovers 104").After(1_000_000).Expect();
    }

    [Fact]
    public void CrashLoop_IsGivenUp_WhenTheAppRanWellBefore()
    {
        // pm2 compares with the time since creation and restarts this one forever without delay.
        var story = Scenario.Of(Specs.Api).Start().After(20_000).Exits(1);
        for (var i = 0; i < 16; i++)
        {
            story.After(150).In(Phase.Starting, Goal.Up).Exits(1);
        }

        story.After(150).Exits(1).In(Phase.Failed, Goal.Up);
        Assert.Equal(17, story.State.Restarts);
    }

    [Fact]
    public void CrashLoop_IsGivenUp_WhenThereIsARestartDelay()
    {
        // pm2 never gives this one up: waiting counts as uptime there.
        var story = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(5000) }).Start();
        for (var i = 0; i < 16; i++)
        {
            story.After(300).Exits(1).In(Phase.Waiting, Goal.Up).After(5000).In(Phase.Starting, Goal.Up);
        }

        story.After(300).Exits(1).In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void CrashLoop_Pauses_FromTheSecondUnstableExitOn()
    {
        // 16 restarts in 20 ms would give a database no time to come up.
        var story = Scenario.Of(Specs.Api).Start().Exits(1).In(Phase.Starting, Goal.Up).Exits(1).In(Phase.Waiting, Goal.Up);
        story.After(99).In(Phase.Waiting, Goal.Up).After(1).In(Phase.Starting, Goal.Up).Exits(1).In(Phase.Waiting, Goal.Up);
        story.After(5100).Exits(1).In(Phase.Starting, Goal.Up);
    }

    /// <summary>No run is unstable then, and it is never given up; but hundreds of starts a second would help nobody.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void CrashLoop_Pauses_AlsoWithoutMinUptime(double minUptimeMs)
    {
        var story = Scenario.Of(Specs.Api with { MinUptime = Specs.Ms(minUptimeMs), MaxRestarts = 3 }).Start().After(2).Exits(1).In(Phase.Ready, Goal.Up, orPhase: Phase.Starting);
        for (var i = 0; i < 50; i++)
        {
            story.After(2).Exits(1).In(Phase.Waiting, Goal.Up).After(99).In(Phase.Waiting, Goal.Up).After(1);
        }

        Assert.Equal(51, story.State.Restarts);
        story.After(100).Exits(1).In(Phase.Ready, Goal.Up, orPhase: Phase.Starting);
    }

    [Fact]
    public void StableRuns_ForgiveUnstableOnes_ByRunningTime()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 3 }).Start();
        story.Exits(1).Exits(1).After(100).Exits(1);
        Assert.Equal(3, story.State.UnstableExits);
        story.After(2600).Exits(1);
        Assert.Equal(1, story.State.UnstableExits);
        story.Exits(1).After(100).Exits(1).After(100).In(Phase.Starting, Goal.Up).Exits(1).In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void ExitCodeZero_IsRestartedAndCounted_WithAutoRestart()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 1 }).Start().Exits(0).In(Phase.Starting, Goal.Up);
        story.Exits(0).In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void RestartDelay_IsWaited_AfterEveryUnexpectedExit()
    {
        var story = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(2000) }).Start().After(60_000).Then().Exits(1).In(Phase.Waiting, Goal.Up);
        Assert.Equal([new LogField("delay_ms", 2000), new LogField("attempt", 1)], story.Said(EventName.WorkerWaiting).Fields.ToArray());
        story.Expect("kill_leftovers 101").After(1999).Expect().After(1).Expect("spawn #2");
    }

    [Fact]
    public void Backoff_GrowsAndIsResetByALongRun()
    {
        var story = Scenario.Of(Specs.Api with { ExpBackoffRestartDelay = Specs.Ms(100), MinUptime = Specs.Ms(10) }).Start();
        List<double> delays = [];
        foreach (var uptime in new[] { 2000, 2000, 2000, 29_000, 30_000, 2000 })
        {
            story.After(uptime).Exits(1);
            delays.Add((story.State.Deadline - story.Now).TotalMilliseconds);
            story.After(delays[^1]);
        }

        Assert.All(delays.Zip([100, 150, 225, 337.5, 100, 150]), pair => Assert.InRange(pair.First, pair.Second * 0.8, pair.Second));
        Assert.Equal(delays.Count, delays.Distinct().Count());
    }

    [Fact]
    public void StopExitCode_EndsByPlan_AndLeavesTheRestOfItsTreeAlone_UntilASuccessorComes()
    {
        var story = Scenario.Of(Specs.Api with { StopExitCodes = [0, 7] }).Start().Then().Exits(7).In(Phase.Down, Goal.Down);
        Assert.Equal(LogLevel.Info, story.Said(EventName.WorkerExited).Level);
        Assert.Equal(LogLevel.Info, story.Said(EventName.WorkerDone).Level);
        story.Expect();
        Assert.True(story.State.EndedByPlan);
        story.Start().Expect("kill_leftovers 101", "spawn #2").In(Phase.Ready, Goal.Up);
        Assert.False(story.State.EndedByPlan);
        story.Exits(0).Restart().Expect("kill_leftovers 102", "spawn #3");
    }

    [Fact]
    public void WhatAPlannedEndLeft_IsStopped_Once()
    {
        var story = Scenario.Of(Specs.Api with { AutoRestart = false }).Start().Then().Exits(0).Expect().Stop().Expect("kill_leftovers 101");
        story.Stop().Expect().Start().Expect("spawn #2");
    }

    [Fact]
    public void WhatAPlannedEndLeft_IsGoneBeforeTheSuccessor_ThatHadToWait()
    {
        var story = Scenario.Of(Specs.Api with { AutoRestart = false }).Start().Exits(0).Then();
        story.Step(new WorkerEvent.Await("db")).Expect().Step(new WorkerEvent.Abandon("db")).In(Phase.Failed, Goal.Up).Expect();
        story.Start().Expect("kill_leftovers 101", "spawn #2");
    }

    [Fact]
    public void StopExitCodeZero_DoesNotSwallowSigkill() =>
        Scenario.Of(Specs.Api with { StopExitCodes = [0, 9] }).Start().Then().Dies(9).Expect("kill_leftovers 101", "spawn #2");

    [Fact]
    public void AutoRestartOff_EndsByPlanOnSuccess_AndFailsOtherwise()
    {
        var spec = Specs.Api with { AutoRestart = false };
        var done = Scenario.Of(spec).Start().Then().Exits(0).In(Phase.Down, Goal.Down).Expect();
        Assert.True(done.State.EndedByPlan);

        var failed = Scenario.Of(spec).Start().Then().Exits(4).In(Phase.Failed, Goal.Up);
        Assert.Contains("autorestart", failed.Said(EventName.WorkerFailed).Message, StringComparison.Ordinal);
        failed.Expect("kill_leftovers 101");
        Scenario.Of(spec).Start().Dies(15).In(Phase.Failed, Goal.Up);
    }

    [Theory]
    [InlineData(SpawnStage.Resolve, 2, 127)]
    [InlineData(SpawnStage.Resolve, 13, 126)]
    [InlineData(SpawnStage.Cwd, 20, 127)]
    [InlineData(SpawnStage.Cwd, 13, 126)]
    [InlineData(SpawnStage.Exec, 2, 127)]
    [InlineData(SpawnStage.Exec, 8, 126)]
    [InlineData(SpawnStage.Pipe, 24, 126)]
    [InlineData(SpawnStage.Pipe, 2, 126)]
    [InlineData(SpawnStage.Fork, 11, 126)]
    public void SpawnFailure_HasAShellsExitCode(SpawnStage stage, int errno, int code)
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 0 }).SpawnsFail(stage, errno).Start().In(Phase.Failed, Goal.Up);
        Assert.Equal(ExitStatus.Exited(code), story.State.LastExit);
        var said = story.Said(EventName.SpawnFailed);
        Assert.Equal(LogLevel.Error, said.Level);
        Assert.Equal(
            [new LogField("stage", stage.ToString().ToLowerInvariant()), new LogField("errno", errno), new LogField("detail", "detail")],
            said.Fields.ToArray());
    }

    [Fact]
    public void SpawnFailures_AreGivenUp_LikeUnstableExits()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 2 }).SpawnsFail(SpawnStage.Exec, 13).Start();
        story.Expect("spawn #1", "spawn #2").In(Phase.Waiting, Goal.Up).After(100).Expect("spawn #3").In(Phase.Failed, Goal.Up);
    }

    [Fact]
    public void SpawnFailure_WaitsForTheMachine_WhenItHasNoProcesses()
    {
        var story = Scenario.Of(Specs.Api).SpawnsFail(SpawnStage.Fork, 11).Start().Expect("spawn #1").In(Phase.Waiting, Goal.Up);
        story.SpawnsSucceed().After(999).Expect().After(1).Expect("spawn #2").In(Phase.Starting, Goal.Up);
        story.After(1000).In(Phase.Ready, Goal.Up);
    }

    [Fact]
    public void IllWorker_IsReplaced_ThroughThePolicy()
    {
        var story = Scenario.Of(Specs.Api with { RestartDelay = Specs.Ms(500), StopExitCodes = [0], AutoRestart = false }).Start().Then();
        story.ProbeFails().Expect("signal 101 SIGTERM").In(Phase.Draining, Goal.Up);
        Assert.Equal(Reason.Unhealthy, story.State.Reason);

        // The exit answers our signal, so it is no plan of the app's.
        story.Exits(0).Expect("kill_leftovers 101").In(Phase.Waiting, Goal.Up);
        Assert.Equal((1, Reason.None), (story.State.UnstableExits, story.State.Reason));
        story.After(500).In(Phase.Starting, Goal.Up).After(1000).In(Phase.Ready, Goal.Up).Then();
        story.MemoryOver().After(8000).Expect("signal 102 SIGTERM", "kill_tree 102").Dies(9).In(Phase.Waiting, Goal.Up);
        Assert.True(story.State.WasKilled);
    }

    [Fact]
    public void IllWorker_GoesDown_WhenStopComesMeanwhile() =>
        Scenario.Of(Specs.Api).Start().MemoryOver().Stop().Exits(0).In(Phase.Down, Goal.Down);

    [Fact]
    public void IllWorker_IsLeftAlone_WhenNotReadyYet() =>
        Scenario.Of(Specs.Api).Start().Exits(1).In(Phase.Starting, Goal.Up).Then().ProbeFails().MemoryOver().Expect();

    [Fact]
    public void AskedStart_ForgivesThePast()
    {
        var story = Scenario.Of(Specs.Api with { MaxRestarts = 3 }).Start().Exits(1).Exits(1).After(100).Exits(1).After(100);
        story.Restart().Exits(0).In(Phase.Ready, Goal.Up);
        Assert.Equal((0, 0, 4), (story.State.UnstableExits, story.State.BackoffStep, story.State.Restarts));
    }
}
