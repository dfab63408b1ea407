using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>`ready_when: "listening"`: when it is looked, for whom, and that nothing wakes afterwards.</summary>
public sealed class ListeningTests
{
    static readonly AppSpec Api = Specs.Named("api") with { ReadyWhen = new ReadyWhen(ReadyKind.Listening), ListenTimeout = Specs.Ms(10_000) };

    [Fact]
    public void Looks_ComeSoonAtFirst_AndThenMoreSeldom()
    {
        var world = new World(Specs.Of(Api)).Begin();
        var start = world.Now;
        var at = new List<double>();
        while (world.Now - start < Specs.Ms(3000))
        {
            world.Clear().After((world.Supervisor.NextDeadline - world.Now).TotalMilliseconds + 0.001); // a double cannot hold every tick
            Assert.Equal(["look api/0"], world.Effects.Select(EffectText.Of));
            at.Add((world.Now - start).TotalMilliseconds);
        }

        Assert.Equal([10, 20, 30, 40, 50], at.Take(5).Select(static ms => Math.Round(ms)));
        Assert.Equal(250, Math.Round(at[^1] - at[^2]));
        Assert.InRange(at.Count, 20, 32);
    }

    [Fact]
    public void Worker_IsReady_WhenItListens_AndNothingWakesAfterwards()
    {
        var world = new World(Specs.Of(Api)).Begin().After(15);
        Assert.Equal(Phase.Starting, world.PhaseOf("api/0"));
        world.Listens = _ => true;
        world.After(10);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.False(world.Supervisor.NextDeadline.IsSet);
    }

    [Fact]
    public void Start_HasFailed_WhenNothingListensInTime()
    {
        var world = new World(Specs.Of(Api)).Begin().After(9_999).Clear().After(1);
        Assert.Contains("signal 101 SIGTERM", world.Effects.Select(EffectText.Of));
        world.Clear().After(5000);
        Assert.DoesNotContain(world.Effects, effect => effect is Effect.LookForListeners);
    }

    [Fact]
    public void OneLook_ServesAllThatStart()
    {
        var world = new World(Specs.Of(Api with { Instances = 3 }, Specs.Named("free"))).Begin().Clear().After(10);
        Assert.Equal(["look api/0 api/1 api/2"], world.Effects.Select(EffectText.Of));
    }

    [Fact]
    public void Look_CarriesThePort()
    {
        var world = new World(Specs.Of(Api with { ReadyWhen = new ReadyWhen(ReadyKind.Listening) { Number = 8080 } })).Begin().After(10);
        Assert.Equal((8080, 101), world.Effects.OfType<Effect.LookForListeners>().Select(look => (look.Questions[0].Port, look.Questions[0].Pid)).Single());
    }

    [Fact]
    public void AnswerAboutAnEarlierProcess_IsDropped()
    {
        var world = new World(Specs.Of(Api)).Begin().After(10).Clear().Exit("api/0", 1).After(200);
        world.Step(new SupervisorEvent.ListenersSeen([new ListenerQuestion(new WorkerId("api", 0), 1, 101, 0), new ListenerQuestion(new WorkerId("gone", 0), 1, 7, 0)]));
        Assert.Equal(Phase.Starting, world.PhaseOf("api/0"));
    }
}
