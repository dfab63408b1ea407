using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>`health_check`: who is asked and when, and what follows.</summary>
public sealed class HealthCheckTests
{
    static readonly HealthCheck Each = new() { Port = 80, Interval = Specs.Ms(1000), Timeout = Specs.Ms(500), Retries = 3 };

    static readonly AppSpec Api = Specs.Named("api") with { HealthCheck = Each };

    static readonly AppSpec Late = Api with { ReadyWhen = new ReadyWhen(ReadyKind.HealthCheck), ListenTimeout = Specs.Ms(20_000) };

    static World Live(AppSpec app, string? problem = null) => new World(Specs.Of(app)) { CheckFate = _ => (true, problem) }.Begin().Clear();

    static int Times(World world) => world.Effects.OfType<Effect.Check>().Count();

    static int Said(World world, EventName name) => world.Effects.OfType<Effect.Report>().Count(report => report.Event.Name == name);

    [Fact]
    public void Check_ComesEachInterval_AndNothingIsSaidWhileItPasses()
    {
        var world = Live(Api);
        Assert.Equal(0, Times(world.After(499)));
        Assert.Equal(1, Times(world.After(1)));
        Assert.Equal(2, Times(world.After(1000)));
        Assert.Equal(10, Times(world.After(8000)));
        Assert.Empty(world.Effects.OfType<Effect.Report>());
    }

    [Fact]
    public void NothingWakes_WithoutACheck_NorWhenItsWorkerIsDown()
    {
        Assert.False(new World(Specs.Of(Specs.Named("free"))).Begin().Supervisor.NextDeadline.IsSet);
        var world = new World(Specs.Of(Api with { AutoRestart = false }, Specs.Named("free"))).Begin().Exit("api/0", 0);
        Assert.False(world.Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void Worker_IsRestarted_AfterRetriesFailuresInARow()
    {
        var world = Live(Api, "answered 500").After(2499);
        Assert.Empty(world.Effects.OfType<Effect.SignalLeader>());
        world.After(1);
        Assert.Equal("signal 101 SIGTERM", EffectText.Of(world.Effects.OfType<Effect.SignalLeader>().Single()));
        Assert.Equal("its health check failed 3 times in a row: GET http://localhost:80/: answered 500",
            world.Effects.OfType<Effect.Report>().Single(report => report.Event.Name == EventName.HealthFailed).Event.Message);
        Assert.Equal(0, Times(world.Clear().After(4000)));
        Assert.Equal("spawn #2", EffectText.Of(world.Clear().Exit("api/0", 0).After(2000).Effects.OfType<Effect.Spawn>().Single()));
    }

    /// <summary>Each run is longer than min_uptime, and of no use.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CheckThatNeverPasses_EndsInGivingUp(bool isReadyByCheck)
    {
        var world = Live((isReadyByCheck ? Late : Api) with { MinUptime = Specs.Ms(50), MaxRestarts = 2 }, "refused");
        for (var i = 0; i < 3; i++)
        {
            world.After(isReadyByCheck ? 20_000 : 2900).Exit("api/0", 0).After(100);
        }

        Assert.Equal(Phase.Failed, world.PhaseOf("api/0"));
        Assert.Equal(2, world.Effects.OfType<Effect.Spawn>().Count());
    }

    [Fact]
    public void CheckThatHasPassed_AndFailsLater_IsForgivenByRunningTime()
    {
        var world = Live(Api with { MinUptime = Specs.Ms(50), MaxRestarts = 0 }).After(2000);
        world.CheckFate = _ => (true, "500");
        Assert.Equal(Phase.Starting, world.After(3000).Exit("api/0", 0).PhaseOf("api/0"));
    }

    [Fact]
    public void OneSuccess_ForgivesAllFailures()
    {
        var n = 0;
        var world = new World(Specs.Of(Api)) { CheckFate = _ => (true, ++n % 3 == 0 ? null : "500") }.Begin().Clear().After(30_000);
        Assert.Equal(30, n);
        Assert.Empty(world.Effects.OfType<Effect.SignalLeader>());
    }

    [Fact]
    public void CheckWithoutAnswer_IsEnded_AndFails_AndNeverDoubled()
    {
        var world = new World(Specs.Of(Api)).Begin().Clear().After(999);
        Assert.Equal(["check api/0"], world.Effects.Select(EffectText.Of));
        Assert.Equal(["end_check api/0"], world.Clear().After(1).Effects.Select(EffectText.Of));
        Assert.Equal(["check api/0"], world.Clear().After(1000).Effects.Select(EffectText.Of));
        Assert.Equal(1, Said(world.After(3000), EventName.HealthFailed));
        Assert.Contains(world.Effects.OfType<Effect.Report>(), report => report.Event.Message.EndsWith("no answer within 500 ms", StringComparison.Ordinal));
    }

    [Fact]
    public void LostCheck_CountsAsFailed()
    {
        var world = new World(Specs.Of(Api with { HealthCheck = Each with { Retries = 1 } })).Begin().After(500);
        world.Checks.Clear(); // whoever should have answered is gone
        Assert.Equal(0, Said(world.After(1499), EventName.HealthFailed));
        Assert.Equal(1, Said(world.After(1), EventName.HealthFailed));
    }

    [Fact]
    public void StartPeriod_ForgivesFailures_UntilTheFirstSuccess()
    {
        var app = Api with { HealthCheck = Each with { StartPeriod = Specs.Ms(10_000), Retries = 1 } };
        Assert.Equal(0, Said(Live(app, "refused").After(9_900), EventName.HealthFailed));
        Assert.Equal(1, Said(Live(app, "refused").After(10_600), EventName.HealthFailed));
        var world = Live(app).After(1000);
        world.CheckFate = _ => (true, "500");
        Assert.Equal(1, Said(world.After(1000), EventName.HealthFailed));
    }

    [Fact]
    public void Unready_LivesOn_AndIsReadyAgain_WhenACheckPasses()
    {
        var app = Api with { HealthCheck = Each with { Action = HealthAction.Unready } };
        var world = new World(Specs.Of(app, Specs.Named("web") with { DependsOn = [new Dependency("api", DependencyCondition.Ready)], AutoStart = false }))
        {
            CheckFate = _ => (true, "500"),
        }.Begin().After(2400);
        Assert.True(world.Supervisor.IsReady);
        world.Clear().After(10_000);
        Assert.False(world.Supervisor.IsReady);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.Equal(1, Said(world, EventName.HealthFailed));
        Assert.Empty(world.Effects.OfType<Effect.SignalLeader>());

        // Who depends on it waits, and starts with the first success.
        world.Send("web/0", new WorkerEvent.Start());
        Assert.Equal(Phase.Held, world.PhaseOf("web/0"));
        world.CheckFate = _ => (true, null);
        world.Clear().After(1000);
        Assert.Equal((true, 1), (world.Supervisor.IsReady, Said(world, EventName.HealthPassed)));
        Assert.Equal(Phase.Ready, world.PhaseOf("web/0"));
        Assert.Equal(0, Said(world.Clear().After(5000), EventName.HealthPassed));
    }

    [Fact]
    public void FirstSuccess_MakesReady_WhereItIsAskedFor()
    {
        var isUp = false;
        var world = new World(Specs.Of(Late)) { CheckFate = _ => (true, isUp ? null : "refused") }.Begin().Clear().After(5000);
        Assert.Equal(Phase.Starting, world.PhaseOf("api/0"));
        Assert.InRange(Times(world), 8, 14);
        isUp = true;
        world.After(1000);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.Equal(0, Said(world, EventName.HealthFailed));
        Assert.InRange(Times(world.Clear().After(10_000)), 9, 11);
    }

    [Fact]
    public void Start_HasFailed_WhenNoCheckPassesInTime_AndSaysWhy()
    {
        var world = Live(Late, "answered 503").After(20_000);
        Assert.Equal("signal 101 SIGTERM", EffectText.Of(world.Effects.OfType<Effect.SignalLeader>().Single()));
        Assert.Equal("its last health check failed: GET http://localhost:80/: answered 503",
            world.Effects.OfType<Effect.Report>().Single(report => report.Event.Name == EventName.HealthFailed).Event.Message);
    }

    [Fact]
    public void WorkerThatNotifies_IsNotAsked_BeforeItIsReady()
    {
        var world = Live(Api with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) }).After(5000);
        Assert.Equal(0, Times(world));
        world.Send("api/0", new WorkerEvent.ReadyReceived(1)).After(1000);
        Assert.Equal(1, Times(world));
    }

