namespace Init.Core.Config;

/// <summary>
/// Saves the shell that would only wait: in a line such as cd app, then node server.js, the last command gets `exec`, so that the program is the
/// worker itself, gets the stop signal, and its death by a signal is seen as one. Only where the meaning certainly stays: simple commands
/// joined by a double ampersand, a semicolon or a newline, the last of them a program by a plain name. In any doubt the line stays.
/// Known difference: bash counts SHLVL down.
/// </summary>
public static class ShellLine
{
    /// <summary>Words with a meaning of their own in bash, dash or ash as a command: exec would look for a program of that name.</summary>
    static readonly HashSet<string> NotPrograms = new(StringComparer.Ordinal)
    {
        ".", ":", "[", "[[", "]]", "!", "{", "}", "alias", "bg", "bind", "break", "builtin", "caller", "case", "cd", "chdir", "command", "compgen",
        "complete", "compopt", "continue", "coproc", "declare", "dirs", "disown", "do", "done", "echo", "elif", "else", "enable", "esac", "eval",
        "exec", "exit", "export", "false", "fc", "fg", "fi", "for", "function", "getopts", "hash", "help", "history", "if", "in", "jobs", "kill",
        "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd", "read", "readarray", "readonly", "return", "select", "set", "shift",
        "shopt", "source", "suspend", "test", "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset",
        "until", "wait", "while",
    };

    /// <summary>Builtins that leave nothing behind for which the shell would have to stay: no trap, no function, no job.</summary>
    static readonly HashSet<string> HarmlessBefore = new(StringComparer.Ordinal)
    {
        ":", "[", "cd", "chdir", "echo", "exit", "export", "false", "hash", "printf", "pwd", "read", "readonly", "shift", "test", "true", "type",
        "ulimit", "umask", "unset",
    };

    /// <summary>The line, with `exec` before its last command where that changes nothing else.</summary>
    public static string Rewrite(string line)
    {
        var start = 0;
        var place = -1;
        while (true)
        {
            var end = EndOfCommand(line, start);
            if (end < 0)
            {
                return line;
            }

            var isBlank = line.AsSpan(start, end - start).Trim(" \t").IsEmpty;
            if (end == line.Length)
            {
                // `a;` ends with a blank command, `a &&` with an error.
                var isOpen = isBlank && start > 0 && line[start - 1] == '&';
                place = isBlank ? place : PlaceForExec(line, start, end);
                return place < 0 || isOpen ? line : line.Insert(place, "exec ");
            }

            if (isBlank)
            {
                return line;
            }

            // Where the rest is blank, this one is the last.
            var next = end + (line[end] == '&' ? 2 : 1);
            var isLast = line[end] != '&' && line.AsSpan(next).Trim(" \t\n").IsEmpty;
            place = PlaceForExec(line, start, end);
            if (isLast)
            {
                return place < 0 ? line : line.Insert(place, "exec ");
            }

            if (!IsHarmless(line, start, end))
            {
                return line;
            }

            start = next;
        }
    }

    /// <summary>The separator after the command that begins here, the end of the line, or -1 where there is anything but a simple command.</summary>
    static int EndOfCommand(string line, int start)
    {
        for (var i = start; i < line.Length; i++)
        {
            var c = line[i];
            switch (c)
            {
                case '\'':
                    i = line.IndexOf('\'', i + 1);
                    break;
                case '"':
                    i = EndOfQuote(line, i + 1);
                    break;
                case '$':
                    i = EndOfExpansion(line, i, isQuoted: false);
                    break;
                case '\\':
                    i = i + 1 < line.Length && line[i + 1] != '\n' ? i + 1 : -1;
                    break;
                case '#' when i == 0 || line[i - 1] is ' ' or '\t' or '\n' or ';' or '&':
                case '|' or '(' or ')' or '`' or '\r':
                case '<' when i + 1 < line.Length && line[i + 1] == '<':
                    return -1;
                case '&' when i > 0 && line[i - 1] is '>' or '<':
                    break;
                case '&':
                    return i + 1 < line.Length && line[i + 1] == '&' ? i : -1;
                case ';' or '\n':
                    return i;
                default:
                    break;
            }

            if (i < 0)
            {
                return -1;
            }
        }

        return line.Length;
    }

