using System.Text;

namespace Init.Benchmarks.Reporting;

/// <summary>Prints figures as an aligned table (median and spread) or as markdown (medians), and compares pminit with the best peer.</summary>
sealed class Report(IReadOnlyList<Subject> subjects)
{
    private readonly List<(string Title, IReadOnlyList<Row> Rows)> _figures = [];

    public void Add(string title, IReadOnlyList<Row> rows) => _figures.Add((title, rows));

    public string ToText()
    {
        var text = new StringBuilder();
        List<string[]> lines = [Header(), .. _figures.SelectMany(figure => figure.Rows).Select(row => Line(row, true))];
        int[] widths = [.. Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length))];
        int next = 0;
        AppendAligned(text, lines[next++], widths);
        foreach ((string title, IReadOnlyList<Row> rows) in _figures)
        {
            text.Append('\n').Append(title).Append('\n');
            for (int row = 0; row < rows.Count; row++)
            {
                AppendAligned(text, lines[next++], widths);
            }
        }
        return text.Append("\nmedian (minimum..90th percentile); smaller is better in every row\n").ToString();
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        AppendMarkdown(text, Header());
        AppendMarkdown(text, [.. Header().Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach ((string title, IReadOnlyList<Row> rows) in _figures)
        {
            AppendMarkdown(text, [.. Header().Select((_, column) => column == 0 ? $"**{title}**" : "")]);
            foreach (Row row in rows)
            {
                AppendMarkdown(text, Line(row, false));
            }
        }
        return text.ToString();
    }

    private string[] Header() => ["", .. subjects.Select(subject => subject.Name), .. Comparison("pminit / best peer")];

    private string[] Line(Row row, bool withSpread) =>
    [
        row.Unit.Length == 0 ? row.Name : $"{row.Name} ({row.Unit})",
        .. subjects.Select(subject => Text(row.Cells.GetValueOrDefault(subject) ?? Cell.NotApplicable, row.Unit, withSpread)),
        .. Comparison(BestPeer(row)),
    ];

    private IEnumerable<string> Comparison(string text) => subjects.Any(subject => subject.IsOurs) ? [text] : [];

    /// <summary>Ratio of our better number to the best peer's: empty for rows that already are ratios and where one side has no number.</summary>
    private static string BestPeer(Row row)
    {
        var numbers = row.Cells.Where(cell => cell.Value.Spread is not null)
            .Select(cell => (Subject: cell.Key, Value: cell.Value.Spread!.Value.Median)).ToList();
        var ours = numbers.Where(one => one.Subject.IsOurs).OrderByDescending(one => one.Subject.IsSupervisor).ToList();
        var peers = numbers.Where(one => !one.Subject.IsOurs).OrderBy(one => one.Value).ToList();
        if (row.Unit == "x" || ours.Count == 0 || peers.Count == 0)
        {
            return "";
        }
        double best = peers[0].Value;
        return best > 0 ? $"{ours[0].Value / best:0.00} ({peers[0].Subject.Name})" : $"best: 0 ({peers[0].Subject.Name})";
    }

    private static string Text(Cell cell, string unit, bool withSpread)
    {
        if (cell.Spread is not { } spread)
        {
            return cell.Words!;
        }
        string median = Number(spread.Median, unit);
        return withSpread && spread.Min < spread.P90
            ? $"{median} ({Number(spread.Min, unit)}..{Number(spread.P90, unit)})" : median;
    }

    private static string Number(double value, string unit) => unit switch
    {
        "ms" => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0"),
        "x" => value.ToString("0.00"),
        _ => value.ToString("0"),
    };

    private static void AppendAligned(StringBuilder text, string[] cells, int[] widths)
    {
        string[] padded = [.. cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))];
        text.Append(string.Join("  ", padded).TrimEnd()).Append('\n');
    }

    private static void AppendMarkdown(StringBuilder text, string[] cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
