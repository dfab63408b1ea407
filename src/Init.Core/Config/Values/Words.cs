using System.Globalization;
using System.Text;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// How messages show what a file contains. Text from the file is always quoted, cut and free of control characters: an error
/// stays one line and cannot drive a terminal.
/// </summary>
static class Words
{
    /// <summary>Characters of the file's own text that a message repeats at most.</summary>
    public const int Longest = 60;

    public static string Quote(string text)
    {
        var shown = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            if (i >= Longest && !char.IsLowSurrogate(text[i]))
            {
                return shown.Append("…\"").ToString();
            }

            Append(shown, text[i]);
        }

        return shown.Append('"').ToString();
    }

    /// <summary>As <see cref="Quote"/>, without the quotes.</summary>
    public static string Cut(string text) => Quote(text)[1..^1];

    /// <summary>A character for a message: `'x'`, or `U+0007` where printing it would not help.</summary>
    public static string Character(string text, int at)
    {
        var rune = Rune.TryGetRuneAt(text, at, out var found) ? found : Rune.ReplacementChar;
        return Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || IsInvisible(Rune.GetUnicodeCategory(rune))
            ? string.Create(CultureInfo.InvariantCulture, $"the character U+{rune.Value:X4}")
            : $"'{rune}'";
    }

    /// <summary>What a value is, after "found": `text "abc"`, `the number 5`, `a list`.</summary>
    public static string Describe(DataNode node) => node.Kind switch
    {
        DataKind.Null => "null",
        DataKind.Boolean => node.Boolean ? "true" : "false",
        DataKind.Number => "the number " + Cut(node.Text),
        DataKind.Text when node.Written is { } written => "the value of " + Quote(written),
        DataKind.Text => "text " + Quote(node.Text),
        DataKind.List => "a list",
        DataKind.Map => "an object",
        DataKind.Invalid => "something unreadable",
    };

    /// <summary>" at line 3", or nothing where the place is unknown.</summary>
    public static string AtLine(SourcePosition at) => at.Line == 0 ? "" : " at " + Line(at);

    public static string Line(SourcePosition at) => string.Create(CultureInfo.InvariantCulture, $"line {at.Line}");

    static void Append(StringBuilder shown, char c)
    {
        switch (c)
        {
            case '"':
                shown.Append("\\\"");
                break;
            case '\n':
                shown.Append("\\n");
                break;
            case '\t':
                shown.Append("\\t");
                break;
            case var _ when char.IsControl(c) || IsInvisible(char.GetUnicodeCategory(c)):
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                break;
            default:
                shown.Append(c);
                break;
        }
    }

    /// <summary>Format characters can turn the direction of a terminal's line; separators can break it.</summary>
    static bool IsInvisible(UnicodeCategory category)
        => category is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
