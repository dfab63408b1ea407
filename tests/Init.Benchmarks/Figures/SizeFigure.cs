namespace Init.Benchmarks.Figures;

/// <summary>Bytes on disk. The middle row is what the package brings, the last one what a from-scratch image would need.</summary>
sealed class SizeFigure : Figure
{
    public override string Name => "size";
    public override string Title => "size on disk";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        Samples executable = new(), own = new(), withRuntime = new();
        bench.Interleave(Name, 1, bench.Present, subject =>
        {
            DiskSize size = subject.MeasureSize();
            executable.Add(subject, size.ExecutableBytes / 1000.0);
            own.Add(subject, size.OwnBytes / 1000.0);
            withRuntime.Add(subject, size.WithRuntimeBytes / 1000.0);
        });
        return
        [
            executable.ToRow(bench, "main executable", "kB"),
            own.ToRow(bench, "all files of its own", "kB"),
            withRuntime.ToRow(bench, "with interpreter and shared libraries", "kB"),
        ];
    }
}
