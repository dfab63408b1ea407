namespace Init.Benchmarks;

/// <summary>Collects one row's samples while subjects take turns.</summary>
sealed class Samples
{
    private readonly Dictionary<Subject, List<double>> _values = [];
    private readonly Dictionary<Subject, string> _words = [];

    public void Add(Subject subject, double value)
    {
        if (!_values.TryGetValue(subject, out List<double>? list))
        {
            _values[subject] = list = [];
        }
        list.Add(value);
    }

    /// <summary>Words instead of a number, for an outcome that is none ("not done in 30 s").</summary>
    public void Say(Subject subject, string words) => _words[subject] = words;

    public Row ToRow(Bench bench, string name, string unit, Func<Subject, bool>? appliesTo = null) =>
        new(name, unit, bench.All.ToDictionary(subject => subject, subject => CellOf(bench, subject, appliesTo)));

    private Cell CellOf(Bench bench, Subject subject, Func<Subject, bool>? appliesTo)
    {
        if (appliesTo?.Invoke(subject) == false)
        {
            return Cell.NotApplicable;
        }
        if (!bench.Present.Contains(subject))
        {
            return Cell.Missing;
        }
        return _words.TryGetValue(subject, out string? words) ? Cell.Saying(words) : Cell.Of(_values.GetValueOrDefault(subject) ?? []);
    }
}
