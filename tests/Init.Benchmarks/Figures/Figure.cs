namespace Init.Benchmarks.Figures;

/// <summary>One question put to all subjects; answers in one or more rows.</summary>
abstract class Figure
{
    /// <summary>Name for --only.</summary>
    public abstract string Name { get; }

    /// <summary>What is measured, for a reader of the table.</summary>
    public abstract string Title { get; }

    public abstract IEnumerable<Row> Measure(Bench bench);

    /// <summary>Takes minutes: measured only when --only names it.</summary>
    public virtual bool IsLong => false;

    /// <summary>Measures and reports; a figure with other columns than the subjects does it in its own way.</summary>
    public virtual void AddTo(Report report, Bench bench) => report.Add(Title, [.. Measure(bench)]);

    public static IReadOnlyList<Figure> All { get; } =
    [
        new MemoryFigure(), new StartFigure(), new RestartFigure(), new OrphansFigure(), new SizeFigure(), new WakeupsFigure(),
        new StopFigure(), new ManyFigure(), new ClusterFigure(),
    ];
}
