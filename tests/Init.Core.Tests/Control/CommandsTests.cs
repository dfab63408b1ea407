using Init.Core.Control;
using Init.Core.Tests.Support;

namespace Init.Core.Tests.Control;

public class CommandsTests
{
    [Theory]
    [InlineData("ls", "ls")]
    [InlineData("list", "ls")]
    [InlineData("ps", "ls")]
    [InlineData("status", "ls")]
    [InlineData("run", "run")]
    [InlineData("version", "version")]
    [InlineData("app.js", null)]
    [InlineData("", null)]
    [InlineData("LS", null)]
    public void Find_KnowsNamesAndAliases(string word, string? name) => Assert.Equal(name, Commands.Find(word)?.Name);

    [Fact]
    public void Words_AreUnique()
    {
        var words = Commands.All.SelectMany(v => v.Aliases.Append(v.Name)).ToArray();
        Assert.Equal(words.Distinct(), words);
    }

    [Fact]
    public void Help_IsOneSentenceOnOneLine() => Assert.All(
        Commands.All.Select(v => v.Help).Concat(Commands.All.SelectMany(v => v.Options.Select(o => o.Help).Concat(v.Arguments.Select(a => a.Help)))),
        help =>
        {
            Assert.EndsWith(".", help, StringComparison.Ordinal);
            Assert.DoesNotContain("\n", help, StringComparison.Ordinal);
            Assert.DoesNotContain("|", help, StringComparison.Ordinal);
            Assert.True(help.Length <= 110, help);
        });

    [Fact]
    public void MarkdownTable_IsAsReviewed() => GoldenFile.Check("Commands.golden.txt", CommandDocs.MarkdownTable());
}
