namespace Init.Benchmarks.Reporting;

/// <summary>One line of the table; smaller is better in every row. Subjects without an entry are shown as not applicable.</summary>
sealed record Row(string Name, string Unit, IReadOnlyDictionary<Subject, Cell> Cells)
{
    /// <summary>Same row, each cell divided by that subject's; empty when it has no number.</summary>
    public Row? RatioTo(Subject? reference, string name)
    {
        if (reference is null || Cells.GetValueOrDefault(reference)?.Spread is not { Median: > 0 } divisor)
        {
            return null;
        }
        return new Row(name, "x", Cells.ToDictionary(
            entry => entry.Key,
            entry => entry.Value.Spread is { } spread ? Cell.Of(spread.Median / divisor.Median) : entry.Value));
    }
}
