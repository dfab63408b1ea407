namespace Init.Benchmarks.Figures;

/// <summary>
/// A burst of orphans: the worker fixture hands N waiting processes over to PID 1, lets them all end at once and watches their pids
/// until each is reaped. The time includes the kernel's own work for N exits, which is the same for all.
/// </summary>
sealed class OrphansFigure : Figure
{
    // 30 s of waiting in the fixture, plus the time to fork that many.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(75);

    public override string Name => "orphans";
    public override string Title => "a burst of orphans that all end at once, bounded at 30 s";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        Samples wall = new(), cpu = new();
        int count = bench.Options.Orphans;
        bench.Interleave(Name, Math.Max(1, bench.Options.Runs / 10), bench.Present, subject =>
        {
            using PidNamespace running = PidNamespace.Start(bench.Fixtures, subject, "orphans", count.ToString());
            long wallNs = running.AwaitRecord("reaped", 1, s_limit);
            long left = running.Records("left")[0], forked = running.Records("forked")[0], cpuNs = running.Records("cpu")[0];
            if (forked < count)
            {
                throw new BenchmarkException($"only {forked} of {count} orphans could be forked");
            }
            if (cpuNs >= 0)
            {
                cpu.Add(subject, cpuNs / 1e6);
            }
            if (left > 0)
            {
                wall.Say(subject, $"> 30 s ({left} left)");
                cpu.Say(subject, $"{cpuNs / 1e6:0} so far");
                throw new BenchmarkException($"no further runs, {left} of {count} orphans were left after 30 s");
            }
            wall.Add(subject, wallNs / 1e6);
        });
        return [wall.ToRow(bench, $"{count} orphans reaped", "ms"), cpu.ToRow(bench, $"CPU time of PID 1 for {count} orphans", "ms")];
    }
}
