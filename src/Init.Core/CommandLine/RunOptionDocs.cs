using System.Text;

namespace Init.Core.CommandLine;

/// <summary>The option table as Markdown, for the README; a test there fails when the two differ.</summary>
public static class RunOptionDocs
{
    /// <summary>The options of `pminit run` and `pminit check`.</summary>
    /// <returns>Lines ending in a newline each.</returns>
    public static string RunMarkdown() => Table(static option => (option.Forms & (RunForms.Run | RunForms.Check)) != 0 && !option.IsIdle);

    /// <summary>The options that only pm2's names have, without those that do nothing.</summary>
    /// <returns>As <see cref="RunMarkdown"/>.</returns>
    public static string Pm2Markdown() => Table(static option => option.Forms == RunForms.Pm2 && !option.IsIdle);

    /// <summary>The options that are accepted and do nothing, in one sentence's list.</summary>
    /// <returns>One line, with its newline.</returns>
    public static string IdleMarkdown()
    {
        var text = new StringBuilder();
        foreach (var option in RunOptions.All)
        {
            if (option.IsIdle)
            {
                text.Append(text.Length > 0 ? ", `" : "`").Append(option.Spelling).Append('`');
            }
        }

        return text.Append('\n').ToString();
    }

    static string Table(Func<RunOption, bool> isWanted)
    {
        var table = new StringBuilder("| option | field | meaning |\n| --- | --- | --- |\n");
        foreach (var option in RunOptions.All)
        {
            if (!isWanted(option))
            {
                continue;
            }

            table.Append("| `");
            if (option.Short != 0)
            {
                table.Append('-').Append(option.Short).Append("`, `");
            }

            table.Append(option.Spelling);
            foreach (var alias in option.Aliases)
            {
                table.Append("`, `--").Append(alias);
            }

            table.Append(option.ValueName.Length > 0 ? " " : "").Append(option.ValueName.Replace("|", "\\|", StringComparison.Ordinal)).Append("` | ")
                .Append(option.Field.Length > 0 ? $"`{option.Field}`" : option.Forms == RunForms.Check ? "(`check` only)" : "").Append(" | ").Append(option.Help).Append(" |\n");
        }

        return table.ToString();
    }
}
