using System.Text;

namespace Init.Core.Config;

/// <summary>The field tables as Markdown, for the README; a test there fails when the two differ.</summary>
public static class ConfigDocs
{
    /// <summary>The fields of an app.</summary>
    /// <returns>Lines ending in a newline each: header, ruler, one row per field.</returns>
    public static string AppMarkdown() => Table(ConfigFields.AppFields.Select(static field => (field.Name, field)));

    /// <summary>The fields of the `pminit` section, with their paths.</summary>
    /// <returns>As <see cref="AppMarkdown"/>.</returns>
    public static string PminitMarkdown() => Table(ConfigFields.PminitFields.Select(static row => ($"{row.Section}.{row.Field.Name}", row.Field)));

    static string Table(IEnumerable<(string Name, ConfigField Field)> rows)
    {
        var table = new StringBuilder("| field | aliases | type | default | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var (name, field) in rows)
        {
            table.Append("| `").Append(name).Append("` | ")
                .AppendJoin(", ", field.Aliases.Select(static alias => $"`{alias}`")).Append(" | ")
                .Append(Cell(field.Type)).Append(" | ")
                .Append(Cell(field.Default)).Append(" | ")
                .Append(Cell(field.Doc)).Append(" |\n");
        }

        return table.ToString();
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
