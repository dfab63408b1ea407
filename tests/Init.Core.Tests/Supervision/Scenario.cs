using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>
/// Tells a worker's story: each verb is an event, After moves the clock and fires the deadlines that are due on the way, in order. Spawns
/// are answered at once (pid = 100 + incarnation) unless SpawnsFail or HoldSpawns says otherwise.
/// </summary>
sealed class Scenario
{
    readonly List<Effect> _all = [];
    int _expected;
    WorkerEvent? _failure;
    bool _holds;

    Scenario(AppSpec spec) => Spec = spec;

    public AppSpec Spec { get; }

    public WorkerState State { get; private set; } = WorkerState.Initial;

    public Instant Now { get; private set; } = Specs.At(1_000_000);

    static readonly WorkerId Id = new("api", 0);

    public static Scenario Of(AppSpec spec) => new(spec);

    public Scenario Start() => Step(new WorkerEvent.Start());

    public Scenario Stop() => Step(new WorkerEvent.Stop());

    public Scenario Restart() => Step(new WorkerEvent.Restart());

    public Scenario Hurry() => Step(new WorkerEvent.Hurry());

    public Scenario Ready() => Step(new WorkerEvent.ReadyReceived(State.Incarnation));

    public Scenario ProbeFails() => Step(new WorkerEvent.ProbeFailed(State.Incarnation));

    public Scenario MemoryOver() => Step(new WorkerEvent.MemoryOver(State.Incarnation));

    public Scenario Exits(int code) => Step(new WorkerEvent.Exited(State.Incarnation, ExitStatus.Exited(code)));

    public Scenario Dies(int signal) => Step(new WorkerEvent.Exited(State.Incarnation, ExitStatus.Signalled(signal)));

    public Scenario SpawnsFail(SpawnStage stage, int errno)
    {
        _failure = new WorkerEvent.SpawnFailed(0, stage, errno, "detail");
        return this;
    }

    public Scenario SpawnsSucceed()
    {
        _failure = null;
        return this;
    }

    /// <summary>From here on the story answers spawns itself.</summary>
    public Scenario HoldSpawns()
    {
        _holds = true;
        return this;
    }

    public Scenario After(double ms)
    {
        var until = Now + Specs.Ms(ms);
        for (var fired = 0; State.Deadline <= until; fired++)
        {
            Assert.True(fired < 10_000, $"a deadline that stays due: {State}");
            Now = Instant.Max(Now, State.Deadline);
            Step(new WorkerEvent.DeadlinePassed());
        }

        Now = until;
        return this;
    }

    public Scenario Step(WorkerEvent e)
    {
        var effects = new List<Effect>();
        State = WorkerMachine.Step(State, e, Now, Id, Spec, effects);
        _all.AddRange(effects);
        if (!_holds && effects.OfType<Effect.Spawn>().SingleOrDefault() is { } spawn)
        {
            Step(_failure is WorkerEvent.SpawnFailed failed
                ? failed with { Incarnation = spawn.Incarnation }
                : new WorkerEvent.Spawned(spawn.Incarnation, 100 + spawn.Incarnation));
        }

        return this;
    }

    /// <summary>Exactly these wishes (log events aside) since the last Expect.</summary>
    public Scenario Expect(params string[] effects)
    {
        Assert.Equal(effects, _all.Skip(_expected).Where(e => e is not Effect.Report).Select(EffectText.Of));
        _expected = _all.Count;
        return this;
    }

    /// <summary>Forgets what happened so far.</summary>
    public Scenario Then()
    {
        _expected = _all.Count;
        return this;
    }

    public Scenario In(Phase phase, Goal goal, Phase? orPhase = null)
    {
        Assert.Equal((phase, goal), (State.Phase == orPhase ? phase : State.Phase, State.Goal));
        return this;
    }

    /// <summary>The last event of this name, which must have been said since the last Expect or Then.</summary>
    public LogEvent Said(EventName name) =>
        _all.Skip(_expected).OfType<Effect.Report>().Last(report => report.Event.Name == name).Event;

    public int Count(EventName name) => _all.OfType<Effect.Report>().Count(report => report.Event.Name == name);
}
