namespace Init.Benchmarks.Figures;

/// <summary>From the exec of the init to the first instruction of the worker's main. Both ends are read by the C fixtures.</summary>
sealed class StartFigure : Figure
{
    public override string Name => "start";
    public override string Title => "exec of the init to the worker's first instruction";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        var samples = new Samples();
        bench.Interleave(Name, bench.Options.Runs, bench.Present, subject =>
        {
            using PidNamespace running = PidNamespace.Start(bench.Fixtures, subject, "sleep");
            samples.Add(subject, (running.AwaitRecord("start", 1, Bench.StartLimit) - running.ExecNs) / 1e6);
        });
        Row row = samples.ToRow(bench, "exec to worker's main", "ms");
        Row? ratio = row.RatioTo(bench.All.FirstOrDefault(subject => subject is TiniSubject), "exec to worker's main / tini's");
        return ratio is null ? [row] : [row, ratio];
    }
}
