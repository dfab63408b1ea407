using System.Runtime.CompilerServices;
using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Control;
using Init.Core.Model;

namespace Init.Core.Tests;

/// <summary>README's tables are the code's own. PMINIT_UPDATE_GOLDEN=1 writes them.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("fields")]
    [InlineData("settings")]
    [InlineData("known fields")]
    [InlineData("verbs")]
    [InlineData("options")]
    [InlineData("pm2 options")]
    [InlineData("idle options")]
    [InlineData("exit codes")]
    public void Readme_HoldsTheTable_OfTheCode(string name)
    {
        var table = name switch
        {
            "fields" => ConfigDocs.AppMarkdown(),
            "known fields" => ConfigDocs.KnownMarkdown(),
            "settings" => ConfigDocs.PminitMarkdown(),
            "options" => RunOptionDocs.RunMarkdown(),
            "pm2 options" => RunOptionDocs.Pm2Markdown(),
            "idle options" => RunOptionDocs.IdleMarkdown(),
            "verbs" => CommandDocs.MarkdownTable(),
            _ => ExitCodes.MarkdownTable(),
        };
        var path = PathOfReadme();
        var text = File.ReadAllText(path);
        var start = text.IndexOf($"<!-- {name} -->\n", StringComparison.Ordinal) + $"<!-- {name} -->\n".Length;
        var end = text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        Assert.True(end >= start, $"README.md has no place for the table of {name}");

        if (Environment.GetEnvironmentVariable("PMINIT_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text[..start] + table + text[end..]);
            return;
        }

        Assert.Equal(table, text[start..end]);
    }

    static string PathOfReadme([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "README.md");
}