    static int EndOfQuote(string line, int start)
    {
        for (var i = start; i >= 0 && i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"':
                    return i;
                case '`':
                    return -1;
                case '\\':
                    i++;
                    break;
                case '$':
                    i = EndOfExpansion(line, i, isQuoted: true);
                    if (i < 0)
                    {
                        return -1;
                    }

                    break;
                default:
                    break;
            }
        }

        return -1;
    }

    /// <summary>Last character of `$NAME` (the dollar alone will do), `${…}` or `$(…)` without quotes or nesting in it; else -1.</summary>
    static int EndOfExpansion(string line, int dollar, bool isQuoted)
    {
        var next = dollar + 1 < line.Length ? line[dollar + 1] : ' ';
        if (next is not ('{' or '('))
        {
            return next is '\'' or '"' && !isQuoted ? -1 : dollar;
        }

        var end = line.AsSpan(dollar + 2).IndexOf(next == '{' ? '}' : ')');
        return end < 0 || HoldsSyntax(line.AsSpan(dollar + 2, end)) ? -1 : dollar + 2 + end;
    }

    static bool HoldsSyntax(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is '\'' or '"' or '\\' or '`' or '$' or '(' or ')' or '{' or '}' or '#' or '\n')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where `exec` belongs in the command, or -1 when it cannot have one.</summary>
    static int PlaceForExec(string line, int start, int end)
    {
        var (at, word) = CommandWord(line, start, end);
        return at >= 0 && IsPlain(word) && word[0] is not '-' && !NotPrograms.Contains(word) ? at : -1;
    }

    static bool IsHarmless(string line, int start, int end)
    {
        var (at, word) = CommandWord(line, start, end);
        if (at < 0)
        {
            return line.AsSpan(start, end - start).TrimStart(" \t").ContainsAnyExcept(" \t") && IsOnlyAssignments(line, start, end);
        }

        return word == "set"
            ? IsHarmlessSet(line.AsSpan(at + 3, end - at - 3).Trim(" \t"))
            : HarmlessBefore.Contains(word) || (IsPlain(word) && !NotPrograms.Contains(word));
    }

    /// <summary>Job control would put the program into a group of its own; of the rest these are the usual ones.</summary>
    static bool IsHarmlessSet(ReadOnlySpan<char> options) => options is "-e" or "-u" or "-x" or "-eu" or "-ex" or "-eux" or "-o pipefail" or "-eo pipefail" or "-euo pipefail";

    /// <summary>The first word after leading assignments; -1 when a redirection comes first, or nothing.</summary>
    static (int At, string Word) CommandWord(string line, int start, int end)
    {
        while (true)
        {
            while (start < end && line[start] is ' ' or '\t')
            {
                start++;
            }

            var stop = EndOfWord(line, start, end);
            if (stop == start)
            {
                return (-1, "");
            }

            var word = line[start..stop];
            if (!CommandWords.IsAssignment(word))
            {
                return (start, word);
            }

            // PATH decides what the name means, differently with and without exec.
            if (word.StartsWith("PATH=", StringComparison.Ordinal))
            {
                return (-1, "");
            }

            start = stop;
        }
    }

    static bool IsOnlyAssignments(string line, int start, int end)
    {
        while (start < end)
        {
            var stop = EndOfWord(line, start, end);
            if (stop > start && !CommandWords.IsAssignment(line.AsSpan(start, stop - start)))
            {
                return false;
            }

            if (stop == start && line[start] is not (' ' or '\t'))
            {
                return false; // a redirection
            }

            start = Math.Max(stop, start + 1);
        }

        return true;
    }

    /// <summary>The command was walked before, so every quote and expansion in it ends.</summary>
    static int EndOfWord(string line, int start, int end)
    {
        var i = start;
        while (i < end && line[i] is not (' ' or '\t' or '<' or '>'))
        {
            i = line[i] switch
            {
                '\'' => line.IndexOf('\'', i + 1),
                '"' => EndOfQuote(line, i + 1),
                '$' => EndOfExpansion(line, i, isQuoted: false),
                '\\' => i + 1,
                _ => i,
            } + 1;
        }

        return i;
    }

    /// <summary>Nothing that the shell would expand or unquote: the word is the program's name.</summary>
    static bool IsPlain(string word)
    {
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '_' or '-' or '+' or '@' or ':' or '%' or ','))
            {
                return false;
            }
        }

        return word.Length > 0;
    }
}
