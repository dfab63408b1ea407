// Idle costs nothing: few threads, little memory, and not one wake-up while nothing happens. The ten seconds are the measurement
// itself, not a wait for anything.
using System.Globalization;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

/// <summary>
/// Alone: a page of the binary that another pminit maps at the same moment cannot be given back (and costs nobody anything), so that beside
/// other tests the figure would be of them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public sealed class IdleTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int MemoryLimitKb = 4096;

    // Full buffers and the garbage of one collection; what grew with the lines themselves would be far above.
    const int BusyMemoryLimitKb = 16 * 1024;
    static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [RequiresFact]
    public void Idle_NeverWakes_WhenNothingHappens()
    {
        var pid1 = StartIdle();
        var before = Switches(pid1);

        Thread.Sleep(Window);

        Assert.Equal(before, Switches(pid1));
    }

    [RequiresFact]
    public void Idle_NeverWakes_WhileFilesAreWatched()
    {
        var pid1 = StartIdle(Worker("api", "print=ready").With("min_uptime", 1).With("watch", true));
        var before = Switches(pid1);

        Thread.Sleep(Window);

        Assert.Equal(before, Switches(pid1));
    }

    [RequiresFact]
    public void Idle_IsSmall_WithOneApp()
    {
        var pid1 = Start(Worker("api", "print=ready"));
        pid1.WaitMessage("ready");
        WaitAsleep(pid1);

        Assert.InRange(Status(pid1, "Threads:"), 1, 3);
        Assert.InRange(Status(pid1, "VmRSS:"), 1, MemoryLimitKb);
    }

    [RequiresFact]
    public void Memory_StaysBounded_AfterManyLines()
    {
        var pid1 = Start(Worker("api", "spam=300000 print=quiet"));
        pid1.WaitMessage("quiet", limit: TimeSpan.FromMinutes(1));

        Assert.InRange(Status(pid1, "VmHWM:"), 1, BusyMemoryLimitKb);
    }

    /// <summary>The memory guard needs no look where the kernel tells that memory gets scarce.</summary>
    [RequiresCgroupFact("memory")]
    public void Idle_NeverWakes_WithAMemoryLimitThatTheKernelWatches()
    {
        using var cgroup = new Cgroup("memory") { ["memory.limit_in_bytes"] = $"{256 << 20}" };
        var pid1 = StartIdle(cgroup.Enter);
        var before = Switches(pid1);

        Thread.Sleep(Window);

        Assert.Equal(before, Switches(pid1));
    }

    Pid1 StartIdle(params IReadOnlyList<string> before) => StartIdle(Worker("api", "print=ready").With("min_uptime", 1), before);

    Pid1 StartIdle(System.Text.Json.Nodes.JsonObject app, params IReadOnlyList<string> before)
    {
        var pid1 = Start(new StartOptions { File = Of(app), Before = before });
        pid1.WaitMessage("ready");
        pid1.WaitEvent("worker_ready");
        // Asked once, so that the first use of everything is behind it; then until it has gone back to sleep.
        Assert.Equal(0, pid1.Client("ping").Code);
        WaitAsleep(pid1);
        return pid1;
    }

    /// <summary>Until no thread has switched for two seconds: what only the start needed is given back after one.</summary>
    internal static void WaitAsleep(Pid1 pid1)
    {
        var last = "";
        pid1.WaitUntil("it sleeps", () =>
        {
            var now = Switches(pid1);
            Thread.Sleep(TimeSpan.FromSeconds(2));
            var quiet = now == last;
            last = now;
            return quiet;
        });
    }

    /// <summary>Every thread's context switches, by name: one line for each.</summary>
    internal static string Switches(Pid1 pid1)
    {
        var threads = Directory.GetDirectories($"/proc/{pid1.OuterPid}/task").Order(StringComparer.Ordinal);
        return string.Join('\n', threads.Select(t => $"{Processes.Field($"{t}/status", "Name:")} {Processes.Field($"{t}/status", "voluntary_ctxt_switches:")}"));
    }

    static long Status(Pid1 pid1, string field) =>
        long.Parse(Processes.Field($"/proc/{pid1.OuterPid}/status", field)!.Split(' ')[0], CultureInfo.InvariantCulture);
}
