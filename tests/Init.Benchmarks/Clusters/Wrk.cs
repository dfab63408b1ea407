using System.Globalization;
using System.Text.RegularExpressions;

namespace Init.Benchmarks.Clusters;

/// <summary>What one run of wrk saw.</summary>
sealed partial record WrkResult(long Requests, double PerSecond, double P99Ms, long Errors)
{
    public static string? Program => Tool.Find("wrk");

    /// <param name="port">On the loopback.</param>
    /// <param name="isFresh">A new connection for each request.</param>
    /// <param name="seconds">How long.</param>
    public static WrkResult Run(int port, bool isFresh, int seconds)
    {
        string[] header = isFresh ? ["-H", "Connection: close"] : [];
        string[] command = Affinity.OfLoad(Program!);
        ToolResult result = Tool.Run(command[0], [.. command[1..], "-t1", "-c64", $"-d{seconds}s", "--latency", .. header, $"http://127.0.0.1:{port}/"]);
        Match requests = RequestsPattern().Match(result.Output), rate = RatePattern().Match(result.Output), p99 = P99Pattern().Match(result.Output);
        if (result.ExitCode != 0 || !requests.Success || !rate.Success || !p99.Success)
        {
            throw new BenchmarkException($"wrk: {result.Output}");
        }
        double scale = p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1, "s" => 1000, var unit => throw new BenchmarkException($"wrk: {unit}?") };
        Match errors = ErrorsPattern().Match(result.Output);
        return new WrkResult(
            long.Parse(requests.Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * scale,
            errors.Success ? errors.Groups.Cast<Group>().Skip(1).Sum(group => long.Parse(group.Value, CultureInfo.InvariantCulture)) : 0);
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex RequestsPattern();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99Pattern();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex ErrorsPattern();
}
