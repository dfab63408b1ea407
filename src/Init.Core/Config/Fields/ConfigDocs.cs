using System.Text;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>The field tables as Markdown, for the README; a test there fails when the two differ.</summary>
public static class ConfigDocs
{
    /// <summary>The fields of an app that are honoured.</summary>
    /// <returns>Lines ending in a newline each: header, ruler, one row per field.</returns>
    public static string AppMarkdown() => Table(ConfigFields.AppFields, "");

    /// <summary>The fields of the `pminit` section that are honoured, with their paths.</summary>
    /// <returns>As <see cref="AppMarkdown"/>.</returns>
    public static string PminitMarkdown() => Table(ConfigFields.TopFields.Find(static field => field.Name == "pminit")!.Inner, "pminit.");

    /// <summary>The fields that are known without being honoured, of app and top level, with their verdict.</summary>
    /// <returns>As <see cref="AppMarkdown"/>.</returns>
    public static string KnownMarkdown()
    {
        var table = new StringBuilder("| field | aliases | verdict | why, or what to do |\n| --- | --- | --- | --- |\n");
        AddKnown(table, ConfigFields.AppFields, "");
        AddKnown(table, ConfigFields.TopFields, "");
        return table.ToString();
    }

    static string Table(IEnumerable<ConfigField> rows, string prefix)
    {
        var table = new StringBuilder("| field | aliases | type | default | meaning |\n| --- | --- | --- | --- | --- |\n");
        AddHonoured(table, rows, prefix);
        return table.ToString();
    }

    static void AddHonoured(StringBuilder table, IEnumerable<ConfigField> rows, string prefix)
    {
        foreach (var field in rows)
        {
            if (!field.Inner.IsEmpty)
            {
                AddHonoured(table, field.Inner, prefix + field.Name + ".");
            }
            else if (field.Verdict == Verdict.Honoured)
            {
                table.Append("| `").Append(prefix).Append(field.Name).Append("` | ").Append(Aliases(field)).Append(" | ")
                    .Append(Cell(field.Kind.Type)).Append(" | ").Append(Cell(field.Default)).Append(" | ").Append(Cell(field.Doc)).Append(" |\n");
            }
        }
    }

    static void AddKnown(StringBuilder table, IEnumerable<ConfigField> rows, string prefix)
    {
        foreach (var field in rows)
        {
            AddKnown(table, field.Inner, prefix + field.Name + ".");
            if (field.Verdict != Verdict.Honoured)
            {
                table.Append("| `").Append(prefix).Append(field.Name).Append("` | ").Append(Aliases(field)).Append(" | ")
                    .Append(field.Verdict == Verdict.NotYet ? "error: not in this version" : "warning: no effect")
                    .Append(field.Inert.IsEmpty ? "" : ", unless " + field.Inert.Filter(static text => text.Length > 0).Join(static text => $"`{text}`"))
                    .Append(" | ").Append(Cell(field.Doc)).Append(" |\n");
            }
        }
    }

    static string Aliases(ConfigField field) => field.Aliases.Join(static alias => $"`{alias}`");

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
