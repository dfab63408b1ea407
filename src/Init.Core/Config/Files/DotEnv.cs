using System.Text;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Reads a dotenv file: NAME=value lines, `export` before them, `#` comments, '…' and `…` as they stand, "…" with \n, \r, \t, \", \\ and
/// line breaks. Nothing is expanded: a password with a dollar sign stays what it is. Of two lines with one name the later holds.
/// There is no standard; this is what the dotenv packages of Node, Python and Ruby and docker compose have in common.
/// What can go wrong: any bytes may come. Never throws; the first fault of a line is reported and reading goes on with the next line.
/// </summary>
static class DotEnv
{
    /// <summary>MAX_ARG_STRLEN of Linux, less some room for the name.</summary>
    public const int LongestValue = (128 * 1024) - 1024;

    /// <summary>Errors beyond this say nothing new.</summary>
    const int MaxErrors = 20;

    public static void Read(byte[] bytes, string file, List<KeyValuePair<string, string>> variables, List<ConfigError> errors)
    {
        if (bytes.Length > FileContent.MaxBytes || !Utf8Text.TryRead(bytes, out var text))
        {
            var what = bytes.Length > FileContent.MaxBytes ? "the file is larger than 1 MiB" : "the file is not UTF-8 text";
            errors.Add(new ConfigError { File = file, Message = what, Hint = "env_file takes lines of NAME=value" });
            return;
        }

        var reader = new Reader(text, file, errors);
        while (reader.ReadLine(variables))
        {
        }
    }

    sealed class Reader(string text, string file, List<ConfigError> errors)
    {
        readonly int _errorsBefore = errors.Count;
        int _at;
        int _line = 1;
        int _lineStart;

        /// <summary>Reads one line, or several where a quoted value goes on.</summary>
        /// <returns>False at the end of the file.</returns>
        public bool ReadLine(List<KeyValuePair<string, string>> variables)
        {
            SkipBlanks();
            if (_at >= text.Length || errors.Count - _errorsBefore >= MaxErrors)
            {
                return false;
            }

            if (text[_at] is not ('#' or '\n' or '\r') && TryReadName(out var name) && TryReadValue(out var value))
            {
                variables.Add(new(name, value));
            }

            SkipLine();
            return true;
        }

        bool TryReadName(out string name)
        {
            if (string.CompareOrdinal(text, _at, "export", 0, 6) == 0 && _at + 6 < text.Length && text[_at + 6] is ' ' or '\t')
            {
                _at += 6;
                SkipBlanks();
            }

            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-'))
            {
                _at++;
            }

            name = text[start.._at];
            var end = _at;
            SkipBlanks();
            if (name.Length > 0 && _at < text.Length && text[_at] == '=')
            {
                _at++;
                return true;
            }

            return Fail(end, name.Length == 0 ? "expected NAME=value" : $"expected '=' after {Words.Quote(name)}", "a comment begins with '#'");
        }

        bool TryReadValue(out string value)
        {
            SkipBlanks();
            if (_at < text.Length && text[_at] is '"' or '\'' or '`')
            {
                return TryReadQuoted(out value);
            }

            var start = _at;
            while (_at < text.Length && text[_at] is not ('\n' or '\r') && !(text[_at] == '#' && (_at == start || text[_at - 1] is ' ' or '\t')))
            {
                _at++;
            }

            value = text[start.._at].Trim();
            return Check(start, value);
        }

        bool TryReadQuoted(out string value)
        {
            var (open, line, lineStart) = (_at, _line, _lineStart);
            var quote = text[_at++];
            var built = new StringBuilder();
            value = "";
            while (_at < text.Length && text[_at] != quote)
            {
                var c = text[_at++];
                if (c == '\n')
                {
                    _line++;
                    _lineStart = _at;
                }
                else if (quote == '"' && c == '\\' && _at < text.Length)
                {
                    c = text[_at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '"' => '"', '\\' => '\\', _ => '\0' };
                    _at += c == '\0' ? 0 : 1;
                    c = c == '\0' ? '\\' : c;
                }

                built.Append(c);
            }

            if (_at >= text.Length)
            {
                // What follows the quote is swallowed to the end: nothing more can be said of this file.
                (_line, _lineStart) = (line, lineStart);
                return Fail(open, $"the quote {quote} is never closed", "close it, or put the value into other quotes");
            }

            _at++;
            value = built.ToString();
            SkipBlanks();
            return _at >= text.Length || text[_at] is '\n' or '\r' or '#'
                ? Check(open, value)
                : Fail(_at, "expected the end of the line after the closing quote", "put the whole value into one pair of quotes");
        }

        bool Check(int at, string value)
            => value.Contains('\0') ? Fail(at, "a variable cannot contain the character U+0000", "")
            : value.Length <= LongestValue || Fail(at, "the value is longer than a variable can be (128 KiB)", "");

        bool Fail(int at, string message, string hint)
        {
            errors.Add(new ConfigError { File = file, Position = new SourcePosition(_line, ColumnOf(at)), Message = message, Hint = hint });
            return false;
        }

        /// <summary>Counted in scalar values, as in the ecosystem file.</summary>
        int ColumnOf(int at)
        {
            var column = 1;
            for (var i = _lineStart; i < at; i++)
            {
                column += char.IsLowSurrogate(text[i]) ? 0 : 1;
            }

            return column;
        }

        void SkipBlanks()
        {
            while (_at < text.Length && text[_at] is ' ' or '\t')
            {
                _at++;
            }
        }

        void SkipLine()
        {
            while (_at < text.Length && text[_at] != '\n')
            {
                _at++;
            }

            if (_at < text.Length)
            {
                _lineStart = ++_at;
                _line++;
            }
        }
    }
}
