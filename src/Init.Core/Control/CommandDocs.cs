using System.Globalization;
using System.Text;

namespace Init.Core.Control;

/// <summary>The verb table as documentation. A test compares the README with it.</summary>
public static class CommandDocs
{
    /// <summary>A Markdown table, "\n" after every line.</summary>
    public static string MarkdownTable()
    {
        var text = new StringBuilder();
        text.Append("| verb | asks the running pminit | what it does |\n");
        text.Append("| --- | --- | --- |\n");
        foreach (var verb in Commands.All)
        {
            var aliases = verb.Aliases.IsEmpty ? "" : $" (also {string.Join(", ", verb.Aliases.Select(a => $"`{a}`"))})";
            text.Append(CultureInfo.InvariantCulture, $"| `pminit {verb.Usage}`{aliases} | {(verb.NeedsRunning ? "yes" : "no")} | {verb.Help} |\n");
        }

        return text.ToString();
    }
}
