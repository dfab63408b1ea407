using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Stories of reloads: pids count from 101, so the first generation of three instances is 101, 102, 103.</summary>
public class ReloadTests
{
    internal static readonly AppSpec Api = Specs.Named("api", 3) with
    {
        Cluster = ClusterMode.Node,
        ReadyWhen = new ReadyWhen(ReadyKind.Listening) { IsAssumed = true },
        ListenTimeout = Specs.Ms(5000),
        KillTimeout = Specs.Ms(8000),
    };

    [Fact]
    public void EachInstance_IsReplacedAfterTheOther_AndServesUntilItsSuccessorIsReady()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Expect(world, "spawn api/0 2");
        Assert.Equal([Phase.Ready, Phase.Ready, Phase.Ready], PhasesOf(world));

        Say(world, 104);
        Expect(world, "promote api/0 104", "disconnect 101");
        world.Step(Disconnected(101)).After(199);
        Expect(world);
        world.After(1);
        Expect(world, "signal 101 SIGTERM");
        world.End(101, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 101", "spawn api/1 2");

        Say(world, 105);
        world.End(102, ExitStatus.Signalled(15));
        Expect(world, "promote api/1 105", "disconnect 102", "kill_leftovers 102", "spawn api/2 2");
        Say(world, 106);
        world.End(103, ExitStatus.Exited(0));
        Assert.Equal([104, 105, 106], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("3 replaced", StringComparison.Ordinal));
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing || w.IsBeside || w.State.IsTrial));
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.Equal(1, w.Restarts));
    }

    [Fact]
    public void TheFirstFailure_EndsIt_AndTheOldOnesStay()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Say(world, 104).End(101, ExitStatus.Exited(0));
        world.Clear().End(105, ExitStatus.Exited(7));
        Expect(world, "kill_leftovers 105");
        Assert.Equal([104, 102, 103], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
        Assert.True(world.Supervisor.IsReady);
        Assert.Equal("its new process ended with code 7, and the old one, pid 102, goes on", ProblemOf(world, "api/1"));
        Assert.StartsWith("not replaced: the reload ended at api/1", ProblemOf(world, "api/2"));
        Assert.Null(ProblemOf(world, "api/0"));
        world.After(60_000);
        Expect(world);
    }

    /// <summary>The old one crashes while its successor fails: numbers of processes are never given twice.</summary>
    [Fact]
    public void TheOldProcess_IsStillSupervised()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0");
        world.End(101, ExitStatus.Exited(1));
        Expect(world, "spawn api/0 2", "kill_leftovers 101", "spawn api/0 3");
        world.End(104, ExitStatus.Exited(1));
        Say(world, 105);
        Expect(world, "kill_leftovers 104");
        Assert.Equal([105, 102, 103], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
        Reload(world, "api/0");
        Expect(world, "spawn api/0 4");
    }

    [Fact]
    public void ASuccessorThatDoesNotListen_HasFailed_WhereTheOldOneDid()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0");
        world.After(5000);
        Expect(world, "spawn api/0 2", "signal 104 SIGTERM");
        world.End(104, ExitStatus.Signalled(15));
        Assert.Equal(101, world.Supervisor.Snapshot().Workers[0].Pid);
        Assert.Equal("its new process was stopped because it did not become ready in 5000 ms: it listens on no socket, and the old one, pid 101, goes on", ProblemOf(world, "api/0"));
        Assert.Contains(Reports(world), e => e.Message == "the new process was stopped because it did not become ready in 5000 ms: it listens on no socket");
    }

    [Fact]
    public void AnAppThatNeverListened_IsTakenAsReady()
    {
        var world = new World(Specs.Of(Api with { Instances = 1 })).Begin();
        world.After(4999);
        Assert.Equal(Phase.Starting, world.PhaseOf("api/0"));
        world.After(1);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Reload(world, "api/0");
        world.After(3000);
        Assert.Contains("promote api/0 102", Wishes(world));
    }

    [Fact]
    public void MaxSurge_ReplacesSeveralAtATime()
    {
        var world = Up(Api with { MaxSurge = new Surge(50, true) }).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Expect(world, "spawn api/0 2", "spawn api/1 2");
        Say(world, 105);
        Expect(world, "promote api/1 105", "disconnect 102");
        world.End(102, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 102", "spawn api/2 2");
    }

    [Fact]
    public void AFailure_TakesBackWhatIsOnItsWay()
    {
        var world = Up(Api with { MaxSurge = new Surge(2, false) }).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        world.Clear().End(104, ExitStatus.Exited(1));
        Expect(world, "kill_leftovers 104", "signal 105 SIGTERM");
        world.End(105, ExitStatus.Signalled(15));
        Assert.Equal([101, 102, 103], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
        Assert.Contains("the old process, pid 102, goes on", ProblemOf(world, "api/1"), StringComparison.Ordinal);
        Assert.Single(Reports(world), e => e.Name == EventName.ReloadFailed);
    }

    [Fact]
    public void WithRollback_NoOldOneGoes_BeforeEveryNewOneIsReady()
    {
        var world = Up(Api with { ReloadRollback = true }).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Say(world, 104);
        Say(world, 105);
        Expect(world, "spawn api/0 2", "spawn api/1 2", "spawn api/2 2");
        Say(world, 106);
        Assert.Equal(["promote api/0 104", "promote api/1 105", "promote api/2 106"], Wishes(world).Where(w => w.StartsWith('p')).Order());
    }

    [Fact]
    public void WithRollback_ASecondReload_DoesNotWaitForEver()
    {
        var world = Up(Api with { ReloadRollback = true }).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Say(world, 104);
        Reload(world, "api/0", "api/1", "api/2");
        Say(world, 105);
        Say(world, 106);
        Assert.Equal(["promote api/0 104", "promote api/1 105", "promote api/2 106"], Wishes(world).Where(w => w.StartsWith('p')).Order());
        foreach (var old in new[] { 101, 102, 103 })
        {
            world.End(old, ExitStatus.Exited(0));
        }

        Say(world, 107); // the turn of api/2 had not come at the second one
        world.Clear();
        Say(world, 108);
        Assert.Equal(["promote api/0 107", "promote api/1 108"], Wishes(world).Where(w => w.StartsWith('p')).Order());
        foreach (var old in new[] { 104, 105 })
        {
            world.End(old, ExitStatus.Exited(0));
        }

        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing || w.IsBeside));
    }

    [Fact]
    public void WithRollback_OneFailure_TakesAllNewOnesBack()
    {
        var world = Up(Api with { ReloadRollback = true }).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        Say(world, 104);
        Say(world, 105);
        world.Clear().End(106, ExitStatus.Exited(1));
        Assert.Equal(["disconnect 104", "disconnect 105", "kill_leftovers 106"], Wishes(world).Order());
        world.End(104, ExitStatus.Exited(0));
        world.End(105, ExitStatus.Exited(0));
        Assert.Equal([101, 102, 103], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
    }

    [Fact]
    public void AForkApp_IsStoppedBeforeItsSuccessorStarts_OneAfterTheOther()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2))).Begin().Clear();
        Reload(world, "api/0", "api/1");
        Expect(world, "signal 101 SIGTERM");
        world.End(101, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 101", "spawn api/0 2", "signal 102 SIGTERM");
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadStarted && e.Message.Contains("is stopped before", StringComparison.Ordinal));
    }

    [Fact]
    public void AForkAppThatDoesNotComeBack_EndsIt()
    {
        var world = new World(Specs.Of(Specs.Named("api", 2) with { ReadyWhen = new ReadyWhen(ReadyKind.Notify), RestartDelay = Specs.Ms(500) })).Begin();
        Say(world, 101);
        Say(world, 102);
        Reload(world, "api/0", "api/1");
        world.End(101, ExitStatus.Exited(0));
        world.Clear().End(103, ExitStatus.Exited(3));
        Expect(world, "kill_leftovers 103");
        Assert.Contains("code 3; the old one had to stop before", ProblemOf(world, "api/0"), StringComparison.Ordinal);
        Assert.Equal(102, world.PidOf("api/1"));
    }

    [Fact]
    public void AnInstanceThatIsStoppedMeanwhile_IsNoFailure()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0", "api/1");
        world.Clear().Send("api/0", new WorkerEvent.Stop());
        Expect(world, "disconnect 101", "signal 104 SIGTERM");
        world.End(104, ExitStatus.Signalled(15));
        Expect(world, "kill_leftovers 104", "spawn api/1 2");
        Assert.Equal("somebody stopped it meanwhile", ProblemOf(world, "api/0"));
    }

    [Fact]
    public void ScalingDown_TakesTheSuccessorToo()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/2");
        world.Clear().Step(new SupervisorEvent.Scale("api", 2));
        Assert.Equal(["disconnect 103", "signal 104 SIGTERM"], Wishes(world).Order());
        world.End(104, ExitStatus.Signalled(15));
        world.End(103, ExitStatus.Exited(0));
        Assert.Equal(2, world.Supervisor.Snapshot().Workers.Length);
        Assert.DoesNotContain(Reports(world), e => e.Name == EventName.ReloadFailed);
    }

    [Fact]
    public void Shutdown_TakesOldAndNew()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0", "api/1", "api/2");
        world.Clear().Signal(Signal.Term);
        Assert.Equal(["disconnect 101", "disconnect 102", "disconnect 103", "signal 104 SIGTERM"], Wishes(world).Order());
        foreach (var pid in (int[])[104, 101, 102, 103])
        {
            world.End(pid, ExitStatus.Exited(0));
        }

        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void AChangedFile_IsBroughtByAReload_AndAFailureKeepsWhatServes()
    {
        var world = Up(Api).Clear();
        var changed = Api with { Env = [new("A", "1")], KillSignal = Signal.Int };
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(changed)));
        Expect(world, "spawn api/0 2");
        Assert.Equal(changed.Env, world.Supervisor.SpecOf(new WorkerId("api", 0), 2).Env);
        Say(world, 104);
        world.Step(Disconnected(101)).After(200);
        Expect(world, "promote api/0 104", "disconnect 101", "signal 101 SIGTERM");
        world.End(101, ExitStatus.Exited(0));
        world.End(105, ExitStatus.Exited(1));
        Assert.Equal(Api.Env, world.Supervisor.SpecOf(new WorkerId("api", 1)).Env);

        // What has failed is tried again by the next reload; what serves goes on by what it was started with.
        world.Clear().Step(new SupervisorEvent.Scale("api", 4));
        Assert.Equal(Api.Env, world.Supervisor.SpecOf(new WorkerId("api", 1)).Env);
        Assert.Equal(changed.Env, world.Supervisor.SpecOf(new WorkerId("api", 3)).Env);
        Reload(world, "api/1");
        Say(world, 107);
        Assert.Equal(changed.Env, world.Supervisor.SpecOf(new WorkerId("api", 1)).Env);
    }

    [Fact]
    public void AFileMendedWhileAReloadFails_IsTriedWhenThatIsOver()
    {
        var world = Up(Api with { MaxSurge = new Surge(2, false) }).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { MaxSurge = new Surge(2, false), Env = [new("A", "1")] })));
        world.End(104, ExitStatus.Exited(1));
        world.Clear().Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { MaxSurge = new Surge(2, false), Env = [new("A", "2")] })));
        Expect(world);
        world.End(105, ExitStatus.Signalled(15));
        Expect(world, "kill_leftovers 105", "spawn api/0 3", "spawn api/1 3");
    }

    [Fact]
    public void ASecondReload_MakesNewProcessesAgain()
    {
        var world = Up(Api).Clear();
        Reload(world, "api/0");
        Reload(world, "api/0");
        Say(world, 104);
        world.End(101, ExitStatus.Exited(0));
        Expect(world, "spawn api/0 2", "promote api/0 104", "disconnect 101", "kill_leftovers 101", "spawn api/0 3");
    }

    [Fact]
    public void Usr2_ReloadsWhatIsMeantToBeUp()
    {
        var world = new World(Specs.Of(Api with { Instances = 2 }, Specs.Named("job", 1) with { IsTask = true })).Begin();
        Say(world, 101);
        Say(world, 102);
        world.Send("api/0", new WorkerEvent.Stop()).End(101, ExitStatus.Exited(0));
        world.Clear().Signal(Signal.Usr2);
        Expect(world, "spawn api/1 2");
    }

    [Fact]
    public void ADisconnectThatIsNotAnswered_IsFollowedByTheSignal_AndByKill()
    {
        var world = Up(Api).Clear();
        world.Send("api/0", new WorkerEvent.Stop());
        world.After(3999);
        Expect(world, "disconnect 101");
        world.After(1);
        Expect(world, "signal 101 SIGTERM");
        world.After(4000);
        Expect(world, "kill_tree 101");
    }

    internal static World Up(AppSpec app)
    {
        var world = new World(Specs.Of(app)).Begin();
        for (var pid = 101; pid < 101 + app.Instances; pid++)
        {
            Say(world, pid);
        }

        return world;
    }

    internal static World Reload(World world, params string[] workers) =>
        world.Step(new SupervisorEvent.Reload([.. workers.Select(w => new WorkerId(w.Split('/')[0], int.Parse(w.Split('/')[1], null)))]));

    /// <summary>It listens.</summary>
    internal static World Say(World world, int pid)
    {
        var process = world.Alive.Single(one => one.Pid == pid);
        return world.Step(new SupervisorEvent.ToWorker(process.Worker, new WorkerEvent.ReadyReceived(process.Incarnation)));
    }

    internal static SupervisorEvent.ToWorker Disconnected(int pid) => new(new WorkerId("api", (pid - 101) % 3), new WorkerEvent.Disconnected(1));

    static IEnumerable<Phase> PhasesOf(World world) => world.Supervisor.Snapshot().Workers.Where(w => !w.IsBeside).Select(w => w.Phase);

    internal static string? ProblemOf(World world, string worker) => world.Supervisor.Snapshot().Workers.Single(w => w.Worker.ToString() == worker && !w.IsBeside).ReloadProblem;

    internal static IEnumerable<LogEvent> Reports(World world) => world.Effects.OfType<Effect.Report>().Select(r => r.Event);

    internal static List<string> Wishes(World world) => [.. world.Effects.Where(e => e is not (Effect.Report or Effect.LookForListeners))
        .Select(e => e is Effect.Spawn spawn ? $"spawn {spawn.Worker} {spawn.Incarnation}" : EffectText.Of(e))];

    internal static void Expect(World world, params string[] wishes)
    {
        var reports = world.Effects.Where(e => e is Effect.Report).ToList();
        Assert.Equal(wishes, Wishes(world));
        world.Clear();
        world.Effects.AddRange(reports);
    }
}
