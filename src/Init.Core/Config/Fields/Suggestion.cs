namespace Init.Core.Config;

/// <summary>"Did you mean": the nearest known name by Damerau-Levenshtein distance (optimal string alignment).</summary>
sealed class Suggestion
{
    /// <summary>Longer words are no misspelt field; bounds the work on hostile files, as the candidates prepared once do.</summary>
    const int LongestWord = 40;

    readonly Lazy<List<(string Name, string Plain)>> _candidates;

    /// <param name="names">Read at the first search: most files have nothing to suggest, and a start must not pay for it.</param>
    public Suggestion(IEnumerable<string> names) => _candidates = new(() =>
    {
        var candidates = new List<(string, string)>();
        foreach (var name in names)
        {
            candidates.Add((name, Plain(name)));
        }

        return candidates;
    }, isThreadSafe: false);

    /// <returns>The nearest name, or null when none is near enough to be meant.</returns>
    public string? Find(string word)
    {
        var plain = word.Length <= 2 * LongestWord ? Plain(word) : "";
        if (plain.Length is 0 or > LongestWord)
        {
            return null;
        }

        // A third of the letters may be wrong: "nme" means "name", but "foo" does not mean "io".
        var best = Math.Max(1, plain.Length / 3) + 1;
        string? found = null;
        foreach (var (name, other) in _candidates.Value)
        {
            if (Math.Abs(other.Length - plain.Length) < best && (other.Length > 2 || other == plain))
            {
                var distance = Distance(plain, other);
                if (distance < best)
                {
                    best = distance;
                    found = name;
                }
            }
        }

        return found;
    }

    /// <summary>Case and separators are how fields are written in other places, not how they are misspelt.</summary>
    static string Plain(string word)
        => word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    static int Distance(string a, string b)
    {
        Span<int> before = stackalloc int[LongestWord + 1];
        Span<int> above = stackalloc int[LongestWord + 1];
        Span<int> row = stackalloc int[LongestWord + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            var free = before;
            before = above;
            above = row;
            row = free;
        }

        return above[b.Length];
    }
}
