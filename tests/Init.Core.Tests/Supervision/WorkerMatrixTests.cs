using System.Text;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Tests.Support;

namespace Init.Core.Tests.Supervision;

/// <summary>Prints what every cell of the machine does, so that a change of behaviour is a readable line in a diff.</summary>
public class WorkerMatrixTests
{
    static readonly Instant Now = Specs.At(100_000);

    static readonly AppSpec Spec = Specs.Api with { MaxRestarts = 3, RestartDelay = Specs.Ms(2000), StopExitCodes = [3] };

    static readonly (string Name, WorkerEvent Event)[] Events =
    [
        ("Start", new WorkerEvent.Start()),
        ("Stop", new WorkerEvent.Stop()),
        ("Restart", new WorkerEvent.Restart()),
        ("Await", new WorkerEvent.Await("db (ready)")),
        ("Abandon", new WorkerEvent.Abandon("db/0 has failed")),
        ("Retire", new WorkerEvent.Retire()),
        ("Hurry", new WorkerEvent.Hurry()),
        ("Reset", new WorkerEvent.Reset()),
        ("SendSignal USR1", new WorkerEvent.SendSignal(Signal.Usr1)),
        ("Spawned", new WorkerEvent.Spawned(5, 105)),
        ("Executed", new WorkerEvent.Executed(5)),
        ("SpawnFailed ENOENT", new WorkerEvent.SpawnFailed(5, SpawnStage.Resolve, 2, "no such program")),
        ("ReadyReceived", new WorkerEvent.ReadyReceived(5)),
        ("Extended 9 s", new WorkerEvent.Extended(5, Specs.Ms(9000))),
        ("WatchdogFed", new WorkerEvent.WatchdogFed(5)),
        ("WatchdogSet 4 s", new WorkerEvent.WatchdogSet(5, Specs.Ms(4000))),
        ("WatchdogTriggered", new WorkerEvent.WatchdogTriggered(5)),
        ("StoppingItself", new WorkerEvent.StoppingItself(5)),
        ("Disconnected", new WorkerEvent.Disconnected(5)),
        ("MainPidChanged", new WorkerEvent.MainPidChanged(5, 205)),
        ("Described", new WorkerEvent.Described(5, "busy")),
        ("ReloadingItself", new WorkerEvent.ReloadingItself(5)),
        ("Exited 0", new WorkerEvent.Exited(5, ExitStatus.Exited(0))),
        ("Exited 1", new WorkerEvent.Exited(5, ExitStatus.Exited(1))),
        ("Exited 3 (stop code)", new WorkerEvent.Exited(5, ExitStatus.Exited(3))),
        ("Exited SIGKILL", new WorkerEvent.Exited(5, ExitStatus.Signalled(9))),
        ("Exited, stale", new WorkerEvent.Exited(4, ExitStatus.Exited(1))),
        ("DeadlinePassed", new WorkerEvent.DeadlinePassed()),
        ("ProbeFailed", new WorkerEvent.ProbeFailed(5)),
        ("ProbeFailed, never passed", new WorkerEvent.ProbeFailed(5, false)),
        ("MemoryOver", new WorkerEvent.MemoryOver(5)),
    ];

    /// <summary>Up for 200 ms, so that an exit is unstable; one unstable exit on record.</summary>
    static readonly WorkerState Base = WorkerState.Initial with
    {
        Incarnation = 5,
        LastIncarnation = 5,
        Restarts = 4,
        UnstableExits = 1,
        BackoffStep = 1,
        StartedAt = Specs.At(99_800),
        LastExit = ExitStatus.Exited(1),
    };

    static readonly WorkerState WithProcess = Base with { Pid = 105 };

