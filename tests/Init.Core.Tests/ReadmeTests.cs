using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Control;
using Init.Core.Model;

namespace Init.Core.Tests;

/// <summary>The tables of README.md and docs/ are the code's own. PMINIT_UPDATE_GOLDEN=1 writes them.</summary>
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
    public void Document_HoldsTheTable_OfTheCode(string name)
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
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var path = Assert.Single(Documents(), path => File.ReadAllText(path).Contains(begin, StringComparison.Ordinal));
        var text = File.ReadAllText(path);
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var until = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(until >= from, $"{path} does not end the table of {name}");

        if (Environment.GetEnvironmentVariable("PMINIT_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text[..from] + table + text[until..]);
            return;
        }

        Assert.Equal(table, text[from..until]);
    }

    [Fact]
    public void Links_LeadToFilesThatExist()
    {
        foreach (var document in Documents())
        {
            foreach (Match link in Regex.Matches(File.ReadAllText(document), @"\]\((?!https?:)([^)#]+)"))
            {
                Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value)), $"{document} links to {link.Groups[1].Value}");
            }
        }
    }

    static IEnumerable<string> Documents() => Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md").Append(Path.Combine(Root(), "README.md"));

    static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..");
}
