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
