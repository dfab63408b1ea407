namespace Init.Benchmarks.Subjects;

/// <summary>How a subject is executed as PID 1: absolute program and arguments, and what its environment needs beyond PATH, HOME, LANG.</summary>
sealed record Launch(IReadOnlyList<string> Command)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
