using System.Globalization;
using System.Text;
using Init.Core.Model;

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
            var aliases = verb.Aliases.IsEmpty ? "" : $" (also {verb.Aliases.Join(static alias => $"`{alias}`")})";
            text.Append(CultureInfo.InvariantCulture, $"| `pminit {verb.Usage}`{aliases} | {(verb.NeedsRunning ? "yes" : "no")} | {verb.Help} |\n");
        }

        return text.ToString();
    }
}
