namespace Init.Benchmarks.Reporting;

/// <summary>Median, minimum and 90th percentile (nearest rank) of the samples.</summary>
readonly record struct Spread(double Median, double Min, double P90, int Count)
{
    public static Spread Of(IReadOnlyCollection<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[(int)Math.Ceiling(sorted.Length * 0.9) - 1], sorted.Length);
    }
}
