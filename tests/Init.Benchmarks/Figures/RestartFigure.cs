namespace Init.Benchmarks.Figures;

/// <summary>
/// From just before SIGKILL to the worker's successor's first instruction. The worker has been up for more than 1.5 s each time, so
/// that no subject takes it for a start that failed. All subjects are up together and take turns.
/// </summary>
sealed class RestartFigure : Figure
{
    private const long MinimumUptimeNs = 1_600_000_000;

    public override string Name => "restart";
    public override string Title => "a worker's death (SIGKILL, after 1.6 s up) to its successor's first instruction";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        var samples = new Samples();
        Dictionary<Subject, PidNamespace> running = bench.StartAll(Name, bench.Supervisors);
        try
        {
            _ = Libc.kill(Environment.ProcessId, 0); // binds the call, so that the first sample does not pay for it
            for (int run = 0; run < Math.Max(1, bench.Options.Runs / 3); run++)
            {
                foreach (Subject subject in running.Keys.ToArray())
                {
                    if (!bench.Try(Name, subject, () => samples.Add(subject, KillOnce(running[subject], run + 2))))
                    {
                        running.Remove(subject, out PidNamespace? failed);
                        failed!.Dispose();
                    }
                }
            }
        }
        finally
        {
            foreach (PidNamespace one in running.Values)
            {
                one.Dispose();
            }
        }
        return [samples.ToRow(bench, "worker's death to successor's main", "ms", subject => subject.IsSupervisor)];
    }

    public static double KillOnce(PidNamespace running, int nthStart)
    {
        long up = Clock.NowNs - running.Records("start")[^1];
        Thread.Sleep(TimeSpan.FromMilliseconds(Math.Max(0, (MinimumUptimeNs - up) / 1e6)));
        int worker = running.WorkerPid();
        if (worker == 0)
        {
            throw new BenchmarkException($"no worker before kill {nthStart - 1}");
        }
        long killed = Clock.NowNs;
        _ = Libc.kill(worker, Libc.SIGKILL);
        return (running.AwaitRecord("start", nthStart, Bench.StartLimit) - killed) / 1e6;
    }
}
