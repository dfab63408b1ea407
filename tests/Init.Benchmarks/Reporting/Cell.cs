namespace Init.Benchmarks.Reporting;

/// <summary>One subject's answer to one row: a median with its spread, or words why there is none.</summary>
sealed record Cell
{
    private Cell(Spread? spread, string? words) => (Spread, Words) = (spread, words);

    public static Cell NotApplicable { get; } = new(null, "n/a");
    public static Cell Missing { get; } = new(null, "missing");
    public static Cell Failed { get; } = new(null, "failed");

    public Spread? Spread { get; }

    /// <summary>Shown instead of the median.</summary>
    public string? Words { get; }

    public static Cell Of(double value) => new(Reporting.Spread.Of([value]), null);

    /// <summary>Failed when there are no samples.</summary>
    public static Cell Of(IReadOnlyCollection<double> samples) => samples.Count == 0 ? Failed : new(Reporting.Spread.Of(samples), null);

    public static Cell Saying(string words) => new(null, words);
}
