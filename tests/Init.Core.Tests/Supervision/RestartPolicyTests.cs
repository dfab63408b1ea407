using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

public class RestartPolicyTests
{
    static readonly ExitStatus Sigkill = ExitStatus.Signalled(9);

    static WorkerState Slot(int unstable = 0, int step = 0) =>
        WorkerState.Initial with { Phase = Phase.Ready, Goal = Goal.Up, UnstableExits = unstable, BackoffStep = step };

    [Theory]
    // code, signal?, autorestart -> verdict; stop_exit_codes is [0, 3, 9]
    [InlineData(0, false, true, ExitVerdict.Done)]
    [InlineData(3, false, true, ExitVerdict.Done)]
    [InlineData(3, false, false, ExitVerdict.Done)]
    [InlineData(1, false, true, ExitVerdict.Restart)]
    [InlineData(1, false, false, ExitVerdict.Fail)]
    [InlineData(9, true, true, ExitVerdict.Restart)]
    [InlineData(9, true, false, ExitVerdict.Fail)]
    [InlineData(15, true, true, ExitVerdict.Restart)]
    public void AfterExit_TellsPlanFromFailure_ByCodeAndNeverBySignal(int value, bool isSignal, bool autoRestart, ExitVerdict expected)
    {
        var spec = Specs.Api with { AutoRestart = autoRestart, StopExitCodes = [0, 3, 9] };
        var status = isSignal ? ExitStatus.Signalled(value) : ExitStatus.Exited(value);
        Assert.Equal(expected, RestartPolicy.AfterExit(Slot(), status, Specs.Ms(5000), spec).Verdict);
    }

    [Theory]
    [InlineData(true, 0, ExitVerdict.Restart)]
    [InlineData(false, 0, ExitVerdict.Done)]
    [InlineData(false, 2, ExitVerdict.Fail)]
    public void AfterExit_AsksAutoRestart_WhenNoStopCodeMatches(bool autoRestart, int code, ExitVerdict expected)
    {
        var spec = Specs.Api with { AutoRestart = autoRestart };
        Assert.Equal(expected, RestartPolicy.AfterExit(Slot(), ExitStatus.Exited(code), Specs.Ms(5000), spec).Verdict);
    }

    [Theory]
    // before, uptime, min_uptime -> after
    [InlineData(0, 0, 1000, 1)]
    [InlineData(0, 999, 1000, 1)]
    [InlineData(0, 1000, 1000, 0)]
    [InlineData(5, 999, 1000, 6)]
    [InlineData(5, 1000, 1000, 4)]
    [InlineData(5, 1999, 1000, 4)]
    [InlineData(5, 2000, 1000, 3)]
    [InlineData(5, 5000, 1000, 0)]
    [InlineData(5, 99_999_999, 1000, 0)]
    [InlineData(5, 0, 0, 0)]
    [InlineData(5, 1e12, 1, 0)]
    public void UnstableExits_LeakWithRunningTime(int before, double uptimeMs, double minUptimeMs, int after)
    {
        var spec = Specs.Api with { MinUptime = Specs.Ms(minUptimeMs) };
        Assert.Equal(after, RestartPolicy.AfterExit(Slot(before), ExitStatus.Exited(1), Specs.Ms(uptimeMs), spec).UnstableExits);
    }

    [Theory]
    [InlineData(0, 0, ExitVerdict.GiveUp)]
    [InlineData(1, 0, ExitVerdict.Restart)]
    [InlineData(16, 15, ExitVerdict.Restart)]
    [InlineData(16, 16, ExitVerdict.GiveUp)]
    [InlineData(16, int.MaxValue, ExitVerdict.GiveUp)]
    [InlineData(int.MaxValue, int.MaxValue, ExitVerdict.Restart)]
    public void UnstableExit_IsCountedBeforeTheLimitIsCompared(int maxRestarts, int before, ExitVerdict expected)
    {
        var spec = Specs.Api with { MaxRestarts = maxRestarts };
        Assert.Equal(expected, RestartPolicy.AfterExit(Slot(before), ExitStatus.Exited(0), Specs.Ms(10), spec).Verdict);
        Assert.Equal(expected, RestartPolicy.AfterSpawnFailure(Slot(before), SpawnStage.Exec, 2, spec).Verdict);
        Assert.Equal(expected, RestartPolicy.AfterRemedy(Slot(before), Specs.Ms(10), spec).Verdict);
    }

    [Fact]
    public void StableExit_IsNeverTheLastStraw()
    {
        var decision = RestartPolicy.AfterExit(Slot(20), Sigkill, Specs.Ms(1000), Specs.Api with { MaxRestarts = 3 });
        Assert.Equal((ExitVerdict.Restart, 19), (decision.Verdict, decision.UnstableExits));
    }

