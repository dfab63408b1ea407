namespace Init.Benchmarks.Figures;

/// <summary>
/// Memory while one worker sleeps. One subject at a time, because PSS divides shared pages by the number of processes that map them.
/// Pages shared with the rest of the machine (libc, python) still make dynamic programs look smaller in PSS than they are alone.
/// </summary>
sealed class MemoryFigure : Figure
{
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    public override string Name => "memory";
    public override string Title => "memory after 3 idle seconds with one sleeping worker (worker not counted)";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        Samples initRss = new(), initPss = new(), initDirty = new(), rss = new(), pss = new(), dirty = new();
        Samples threads = new(), processes = new();
        Libc.sync(); // the pages of a binary just built are dirty until written back, and smaps calls a process's view of them so too
        bench.Interleave(Name, Math.Max(1, bench.Options.Runs / 10), bench.Present, subject =>
        {
            using PidNamespace running = bench.StartSleeping(subject);
            Thread.Sleep(Idle);
            MemoryUse init = ProcFs.MemoryOf(running.InitPid), sum = default;
            List<int> pids = running.SupervisorPids();
            pids.ForEach(pid => sum += ProcFs.MemoryOf(pid));
            initRss.Add(subject, init.RssKb);
            initPss.Add(subject, init.PssKb);
            initDirty.Add(subject, init.PrivateDirtyKb);
            rss.Add(subject, sum.RssKb);
            pss.Add(subject, sum.PssKb);
            dirty.Add(subject, sum.PrivateDirtyKb);
            threads.Add(subject, pids.Sum(ProcFs.ThreadsOf));
            processes.Add(subject, pids.Count);
        });
        return
        [
            initRss.ToRow(bench, "PID 1: RSS", "kB"),
            initPss.ToRow(bench, "PID 1: PSS", "kB"),
            initDirty.ToRow(bench, "PID 1: private dirty", "kB"),
            rss.ToRow(bench, "all its processes: RSS", "kB"),
            pss.ToRow(bench, "all its processes: PSS", "kB"),
            dirty.ToRow(bench, "all its processes: private dirty", "kB"),
            processes.ToRow(bench, "processes", ""),
            threads.ToRow(bench, "threads", ""),
        ];
    }
}
