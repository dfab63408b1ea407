using Init.Core.Control;
using Init.Core.Model;
using Init.Core.Supervision;
using static Init.Core.Tests.Supervision.ReloadTests;

namespace Init.Core.Tests.Supervision;

/// <summary>The file brought settings with which no process comes up, and is read once more. Pids as in ReloadTests.</summary>
public class BehindTests
{
    static readonly AppSpec Bad = Api with { Env = [new("V", "bad")] };

    static readonly AppSpec Good = Api with { Env = [new("V", "good")] };

    [Fact]
    public void TheSameFile_IsTriedAgain()
    {
        var world = Failed(replaced: 0);
        Read(world, Bad);
        Expect(world, "spawn api/0 3");
        Assert.Contains(Reports(world), e => e.Message == "the file was read again: api: runs by older settings (its reload failed), reloading again");
    }

    [Fact]
    public void OnlyWhatIsBehind_IsTriedAgain()
    {
        var world = Failed(replaced: 1);
        Read(world, Bad);
        Expect(world, "spawn api/1 3");
        Say(world, 106).End(102, ExitStatus.Exited(0));
        Say(world, 107).End(103, ExitStatus.Exited(0));
        Assert.Equal([104, 106, 107], world.Supervisor.Snapshot().Workers.Select(w => w.Pid));
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing || w.IsBehind));
        Read(world.Clear(), Bad);
        Expect(world);
        Assert.Contains(Reports(world), e => e.Message == "the file was read again: nothing has changed");
    }

    [Fact]
    public void WhileItsReloadRuns_NothingIsTriedAgain()
    {
        var world = Up(Api);
        Read(world, Bad);
        Read(world.Clear(), Bad);
        Expect(world);
        Assert.Contains(Reports(world), e => e.Message == "the file was read again: nothing has changed");
    }

    [Fact]
    public void TheFileBefore_LeavesAloneWhatStillRunsByIt()
    {
        var world = Failed(replaced: 0);
        Read(world, Api);
        Expect(world);
        Assert.Contains(Reports(world), e => e.Message == "the file was read again: api: adjusted (env.V)");
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsBehind));
    }

    [Fact]
    public void TheFileBefore_ReloadsWhatDoesNotRunByIt()
    {
        var world = Failed(replaced: 1);
        Read(world, Api);
        Expect(world, "spawn api/0 3");
        Say(world, 106);
        world.Clear().End(104, ExitStatus.Exited(0));
        Expect(world, "kill_leftovers 104");
        Assert.All(world.Supervisor.Snapshot().Workers, w => Assert.False(w.IsReplacing || w.IsBehind));
    }

    /// <summary>The new process was begun by a file that has been replaced since, and the one that is to follow it fails.</summary>
    [Fact]
    public void ASuccessorByAFileBetween_IsBehindToo()
    {
        var world = Up(Api with { Instances = 1 });
        Read(world, Good with { Instances = 1 });
        Read(world, Bad with { Instances = 1 });
        Say(world, 102).End(101, ExitStatus.Exited(0));
        world.End(103, ExitStatus.Exited(1)).Clear();
        Assert.True(world.Supervisor.Snapshot().Workers[0].IsBehind);
        Read(world, Bad with { Instances = 1 });
        Expect(world, "spawn api/0 4");
    }

    [Fact]
    public void Scaling_TriesNothingAgain()
    {
        var world = Failed(replaced: 0).Step(new SupervisorEvent.Scale("api", 2));
        Expect(world, "disconnect 103");
    }

    /// <summary>The verb has its answer when the reload is over.</summary>
    [Fact]
    public void WhoWaits_LearnsWhetherEveryInstanceHasThem()
    {
        var world = Up(Api).Step(new SupervisorEvent.Reconfigure(Specs.Of(Bad)));
        var settlement = new Settlement();
        settlement.AddReloads(world.Supervisor.Snapshot());
        Assert.Null(settlement.Look(world.Supervisor.Snapshot()));
        Say(world, 104).End(101, ExitStatus.Exited(0));
        Assert.Null(settlement.Look(world.Supervisor.Snapshot()));
        world.End(105, ExitStatus.Exited(9));
        var outcome = settlement.Look(world.Supervisor.Snapshot())!;
        Assert.Equal(1, outcome.Code);
        Assert.StartsWith("api/0 reloaded pid 104\napi/1 online: its new process ended with code 9, and the old one, pid 102, goes on\napi/2 online: not replaced", outcome.Text);
    }

    [Fact]
    public void WhoWaits_TakesNoInstanceThatIsScaledAwayForAFailure()
    {
        var world = Up(Api).Step(new SupervisorEvent.Reconfigure(Specs.Of(Good)));
        var settlement = new Settlement();
        settlement.AddReloads(world.Supervisor.Snapshot());
        world.Step(new SupervisorEvent.Scale("api", 1));
        Assert.Null(settlement.Look(world.Supervisor.Snapshot()));
        Say(world, 104).End(101, ExitStatus.Exited(0));
        Assert.Equal(new VerbOutcome(0, "api/0 reloaded pid 104\napi/1 was scaled away, or the file has it no more\napi/2 was scaled away, or the file has it no more\n"), settlement.Look(world.Supervisor.Snapshot()));
    }

    /// <summary>The new file's reload has failed, after so many instances.</summary>
    static World Failed(int replaced)
    {
        var world = Up(Api);
        Read(world, Bad);
        for (var i = 0; i < replaced; i++)
        {
            Say(world, 104 + i).End(101 + i, ExitStatus.Exited(0));
        }

        world.End(104 + replaced, ExitStatus.Exited(9));
        return world.Clear();
    }

    static void Read(World world, AppSpec app) => world.Step(new SupervisorEvent.Reconfigure(Specs.Of(app)));
}
