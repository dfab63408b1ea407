using Init.E2E.Tests.Harness;

namespace Init.E2E.Tests.Cluster;

/// <summary>Waiting for what a load must come to see; the log of PID 1 is shown when it does not.</summary>
static class LoadWaits
{
    /// <summary>Waits for more answers than there are now.</summary>
    public static void WaitAnswers(this LoadClient load, Pid1 pid1, int more)
    {
        var goal = load.Result.Ok + more;
        if (!Limits.Poll(() => load.Result.Ok >= goal))
        {
            throw pid1.Failure($"{more} more answers did not come: {load.Result}");
        }
    }

    /// <summary>Waits until each of these workers has answered.</summary>
    public static void WaitPids(this LoadClient load, Pid1 pid1, IEnumerable<long> wanted)
    {
        string[] names = [.. wanted.Select(pid => $"{pid}")];
        if (!Limits.Poll(() => load.Result.Pids is var seen && names.All(seen.ContainsKey)))
        {
            throw pid1.Failure($"not each of {string.Join(", ", names)} answered: {load.Result}");
        }
    }
}
