using System.Collections.Immutable;
using System.Text;

namespace Init.Core.Config;

/// <summary>
/// Splits command text at blanks with pm2's quoting: '…' takes all as it is, "…" lets a backslash stand before a quote or a
/// backslash, quotes may stand inside a word. And tells what only a shell understands, so that pminit never guesses at shell syntax.
/// </summary>
static class CommandWords
{
    /// <summary>Words that are commands of the shell itself: there is no program of that name, or it would do nothing.</summary>
    static readonly string[] ShellCommands =
    [
        ".", ":", "alias", "builtin", "case", "cd", "command", "eval", "exec", "export", "for", "if", "set", "shift", "source", "time",
        "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while",
    ];

    /// <param name="text">What to split.</param>
    /// <param name="words">The words; empty for blank text.</param>
    /// <param name="quote">The quote that is never closed, when false is returned.</param>
    public static bool TrySplit(string text, out ImmutableArray<string> words, out char quote)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var hasWord = false;
        quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                    continue;
                }

                if (quote == '"' && c == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\')
                {
                    c = text[++i];
                }

                word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                hasWord = true;
            }
            else if (!char.IsWhiteSpace(c))
            {
                word.Append(c);
                hasWord = true;
            }
            else if (hasWord)
            {
                found.Add(word.ToString());
                word.Clear();
                hasWord = false;
            }
        }

        if (hasWord)
        {
            found.Add(word.ToString());
        }

        words = found.ToImmutable();
        return quote == '\0';
    }

    /// <summary>True when splitting alone would not do what `sh -c` does with this text.</summary>
    public static bool NeedsShell(string text)
    {
        if (HasSyntax(text))
        {
            return true;
        }

        var first = text.AsSpan().Trim();
        var end = first.IndexOfAny(" \t");
        first = end < 0 ? first : first[..end];
        return IsAssignment(first) || Array.IndexOf(ShellCommands, first.ToString()) >= 0;
    }

    /// <summary>An operator, an expansion, a comment: anything that is more than words and quotes.</summary>
    public static bool HasSyntax(string text)
    {
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' ? IsShellSyntax(text, i) : quote == '"' && c is '$' or '`')
            {
                return true;
            }

            if (quote == '"' && c == '\\')
            {
                i++;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
        }

        return false;
    }

    /// <summary>`NAME=value`, as a shell takes it before a command.</summary>
    public static bool IsAssignment(ReadOnlySpan<char> word)
    {
        var mark = word.IndexOf('=');
        if (mark <= 0 || char.IsAsciiDigit(word[0]))
        {
            return false;
        }

        foreach (var c in word[..mark])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsShellCommand(string word) => Array.IndexOf(ShellCommands, word) >= 0;

    static bool IsShellSyntax(string text, int at) => text[at] switch
    {
        '|' or '&' or ';' or '<' or '>' or '(' or ')' or '$' or '`' or '*' or '?' or '[' or '{' or '\\' or '\n' or '\r' => true,
        '~' or '#' or '!' => at == 0 || char.IsWhiteSpace(text[at - 1]),
        _ => false,
    };
}
