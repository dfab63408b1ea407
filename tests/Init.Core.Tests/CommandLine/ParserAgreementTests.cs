using Init.Core.CommandLine;
using Init.Core.Control;

namespace Init.Core.Tests.CommandLine;

/// <summary>The parser that starts pminit and the one that prints its help take the same words for the same.</summary>
public sealed class ParserAgreementTests
{
    [Theory]
    [MemberData(nameof(RunLineParserTests.Understood), MemberType = typeof(RunLineParserTests))]
    public void FullParser_UnderstandsTheSame(string words, string expected)
    {
        var parsed = Parse(words, out var isCheck, out var args);

        Assert.Empty(parsed.Errors.Select(error => error.Message));
        var options = RunOptions.All
            .Where(option => (option.Forms & (isCheck ? RunForms.Check : RunForms.Run)) != 0)
            .Where(option => parsed.GetResult(option.Spelling) is { } result && result is not System.CommandLine.Parsing.OptionResult { Implicit: true })
            .OrderBy(option => option.Name, StringComparer.Ordinal)
            .Select(option => $" {option.Name}={(option.TakesValue ? parsed.GetValue<string>(option.Spelling) : "")}");
        var word = parsed.GetValue<string>(Commands.Run.Arguments[0].Name);
        Assert.Equal(expected, $"{(isCheck ? "check " : "")}{word}{string.Concat(options)}{(args.Length == 0 ? "" : " -- " + string.Join(' ', args))}");
    }

    [Theory]
    [MemberData(nameof(RunLineParserTests.Wrong), MemberType = typeof(RunLineParserTests))]
    public void FullParser_RefusesTheSame(string words, string part)
    {
        Assert.NotEmpty(part);
        Assert.NotEmpty(Parse(words, out _, out _).Errors);
    }

    /// <summary>What follows `--` is cut off first: the full parser would take it for more words.</summary>
    static System.CommandLine.ParseResult Parse(string line, out bool isCheck, out string[] args)
    {
        var words = CommandLines.Split(line);
        var end = Array.IndexOf(words, "--");
        args = end < 0 ? [] : words[(end + 1)..];
        words = end < 0 ? words : words[..end];
        isCheck = words.Length > 0 && words[0] == "check";
        words = words.Length > 0 && words[0] is "run" or "check" ? words[1..] : words;
        var root = new System.CommandLine.RootCommand { RunCommand.Of(Commands.Check), RunCommand.Of(Commands.Run) };
        return root.Parse([isCheck ? "check" : "run", .. words], RunCommand.Configuration);
    }
}