    static readonly (string Name, WorkerState State)[] States =
    [
        ("Down/Down", Base),
        ("Down/Down, ended by plan", Base with { EndedByPlan = true, LeftBy = 105 }),
        ("Down/Up (unreachable)", Base with { Goal = Goal.Up }),
        ("Starting/Down, spawn not answered", Base with { Phase = Phase.Starting }),
        ("Starting/Up, spawn not answered", Base with { Phase = Phase.Starting, Goal = Goal.Up }),
        ("Starting/Down, retired", WithProcess with { Phase = Phase.Starting, Deadline = Now }),
        ("Starting/Up, proving itself", WithProcess with { Phase = Phase.Starting, Goal = Goal.Up, Deadline = Now }),
        ("Ready/Down, retired", WithProcess with { Phase = Phase.Ready, HasServed = true }),
        ("Ready/Up, watched", WithProcess with { Phase = Phase.Ready, HasServed = true, Goal = Goal.Up, Watchdog = Specs.Ms(2000), Deadline = Now }),
        ("Ready/Down, retired, watched", WithProcess with { Phase = Phase.Ready, HasServed = true, Watchdog = Specs.Ms(2000), Deadline = Now }),
        ("Ready/Up", WithProcess with { Phase = Phase.Ready, HasServed = true, Goal = Goal.Up }),
        ("Draining/Down, asked", WithProcess with { Phase = Phase.Draining, Reason = Reason.Asked, Deadline = Now }),
        ("Draining/Up, asked", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.Asked, Deadline = Now }),
        ("Draining/Up, not ready", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.NotReady, Deadline = Now }),
        ("Draining/Up, by itself", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.Own, Deadline = Now }),
        ("Draining/Up, unhealthy", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.Unhealthy, Deadline = Now }),
        ("Killing/Down, asked", WithProcess with { Phase = Phase.Killing, Reason = Reason.Asked, Deadline = Now }),
        ("Killing/Up, asked", WithProcess with { Phase = Phase.Killing, Goal = Goal.Up, Reason = Reason.Asked, Deadline = Now }),
        ("Killing/Up, memory", WithProcess with { Phase = Phase.Killing, Goal = Goal.Up, Reason = Reason.Memory, Deadline = Now }),
        ("Waiting/Down (unreachable)", Base with { Phase = Phase.Waiting, Deadline = Now }),
        ("Waiting/Up", Base with { Phase = Phase.Waiting, Goal = Goal.Up, Deadline = Now }),
        ("Failed/Down (unreachable)", Base with { Phase = Phase.Failed }),
        ("Failed/Up", Base with { Phase = Phase.Failed, Goal = Goal.Up }),
        ("Held/Down (unreachable)", Base with { Phase = Phase.Held }),
        ("Held/Up, after an end by plan", Base with { Phase = Phase.Held, Goal = Goal.Up, LeftBy = 105 }),
        ("Held/Up", Base with { Phase = Phase.Held, Goal = Goal.Up }),
    ];

    [Fact]
    public void Matrix_IsTheReviewedOne() => GoldenFile.Check("worker-matrix.golden.txt", Print());

    /// <summary>Only an end differs for a scheduled job: whatever it is, the job waits for its next time.</summary>
    [Fact]
    public void MatrixOfAJob_IsTheReviewedOne() => GoldenFile.Check("job-matrix.golden.txt", PrintJob());

    [Fact]
    public void Matrix_CoversEveryPhaseGoalAndEvent()
    {
        var cells = States.Select(s => (s.State.Phase, s.State.Goal)).ToHashSet();
        Assert.Equal(Enum.GetValues<Phase>().Length * Enum.GetValues<Goal>().Length, cells.Count);

        var events = typeof(WorkerEvent).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(WorkerEvent)));
        Assert.Empty(events.Except(Events.Select(e => e.Event.GetType())));
    }

    static string Print()
    {
        var text = new StringBuilder();
        text.Append("# state: event -> state; effects; deadline. Spec: kill_timeout 8 s, restart_delay 2 s, min_uptime 1 s, max_restarts 3.\n");
        text.Append("# Before: incarnation 5 (pid 105) up for 200 ms, 1 unstable exit, a set deadline is due.\n");
        foreach (var (stateName, state) in States)
        {
            text.Append('\n');
            Append(text, stateName, state, Spec);
        }

        return text.ToString();
    }

    /// <summary>What differs where readiness has to be said and the stop is a message.</summary>
    [Fact]
    public void MatrixOfASayer_IsTheReviewedOne() => GoldenFile.Check("ready-matrix.golden.txt", PrintOther(
        "# As worker-matrix.golden.txt, for an app with `wait_ready`, `shutdown_with_message` and a listen_timeout of 3 s; only the cells that differ.\n",
        Spec with { ReadyWhen = new ReadyWhen(ReadyKind.Message), ShutdownWithMessage = true, ListenTimeout = Specs.Ms(3000) }));

    /// <summary>What differs where a worker is asked to disconnect before it is asked to stop, and where one is to take over from another.</summary>
    [Fact]
    public void MatrixOfAClusterWorker_IsTheReviewedOne()
    {
        var spec = Spec with { Cluster = ClusterMode.Node, ReadyWhen = new ReadyWhen(ReadyKind.Listening) { IsAssumed = true } };
        var starting = WithProcess with { Phase = Phase.Starting, Goal = Goal.Up, Deadline = Now };
        (string Name, WorkerState State)[] others =
        [
            ("Draining/Down, disconnecting", WithProcess with { Phase = Phase.Draining, Reason = Reason.Asked, IsDisconnecting = true, Deadline = Now }),
            ("Draining/Up, disconnecting", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.Memory, IsDisconnecting = true, Deadline = Now }),
            ("Starting/Up, listens", starting with { Habit = ListenHabit.Listens }),
            ("Starting/Up, silent", starting with { Habit = ListenHabit.Silent }),
            ("Starting/Up, trial", starting with { IsTrial = true, Habit = ListenHabit.Listens }),
            ("Starting/Up, trial, spawn not answered", Base with { Phase = Phase.Starting, Goal = Goal.Up, IsTrial = true }),
            ("Draining/Up, trial, not ready", WithProcess with { Phase = Phase.Draining, Goal = Goal.Up, Reason = Reason.NotReady, IsTrial = true, Deadline = Now }),
        ];
        var text = new StringBuilder(PrintOther(
            "# As worker-matrix.golden.txt, for a worker of a Node cluster whose readiness is assumed to be listening; only the cells that differ, and at the end the states that only it has.\n", spec));
        foreach (var (stateName, state) in others)
        {
            text.Append('\n');
            Append(text, stateName, state, spec);
        }

        GoldenFile.Check("cluster-matrix.golden.txt", text.ToString());
    }

    static void Append(StringBuilder text, string stateName, WorkerState state, AppSpec spec)
    {
        foreach (var (eventName, e) in Events)
        {
            var effects = new List<Effect>();
            var after = WorkerMachine.Step(state, e, Now, new WorkerId("api", 0), spec, effects);
            text.Append($"{stateName}: {eventName} -> {Print(state, after)}; {EffectText.Of(effects)}; {EffectText.Deadline(after.Deadline, Now)}\n");
        }
    }

    static string PrintJob() => PrintOther(
        "# As worker-matrix.golden.txt, for an app with a schedule and without autorestart; only the cells that differ from those of a service.\n",
        Spec with { AutoRestart = false, Schedule = Schedules.ScheduleTests.Of("0 3 * * *", "UTC") });

    static string PrintOther(string head, AppSpec job)
    {
        var text = new StringBuilder(head);
        foreach (var (stateName, state) in States)
        {
            foreach (var (eventName, e) in Events)
            {
                var (effects, usual) = (new List<Effect>(), new List<Effect>());
                var after = WorkerMachine.Step(state, e, Now, new WorkerId("api", 0), job, effects);
                var other = WorkerMachine.Step(state, e, Now, new WorkerId("api", 0), Spec, usual);
                if (after != other || EffectText.Of(effects) != EffectText.Of(usual))
                {
                    text.Append($"{stateName}: {eventName} -> {Print(state, after)}; {EffectText.Of(effects)}; {EffectText.Deadline(after.Deadline, Now)}\n");
                }
            }
        }

        return text.ToString();
    }

    static string Print(WorkerState before, WorkerState after)
    {
        if (after == before)
        {
            return "same";
        }

        var flags = $"{(after.Reason == Reason.None ? "" : $" {after.Reason}")}"
            + $"{(after.Pid == 0 ? "" : $" pid={after.Pid}")}"
            + $"{(after.UnstableExits == before.UnstableExits ? "" : $" unstable={after.UnstableExits}")}"
            + $"{(after.HasSaidReady ? " said_ready" : "")}{(after.Watchdog == before.Watchdog ? "" : $" watchdog={after.Watchdog.TotalMilliseconds}")}"
            + $"{(after.StatusText == before.StatusText ? "" : $" text={after.StatusText}")}"
            + $"{(after.IsReloadingItself == before.IsReloadingItself ? "" : " reloading_itself")}{(after.Fault == before.Fault || after.Fault is null ? "" : $" fault=({after.Fault})")}"
            + $"{(after.LeftBy == 0 ? "" : $" left_by={after.LeftBy}")}"
            + $"{(after.Restarts == before.Restarts || after.Incarnation != before.Incarnation ? "" : $" restarts={after.Restarts}")}"
            + $"{(after.IsDisconnecting ? " disconnecting" : "")}{(after.Habit == before.Habit ? "" : $" habit={after.Habit}")}"
            + $"{(before.HasServed && !after.HasServed && after.Pid != 0 ? " of_no_use" : "")}"
            + $"{(after.WasKilled ? " was_killed" : "")}{(after.EndedByPlan ? " by_plan" : "")}";
        return $"{after.Phase}/{after.Goal}{flags}";
    }
}
