using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Termination;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Termination;

/// <summary>Whom the supervisor blames for the end of the container.</summary>
public sealed class TerminationCauseTests
{
    static readonly AppSpec Once = Specs.Named("once") with { AutoRestart = false };

    static readonly AppSpec Main = Specs.Named("main") with { AutoRestart = false, Essential = true };

    static string Of(World world)
    {
        var exit = world.Effects.OfType<Effect.Exit>().Single();
        return exit.Cause is null ? "none" : System.Text.Encoding.UTF8.GetString(TerminationMessage.Of(exit.Cause, exit.Code, [], false));
    }

    [Fact]
    public void EssentialApp_IsToBlame_WhenItFails() => Assert.Equal(
        "essential app main has ended: main/0 ended with code 4; the container ends with code 4\n",
        Of(new World(Specs.Of(Specs.Api, Once, Main)).Begin().Exit("once/0", 9).Exit("main/0", 4).Exit("api/0", 0)));

    [Fact]
    public void EssentialApp_IsToBlame_WhenTheStopAfterItHasToKill() => Assert.Equal(
        "essential app main has ended: main/0 ended with signal SIGSEGV; the container ends with code 139\n",
        Of(new World(Specs.Of(Specs.Api, Main)).Begin().Die("main/0", 11).After(8000).Die("api/0", 9)));

    [Fact]
    public void Nobody_IsToBlame_WhenAnEssentialAppEndsWell() =>
        Assert.Equal("none", Of(new World(Specs.Of(Specs.Api, Main)).Begin().Exit("main/0", 0).Exit("api/0", 1)));

    [Fact]
    public void Task_IsToBlame_WhenItFails() => Assert.Equal(
        "task migrate has failed: migrate/0 ended with code 3; the container ends with code 3\n",
        Of(new World(Specs.Of(Specs.Named("migrate") with { IsTask = true, AutoRestart = false, EssentialOnFailure = true }, Specs.Api)).Begin().Exit("migrate/0", 3).Exit("api/0", 0)));

    [Fact]
    public void FirstFailure_IsToBlame_WhenNoAppIsLeft() => Assert.Equal(
        "no app is left: b/0 ended with signal SIGTERM; the container ends with code 143\n",
        Of(new World(Specs.Of(Once with { Name = "a" }, Once with { Name = "b" })).Begin().Die("b/0", 15).Exit("a/0", 7)));

    static string Message(World world) => world.Effects.OfType<Effect.Report>().Last(report => report.Event.Name == Init.Core.Logging.EventName.WorkerFailed).Event.Message;

