using System.Globalization;
using System.Text;
using Init.Core.Model;

namespace Init.Core.Control;

/// <summary>Client: `ls` as a table for people. Plain text, aligned by display columns; boxes and colours only when asked for.</summary>
public static class StatusTable
{
    const string Reset = "\u001b[0m";

    /// <summary>Index of the status column, the only coloured one.</summary>
    const int StatusColumn = 6;

    /// <summary>id, pid, uptime, restarts, cpu and mem are numbers and stand to the right.</summary>
    static readonly bool[] IsRight = [true, false, false, true, true, true, false, true, true];

    /// <summary>Renders the table, "\n" after every line. What somebody should know of a worker follows in lines of its own.</summary>
    /// <param name="rows">In the order to show.</param>
    /// <param name="fancy">Box drawing, and pm2's arrow for restarts; for terminals that take UTF-8.</param>
    /// <param name="colour">Status in colour.</param>
    public static string Render(IReadOnlyList<StatusRow> rows, bool fancy, bool colour)
    {
        string[] header = ["id", "name", "mode", "pid", "uptime", fancy ? "↺" : "restarts", "status", "cpu", "mem"];
        var lines = new List<string[]>(rows.Count + 1) { header };
        lines.AddRange(rows.Map(Cells));
        var widths = new int[header.Length];
        foreach (var line in lines)
        {
            for (var i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], DisplayText.Columns(line[i]));
            }
        }

        var text = new StringBuilder();
        AppendRule(text, widths, fancy, "┌┬┐");
        for (var i = 0; i < lines.Count; i++)
        {
            AppendLine(text, lines[i], widths, fancy, colour && i > 0);
            if (i == 0)
            {
                AppendRule(text, widths, fancy, "├┼┤");
            }
        }

        AppendRule(text, widths, fancy, "└┴┘");
        foreach (var row in rows)
        {
            if (row.Notes.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{row.Id} {DisplayText.Safe(row.Name)}: {DisplayText.Safe(row.Notes)}\n");
            }
        }

        if (rows.Count > 0 && rows[0].OomKillsBesideWorkers is > 0 and var killed)
        {
            text.Append(CultureInfo.InvariantCulture, $"the kernel's OOM killer ended {killed} process{(killed == 1 ? "" : "es")} of this container, beside workers\n");
        }

        return text.ToString();
    }

    static string[] Cells(StatusRow row) =>
    [
        row.Id.ToString(CultureInfo.InvariantCulture),
        DisplayText.Safe(row.Name),
        DisplayText.Safe(row.Mode),
        row.Pid == 0 ? "-" : row.Pid.ToString(CultureInfo.InvariantCulture),
        row.Pid == 0 ? "-" : HumanUnits.Uptime(row.UptimeMs),
        row.Restarts.ToString(CultureInfo.InvariantCulture),
        DisplayText.Safe(row.Status),
        HumanUnits.Percent(row.CpuPercent),
        HumanUnits.Memory(row.MemoryBytes),
    ];

    static void AppendLine(StringBuilder text, string[] cells, int[] widths, bool fancy, bool colour)
    {
        text.Append(fancy ? "│ " : "");
        for (var i = 0; i < cells.Length; i++)
        {
            var padding = widths[i] - DisplayText.Columns(cells[i]);
            text.Append(i == 0 ? "" : fancy ? " │ " : "  ");
            text.Append(' ', IsRight[i] ? padding : 0);
            text.Append(colour && i == StatusColumn ? ColourOf(cells[i]) + cells[i] + Reset : cells[i]);
            text.Append(' ', IsRight[i] ? 0 : padding);
        }

        text.Append(fancy ? " │\n" : "\n");
    }

    static void AppendRule(StringBuilder text, int[] widths, bool fancy, string corners)
    {
        if (!fancy)
        {
            return;
        }

        for (var i = 0; i < widths.Length; i++)
        {
            text.Append(corners[i == 0 ? 0 : 1]).Append('─', widths[i] + 2);
        }

        text.Append(corners[2]).Append('\n');
    }

    static string ColourOf(string status) => status switch
    {
        "online" => "\u001b[32m",
        "errored" => "\u001b[31m",
        "stopped" => "\u001b[90m",
        _ => "\u001b[33m",
    };
}
