using Init.Linux.Loop;

namespace Init.Linux.Tests.Loop;

/// <summary>Setting the machine's clock is not for tests: what can be seen is that the kernel agrees, and that nothing wakes.</summary>
public sealed class ClockWatchTests
{
    [Fact]
    public void Watch_IsArmed_AndSilentWhileNobodySetsTheClock()
    {
        using var loop = new EventLoop();
        var warnings = new List<string>();
        var told = 0;
        using var watch = new ClockWatch(loop, () => told++, warnings.Add);
        Assert.Empty(warnings);
        Assert.True(watch.IsArmed);
        loop.Wait(Clock.Now, Clock.Now);
        loop.Dispatch(Urgency.Signals);
        Assert.Equal(0, told);
    }

    /// <summary>A wake-up without news (EAGAIN) is not a set clock.</summary>
    [Fact]
    public void Watch_TellsNothing_WhenThereIsNothingToRead()
    {
        using var loop = new EventLoop();
        var told = 0;
        using var watch = new ClockWatch(loop, () => told++, _ => { });
        watch.OnReady(0);
        Assert.Equal(0, told);
        Assert.True(watch.IsArmed);
    }
}