    /// <summary>Its exit answers our signal: 143 would look like an orderly stop.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatWeStoppedItFor_IsTheReason_WhenItWasNotReadyInTime(bool isKilledBySignal)
    {
        var world = new World(Specs.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), ListenTimeout = Specs.Ms(3000), MaxRestarts = 0 })).Begin().After(3000);
        _ = isKilledBySignal ? world.Die("api/0", 15) : world.Exit("api/0", 3);
        Assert.Equal("no app is left: api/0 was given up: it did not become ready in 3000 ms: it did not send READY=1 to NOTIFY_SOCKET; the container ends with code 1\n", Of(world));
        Assert.Contains("the last was stopped because it did not become ready in 3000 ms: it did not send READY=1 to NOTIFY_SOCKET;", Message(world), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWeStoppedItFor_IsTheReason_WhenItsCheckFailed()
    {
        var check = new HealthCheck { Port = 80, Interval = Specs.Ms(100), Timeout = Specs.Ms(50), Retries = 3 };
        var world = new World(Specs.Of(Specs.Api with { HealthCheck = check, MaxRestarts = 0, Essential = true }, Specs.Named("b"))) { CheckFate = _ => (true, "answered 500") };
        world.Begin().After(400).Die("api/0", 15).Exit("b/0", 0);
        Assert.Equal("essential app api has ended: api/0 was given up: its health check failed 3 times: GET http://localhost:80/: answered 500; the container ends with code 1\n", Of(world));
    }

    [Theory]
    [InlineData(true, "it said that it hangs (WATCHDOG=trigger)")]
    [InlineData(false, "its watchdog of 500 ms was not fed")]
    public void WhatWeStoppedItFor_IsTheReason_WhenItHung(bool saysSo, string reason)
    {
        var world = new World(Specs.Of(Specs.Api with { Watchdog = Specs.Ms(500), MaxRestarts = 0 })).Begin();
        _ = saysSo ? world.Send("api/0", new WorkerEvent.WatchdogTriggered(1)) : world.After(500);
        Assert.Contains(world.Effects.OfType<Effect.Report>(), report => report.Event.Message.EndsWith($": {reason}", StringComparison.Ordinal));
        Assert.Equal($"no app is left: api/0 was given up: {reason}; the container ends with code 1\n", Of(world.Die("api/0", 15)));
    }

    [Fact]
    public void OwnEnd_IsTheReason_AfterARemedyOfAnEarlierProcess()
    {
        var world = new World(Specs.Of(Specs.Api with { Watchdog = Specs.Ms(500), MaxRestarts = 1 })).Begin().After(500).Die("api/0", 15).Exit("api/0", 5);
        Assert.Equal("no app is left: api/0 ended with code 5; the container ends with code 5\n", Of(world));
        Assert.Contains("the last ended with code 5;", Message(world), StringComparison.Ordinal);
    }

    [Fact]
    public void GivingUp_SaysHowTheLastRunEnded()
    {
        var never = new World(Specs.Of(Specs.Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), MaxRestarts = 0 })).Begin().After(1100).Exit("api/0", 0);
        Assert.Contains("the last ended with code 0 before it was ready;", Message(never), StringComparison.Ordinal);
        Assert.Contains("the last could not be started;", Message(new World(Specs.Of(Specs.Api with { MaxRestarts = 0 })).FailSpawns(SpawnStage.Exec, 2).Begin()), StringComparison.Ordinal);
        Assert.EndsWith("it ended with signal SIGSEGV, and is not started again, since autorestart is false", Message(new World(Specs.Of(Once)).Begin().Die("once/0", 11)), StringComparison.Ordinal);
        Assert.EndsWith("list the code in stop_exit_codes if it is no failure", Message(new World(Specs.Of(Once)).Begin().Exit("once/0", 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_IsToBlame_WhenAllEndByPlan() => Assert.Equal("none", Of(new World(Specs.Of(Once)).Begin().Exit("once/0", 0)));

    [Fact]
    public void Nobody_IsToBlame_WhenASignalStopsAll() =>
        Assert.Equal("none", Of(new World(Specs.Of(Once, Specs.Api)).Begin().Exit("once/0", 3).Signal(Signal.Term).Exit("api/0", 3)));

    [Fact]
    public void FirstKilledWorker_IsToBlame_WhenTheStopIsNotOrderly() => Assert.Equal(
        "the stop took too long and had to kill: b/0 ended with signal SIGKILL; the container ends with code 137\n",
        Of(new World(Specs.Of(Specs.Api, Specs.Named("b"))).Begin().Signal(Signal.Term).After(8000).Die("b/0", 9).Die("api/0", 9)));

    [Fact]
    public void SpawnProblem_IsTheReason_WhenNoProcessCouldBeMade() => Assert.Equal(
        "no app is left: api/0 could not be started: detail; the container ends with code 127\n",
        Of(new World(Specs.Of(Specs.Api)).FailSpawns(SpawnStage.Resolve, 2).Begin().After(60_000)));

    [Fact]
    public void SpawnProblem_IsForgotten_WhenALaterSpawnSucceeds()
    {
        var fails = true;
        var world = new World(Specs.Of(Specs.Api with { MaxRestarts = 1, RestartDelay = Specs.Ms(10) })) { SpawnFate = () => fails ? (SpawnStage.Fork, 11) : null }.Begin();
        fails = false;
        Assert.Equal("no app is left: api/0 ended with code 5; the container ends with code 5\n", Of(world.After(1000).Exit("api/0", 5)));
    }

    [Fact]
    public void Dependency_IsToBlame_WhenAnEssentialAppCouldNotStartForIt()
    {
        var db = Once with { Name = "db" };
        var world = new World(Specs.Of(db, Main with { DependsOn = [new Dependency("db", DependencyCondition.Completed)] }, Specs.Api)).Begin().Exit("db/0", 6);
        Assert.Equal("essential app main has ended: db/0 ended with code 6; the container ends with code 6\n", Of(world.Exit("api/0", 0)));
    }
}
