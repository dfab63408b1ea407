using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using static Init.Core.Tests.Supervision.ReloadTests;

namespace Init.Core.Tests.Supervision;

/// <summary>Somebody stops, restarts or scales instances away while a reload has to do with them. Pids as in ReloadTests.</summary>
public class OverruleTests
{
    static readonly AppSpec Fork = Specs.Named("api", 3) with { ReadyWhen = new ReadyWhen(ReadyKind.Notify) };

    static readonly string[] All = ["api/0", "api/1", "api/2"];

    [Fact]
    public void AStopOfAll_IsNotUndone()
    {
        var world = Up(Api).Clear();
        Reload(world, All);
        Operate(world.Clear(), Operation.Stop, All);
        Assert.Equal(["disconnect 101", "disconnect 102", "disconnect 103", "signal 104 SIGTERM"], Wishes(world).Order());
        foreach (var pid in (int[])[104, 101, 102, 103])
        {
            world.End(pid, ExitStatus.Exited(0));
        }

        Assert.Empty(world.Alive);
        Assert.Equal(0, world.ExitCode);
        Assert.DoesNotContain(Reports(world), e => e.Name == EventName.ReloadFailed);
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("0 replaced", StringComparison.Ordinal));
    }

    [Fact]
    public void AStopOfAll_IsNotUndone_InForkMode()
    {
        var world = Up(Fork).Clear();
        Reload(world, All);
        Operate(world.Clear(), Operation.Stop, All);
        foreach (var pid in (int[])[101, 102, 103])
        {
            world.End(pid, ExitStatus.Exited(0));
        }

        Assert.Empty(world.Alive);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void AStopOfOneWhoseTurnIsToCome_LeavesItStopped_AndTheOthersAreReplaced()
    {
        var world = Up(Api).Clear();
        Reload(world, All);
        Operate(world, Operation.Stop, "api/1").End(102, ExitStatus.Exited(0));
        Assert.Equal("somebody stopped it meanwhile", ProblemOf(world, "api/1"));
        Say(world, 104).End(101, ExitStatus.Exited(0));
        Say(world, 105).End(103, ExitStatus.Exited(0));
        Assert.Equal([Phase.Ready, Phase.Down, Phase.Ready], world.Supervisor.Snapshot().Workers.Select(w => w.Phase));
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("2 replaced", StringComparison.Ordinal));
    }

    [Fact]
    public void OneThatWasStoppedBefore_IsStartedByAReloadThatNamesIt()
    {
        var world = Up(Api);
        Operate(world, Operation.Stop, "api/1").End(102, ExitStatus.Exited(0)).Clear();
        Reload(world, "api/1");
        Expect(world, "spawn api/1 2");
        Say(world, 104);
        Assert.Null(ProblemOf(world, "api/1"));
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing));
    }

    /// <summary>It is asked for again while the stop that took it out is under way: that counts, and not what was noted against it.</summary>
    [Fact]
    public void OneThatIsStoppedAndThenReloaded_ComesUp()
    {
        var world = Up(Api).Clear();
        Reload(world, All);
        Operate(world, Operation.Stop, "api/0");
        Reload(world, "api/0");
        world.End(104, ExitStatus.Signalled(15)).End(101, ExitStatus.Exited(0));
        EndReload(world);
        Assert.Equal(Phase.Ready, world.PhaseOf("api/0"));
        Assert.Null(ProblemOf(world, "api/0"));
        Assert.DoesNotContain(Reports(world), e => e.Name == EventName.ReloadFailed);
    }

    [Fact]
    public void AStopAndAStart_DoNotEndTheReload_AndTheNewProcessIsTheOneByTheFile()
    {
        var world = Up(Api).Clear();
        world.Step(new SupervisorEvent.Reconfigure(Specs.Of(Api with { Env = [new("A", "2")] })));
        Operate(world, Operation.Stop, "api/0");
        Operate(world, Operation.Start, "api/0");
        world.End(104, ExitStatus.Signalled(15)).End(101, ExitStatus.Exited(0));
        Assert.Equal("2", world.Supervisor.SpecOf(new WorkerId("api", 0)).Env[0].Value);
        Say(world, 105).End(102, ExitStatus.Exited(0));
        Assert.Contains("spawn api/1 2", Wishes(world));
        Assert.DoesNotContain(Reports(world), e => e.Name == EventName.ReloadFailed);
        Assert.Null(ProblemOf(world, "api/0"));
        Assert.All(world.Supervisor.Snapshot().Workers.Take(1), w => Assert.False(w.IsReplacing));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARestart_DiscardsTheSuccessor_AndTheReloadGoesOnWithTheOthers(bool isStanding)
    {
        var world = Up(Api with { ReloadRollback = isStanding }).Clear();
        Reload(world, All);
        if (isStanding)
        {
            Say(world, 104); // and 105 is on its way
        }

        Operate(world.Clear(), Operation.Restart, "api/0");
        Assert.Equal(["disconnect 101", isStanding ? "disconnect 104" : "signal 104 SIGTERM"], Wishes(world).Order());
        world.End(104, ExitStatus.Exited(0)).End(101, ExitStatus.Exited(0));
        var fresh = world.PidOf("api/0");
        EndReload(world);
        Assert.Equal(fresh, world.Supervisor.Snapshot().Workers[0].Pid);
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.True(w is { IsReplacing: false, IsBeside: false, ReloadProblem: null, Phase: Phase.Ready }));
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("3 replaced", StringComparison.Ordinal));
        Assert.Equal(3, world.Alive.Count);
    }

    [Fact]
    public void ARestartOfOneThatHasJustBeenReplaced_DoesNotEndTheReload()
    {
        var world = Up(Api).Clear();
        Reload(world, All);
        Say(world, 104);
        Operate(world, Operation.Restart, "api/0").End(104, ExitStatus.Exited(0)).End(101, ExitStatus.Exited(0));
        EndReload(world);
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.True(w is { IsReplacing: false, ReloadProblem: null, Phase: Phase.Ready }));
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("3 replaced", StringComparison.Ordinal));
    }

    [Fact]
    public void ARestartThatFails_EndsTheReload()
    {
        var world = Up(Api with { RestartDelay = Specs.Ms(500) }).Clear();
        Reload(world, All);
        Operate(world, Operation.Restart, "api/0").End(104, ExitStatus.Exited(0)).End(101, ExitStatus.Exited(0));
        world.End(world.PidOf("api/0"), ExitStatus.Exited(7));
        Assert.Contains("ended with code 7", ProblemOf(world, "api/0"), StringComparison.Ordinal);
        Assert.Single(Reports(world), e => e.Name == EventName.ReloadFailed);
    }

    /// <summary>Dependents and dependencies restart in their order; the reload waits for that, and what comes of it is new enough.</summary>
    [Fact]
    public void ARestartInOrder_IsNotOvertaken()
    {
        var world = new World(Specs.Of(Fork with { Instances = 2 }, Specs.Named("web") with { DependsOn = [new Dependency("api", DependencyCondition.Ready)] })).Begin();
        Say(world, 101);
        Say(world, 102);
        Reload(world.Clear(), "api/0", "api/1");
        Operate(world, Operation.Restart, "api/0", "api/1", "web/0");
        Expect(world, "signal 101 SIGTERM", "signal 103 SIGTERM");
        world.End(101, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 101", "spawn api/0 2"); // its stop was the reload's, and 102 serves on until web has gone
        Say(world, 104);
        Expect(world);
        world.End(103, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 103", "signal 102 SIGTERM");
        world.End(102, ExitStatus.Exited(0));
        Say(world, 105);
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing));
        Assert.DoesNotContain(Reports(world), e => e.Name == EventName.ReloadFailed);
    }

    [Fact]
    public void ScalingDown_BeforeItsTurn_IsNoFailure()
    {
        var world = Up(Api).Clear();
        Reload(world, All);
        world.Step(new SupervisorEvent.Scale("api", 1)).End(102, ExitStatus.Exited(0)).End(103, ExitStatus.Exited(0));
        Say(world, 104).End(101, ExitStatus.Exited(0));
        Assert.Single(world.Alive);
        Assert.Contains(Reports(world), e => e.Name == EventName.ReloadFinished && e.Message.Contains("1 replaced", StringComparison.Ordinal));
    }

    /// <summary>Whatever starts comes up, and what is asked to go goes, until the reload is over.</summary>
    static void EndReload(World world)
    {
        for (var turn = 0; turn < 20; turn++)
        {
            foreach (var process in world.Alive.ToList())
            {
                var status = world.Supervisor.Snapshot().Workers.Single(w => w.Pid == process.Pid);
                if (status.Phase == Phase.Starting)
                {
                    Say(world, process.Pid);
                }
                else if (status.Phase == Phase.Draining)
                {
                    world.End(process.Pid, ExitStatus.Exited(0));
                }
            }
        }
    }

    static World Operate(World world, Operation what, params string[] workers) =>
        world.Step(new SupervisorEvent.Operate(what, [.. workers.Select(w => new WorkerId(w.Split('/')[0], int.Parse(w.Split('/')[1], null)))]));
}
