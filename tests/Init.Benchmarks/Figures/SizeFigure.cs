namespace Init.Benchmarks.Figures;

/// <summary>Bytes on disk. A script's program is its interpreter. The middle row is what the package brings, the last
/// one what an image from scratch would need.</summary>
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
            executable.ToRow(bench, "program that PID 1 executes", "kB"),
            own.ToRow(bench, "all files of its own", "kB"),
            withRuntime.ToRow(bench, "with interpreter and shared libraries", "kB"),
        ];
    }
}