    [Fact]
    public void Instances_AreNotAskedTogether()
    {
        var at = new List<double>();
        var world = new World(Specs.Of(Api with { Instances = 8 }));
        world.CheckFate = _ =>
        {
            at.Add((world.Now - Specs.At(0)).TotalMilliseconds);
            return (true, null);
        };
        world.Begin().After(1000);
        Assert.Equal(8, at.Count);
        Assert.All(at.Order().Zip(at.Order().Skip(1)), pair => Assert.True(pair.Second - pair.First > 20, $"{pair}"));
    }

    [Fact]
    public void Check_Ends_WhenItsWorkerDrains()
    {
        var world = new World(Specs.Of(Api)).Begin().After(600).Clear().Send("api/0", new WorkerEvent.Stop());
        Assert.Contains("end_check api/0", world.Effects.Select(EffectText.Of));
        Assert.Equal(0, Times(world.Clear().After(5000)));
    }

    [Fact]
    public void AnswerOfAnEarlierCheck_IsDropped()
    {
        var world = new World(Specs.Of(Api with { HealthCheck = Each with { Retries = 1 } })).Begin().After(600).Clear();
        world.Step(new SupervisorEvent.Checked(new WorkerId("api", 0), 99, "500")).Step(new SupervisorEvent.Checked(new WorkerId("gone", 0), 1, "500"));
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void CheckOfANewFile_HoldsWithoutARestart_AndTheSameOneGoesOn()
    {
        var exec = Each with { Kind = ProbeKind.Exec, Command = new CommandSpec { Program = "a", Args = ["b"] }, Action = HealthAction.Unready, Retries = 1 };
        var same = exec with { Command = new CommandSpec { Program = "a", Args = ["b"] } };
        var world = new World(Specs.Of(Specs.Named("api"))) { CheckFate = _ => (true, "exited with code 1") }.Begin();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api") with { HealthCheck = exec }))).After(1000);
        Assert.False(world.Supervisor.IsReady);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api") with { HealthCheck = same, MaxRestarts = 3 })));
        Assert.False(world.Supervisor.IsReady);
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Specs.Named("api"))));
        Assert.True(world.Supervisor.IsReady);
        Assert.False(world.Supervisor.NextDeadline.IsSet);
        Assert.Empty(world.Effects.OfType<Effect.SignalLeader>());
    }
}
