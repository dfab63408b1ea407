namespace Init.Benchmarks.Figures;

/// <summary>
/// What 10, 100 and 1,000 workers cost: CPU of the supervisor until all run, its memory when they sleep, and how long an unrelated worker's successor takes.
/// One subject at a time. s6 has a process per worker, which counts as its own.
/// </summary>
sealed class ManyFigure : Figure
{
    private const int Kills = 5;

    private static readonly int[] s_counts = [10, 100, 1000];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public override string Name => "many";
    public override string Title => "beside 10, 100 and 1,000 sleeping workers (all processes of the supervisor together)";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        var rows = new List<Row>();
        foreach (int count in s_counts)
        {
            Samples cpu = new(), rss = new(), respawn = new();
            foreach (Subject subject in bench.Supervisors.Where(subject => subject.TakesSleepers))
            {
                _ = bench.Try(Name, subject, () => MeasureOne(bench, subject, count, cpu, rss, respawn));
            }
            rows.Add(cpu.ToRow(bench, $"{count:N0} workers: CPU until all run", "ms", subject => subject.TakesSleepers));
            rows.Add(rss.ToRow(bench, $"{count:N0} workers: RSS", "kB", subject => subject.TakesSleepers));
            rows.Add(respawn.ToRow(bench, $"{count:N0} workers: another's death to its successor", "ms", subject => subject.TakesSleepers));
        }
        return rows;
    }

    private static void MeasureOne(Bench bench, Subject subject, int count, Samples cpu, Samples rss, Samples respawn)
    {
        using PidNamespace running = PidNamespace.Start(bench.Fixtures, subject, count, "sleep");
        _ = running.AwaitRecord("start", 1, s_limit);
        if (!Clock.Await(() => running.Sleepers() == count, s_limit))
        {
            throw new BenchmarkException($"{running.Sleepers()} of {count} workers run");
        }
        List<int> pids = running.SupervisorPids();
        cpu.Add(subject, pids.Sum(ProcFs.CpuMsOf));
        Thread.Sleep(MemoryFigure.Idle); // as where one worker runs
        rss.Add(subject, pids.Sum(pid => ProcFs.MemoryOf(pid).RssKb));
        _ = Libc.kill(Environment.ProcessId, 0); // binds the call
        for (int i = 0; i < Kills; i++)
        {
            respawn.Add(subject, RestartFigure.KillOnce(running, i + 2));
        }
    }
}
