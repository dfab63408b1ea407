namespace Init.Benchmarks.Figures;

/// <summary>
/// SIGTERM to PID 1 until PID 1 is gone, with one worker that obeys at once. The second row tells how often the worker was really
/// asked: a PID 1 that just leaves is fast, but then the kernel kills the worker.
/// </summary>
sealed class StopFigure : Figure
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(300);

    public override string Name => "stop";
    public override string Title => "SIGTERM to gone, with one cooperative worker";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        Samples gone = new(), asked = new();
        var told = new Dictionary<Subject, (int Asked, int Runs)>();
        bench.Interleave(Name, Math.Max(1, bench.Options.Runs / 3), bench.Present, subject =>
        {
            using PidNamespace running = bench.StartSleeping(subject);
            Thread.Sleep(s_settle);
            _ = running.Signal(0) && running.AwaitEnd(TimeSpan.Zero); // binds both calls, so that the first sample does not pay
            long sent = Clock.NowNs;
            _ = running.Signal(Libc.SIGTERM);
            if (!running.AwaitEnd(s_limit))
            {
                throw new BenchmarkException($"PID 1 still lives {s_limit.TotalSeconds} s after SIGTERM");
            }
            gone.Add(subject, (Clock.NowNs - sent) / 1e6);
            (int Asked, int Runs) sum = told.GetValueOrDefault(subject);
            told[subject] = (sum.Asked + running.Records("term").Count, sum.Runs + 1);
        });
        foreach ((Subject subject, (int times, int runs)) in told)
        {
            asked.Say(subject, $"{times} of {runs}");
        }
        return [gone.ToRow(bench, "SIGTERM to PID 1's end", "ms"), asked.ToRow(bench, "worker was asked to stop", "")];
    }
}