    [Theory]
    // fixed, growing, exits in a row before -> delay
    [InlineData(0, 0, 0, 0)]
    [InlineData(2000, 0, 0, 2000)]
    [InlineData(2000, 0, 9, 2000)]
    [InlineData(2000, 100, 0, 100)]
    [InlineData(0, 100, 0, 100)]
    [InlineData(0, 100, 1, 150)]
    [InlineData(0, 100, 2, 225)]
    [InlineData(0, 100, 3, 337.5)]
    [InlineData(0, 100, 12, 12974.6337890625)]
    [InlineData(0, 100, 13, 15000)]
    [InlineData(0, 100, int.MaxValue, 15000)]
    [InlineData(0, 1, 1, 1.5)]
    [InlineData(0, 20_000, 0, 20_000)]
    [InlineData(0, 20_000, 7, 20_000)]
    public void Delay_IsFixedOrGrowsToItsCap(double fixedMs, double firstMs, int stepBefore, double expectedMs)
    {
        var spec = Specs.Api with
        {
            RestartDelay = Specs.Ms(fixedMs),
            ExpBackoffRestartDelay = Specs.Ms(firstMs),
            MaxRestarts = int.MaxValue,
        };
        var stable = RestartPolicy.AfterExit(Slot(0, stepBefore), Sigkill, Specs.Ms(2000), spec);
        Assert.Equal(expectedMs, stable.Delay.TotalMilliseconds, 0.001);

        var unstable = RestartPolicy.AfterExit(Slot(0, stepBefore), Sigkill, Specs.Ms(2), spec);
        Assert.Equal(expectedMs, unstable.Delay.TotalMilliseconds, 0.001);
    }

    [Theory]
    [InlineData(29_999, 1000, 8)]
    [InlineData(30_000, 1000, 1)]
    [InlineData(30_000, 60_000, 8)]
    [InlineData(60_000, 60_000, 1)]
    public void Backoff_StartsAgain_AfterALongRun(double uptimeMs, double minUptimeMs, int expectedStep)
    {
        var spec = Specs.Api with { MinUptime = Specs.Ms(minUptimeMs) };
        Assert.Equal(expectedStep, RestartPolicy.AfterExit(Slot(0, 7), Sigkill, Specs.Ms(uptimeMs), spec).BackoffStep);
    }

    [Theory]
    // stage, errno, restart_delay -> delay
    [InlineData(SpawnStage.Fork, 11, 0, 1000)]
    [InlineData(SpawnStage.Fork, 12, 0, 1000)]
    [InlineData(SpawnStage.Fork, 12, 3000, 3000)]
    [InlineData(SpawnStage.Fork, 1, 0, 0)]
    [InlineData(SpawnStage.Exec, 12, 0, 0)]
    [InlineData(SpawnStage.Pipe, 24, 0, 0)]
    public void SpawnFailure_WaitsASecond_WhenTheMachineIsShort(SpawnStage stage, int errno, double delayMs, double expectedMs)
    {
        var spec = Specs.Api with { RestartDelay = Specs.Ms(delayMs) };
        Assert.Equal(expectedMs, RestartPolicy.AfterSpawnFailure(Slot(), stage, errno, spec).Delay.TotalMilliseconds);
    }

    [Fact]
    public void SpawnFailure_IsUnstable_EvenWithoutMinUptime()
    {
        var decision = RestartPolicy.AfterSpawnFailure(Slot(2), SpawnStage.Resolve, 2, Specs.Api with { MinUptime = TimeSpan.Zero });
        Assert.Equal(3, decision.UnstableExits);
    }

    [Fact]
    public void SpawnFailure_IsNoStopCode_AndFailsForGoodWithoutAutoRestart()
    {
        var spec = Specs.Api with { StopExitCodes = [127], AutoRestart = false };
        Assert.Equal(ExitVerdict.Fail, RestartPolicy.AfterSpawnFailure(Slot(), SpawnStage.Resolve, 2, spec).Verdict);
    }

    [Fact]
    public void Counts_Saturate()
    {
        var spec = Specs.Api with { MaxRestarts = int.MaxValue, RestartDelay = TimeSpan.MaxValue };
        var decision = RestartPolicy.AfterExit(Slot(int.MaxValue, int.MaxValue), Sigkill, TimeSpan.Zero, spec);
        Assert.Equal(new ExitDecision(ExitVerdict.Restart, TimeSpan.MaxValue, int.MaxValue, int.MaxValue), decision);

        var growing = spec with { ExpBackoffRestartDelay = TimeSpan.MaxValue };
        Assert.Equal(TimeSpan.MaxValue, RestartPolicy.AfterExit(Slot(0, int.MaxValue - 1), Sigkill, TimeSpan.MaxValue, growing).Delay);
    }
}
