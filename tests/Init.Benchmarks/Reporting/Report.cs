using System.Text;

namespace Init.Benchmarks.Reporting;

/// <summary>Prints figures as an aligned table (median and spread) or as markdown (medians), and compares like with like.</summary>
sealed class Report(IReadOnlyList<Subject> subjects)
{
    private static readonly bool[] s_kinds = [false, true]; // inits, supervisors

    private readonly List<(string Title, IReadOnlyList<Row> Rows)> _figures = [];

    private readonly List<(string Title, IReadOnlyList<string[]> Lines)> _tables = [];

    public void Add(string title, IReadOnlyList<Row> rows) => _figures.Add((title, rows));

    /// <summary>A table with columns of its own; its first line is the head.</summary>
    public void AddTable(string title, IReadOnlyList<string[]> lines) => _tables.Add((title, lines));

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
        text.Append("\nmedian (minimum..90th percentile); smaller is better in every row\n");
        foreach ((string title, IReadOnlyList<string[]> table) in _tables)
        {
            text.Append('\n').Append(title).Append('\n');
            int[] columns = [.. Enumerable.Range(0, table[0].Length).Select(column => table.Max(line => line[column].Length))];
            foreach (string[] line in table)
            {
                AppendAligned(text, line, columns);
            }
        }
        return text.ToString();
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
        foreach ((string title, IReadOnlyList<string[]> table) in _tables)
        {
            text.Append('\n').Append(title).Append("\n\n");
            AppendMarkdown(text, table[0]);
            AppendMarkdown(text, [.. table[0].Select((_, column) => column == 0 ? "---" : "---:")]);
            foreach (string[] line in table.Skip(1))
            {
                AppendMarkdown(text, line);
            }
        }
        return text.ToString();
    }

    private string[] Header() => ["", .. subjects.Select(subject => subject.Name), .. s_kinds.SelectMany(kind => Against(kind, null))];

    private string[] Line(Row row, bool withSpread) =>
    [
        row.Unit.Length == 0 ? row.Name : $"{row.Name} ({row.Unit})",
        .. subjects.Select(subject => Text(row.Cells.GetValueOrDefault(subject) ?? Cell.NotApplicable, row.Unit, withSpread)),
        .. s_kinds.SelectMany(kind => Against(kind, row)),
    ];

    /// <summary>
    /// The comparison column of one kind (its head when there is no row): our init against the best init, our supervisor against the
    /// best supervisor. Absent when one of the two sides is not in the table; empty for rows of ratios and words.
    /// </summary>
    private IEnumerable<string> Against(bool supervisors, Row? row)
    {
        Subject? ours = subjects.FirstOrDefault(subject => subject.IsOurs && subject.IsSupervisor == supervisors);
        Subject[] peers = [.. subjects.Where(subject => !subject.IsOurs && subject.IsSupervisor == supervisors)];
        if (ours is null || peers.Length == 0)
        {
            return [];
        }
        return [row is null ? $"{ours.Name} / best {(supervisors ? "supervisor" : "init")}" : Ratio(row, ours, peers)];
    }

    private static string Ratio(Row row, Subject ours, Subject[] peers)
    {
        (Subject Peer, double Value)[] numbers =
        [
            .. peers.Where(peer => row.Cells.GetValueOrDefault(peer)?.Spread is not null)
                .Select(peer => (peer, row.Cells[peer].Spread!.Value.Median)).OrderBy(one => one.Median),
        ];
        if (row.Unit == "x" || numbers.Length == 0 || row.Cells.GetValueOrDefault(ours)?.Spread is not { } spread)
        {
            return "";
        }
        (Subject peer, double best) = numbers[0];
        return best > 0 ? $"{spread.Median / best:0.00} ({peer.Name})" : spread.Median > 0 ? $"0 is best ({peer.Name})" : "both 0";
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
