namespace Init.Core.Config;

/// <summary>"Did you mean": the nearest known name by Damerau-Levenshtein distance (optimal string alignment).</summary>
static class Suggestion
{
    /// <summary>Longer words are no misspelt field; bounds the work on hostile files.</summary>
    const int LongestWord = 40;

    /// <returns>The nearest candidate, or null when none is near enough to be meant.</returns>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        var plain = Plain(word);
        if (plain.Length is 0 or > LongestWord)
        {
            return null;
        }

        // A third of the letters may be wrong: "nme" means "name", but "foo" does not mean "io".
        var best = Math.Max(1, plain.Length / 3) + 1;
        string? found = null;
        foreach (var candidate in candidates)
        {
            var other = Plain(candidate);
            if (Math.Abs(other.Length - plain.Length) < best && (other.Length > 2 || other == plain))
            {
                var distance = Distance(plain, other);
                if (distance < best)
                {
                    best = distance;
                    found = candidate;
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
        var before = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
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

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
