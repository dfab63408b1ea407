using System.Globalization;
using System.Text;
using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Strings in double, single or back quotes, with JavaScript's escapes.</summary>
public sealed partial class DataReader
{
    DataNode ReadText(SourcePosition open)
    {
        var quote = _text[_at++];
        var start = _at;
        StringBuilder? built = null;
        var isValid = true;
        while (!IsEnd)
        {
            var c = _text[_at];
            if (c == quote)
            {
                var text = built is null ? _text[start.._at] : built.ToString();
                _at++;
                return isValid ? DataNode.Of(text, open) : DataNode.OfInvalid(open);
            }

            if (c is '\n' or '\r' && quote != '`')
            {
                break;
            }

            if (c == '$' && quote == '`' && StartsWith("${"))
            {
                return RefuseTemplate(open);
            }

            if (c == '\\')
            {
                built ??= new StringBuilder(_text, start, _at - start, Math.Max(16, _at - start));
                isValid &= ReadEscape(built);
                continue;
            }

            built?.Append(c);
            _at++;
        }

        Stop(open, quote == '`'
                ? $"the text opened with ` at {Words.Line(open)} is never closed"
                : $"the text opened with {quote} at {Words.Line(open)} is not closed before the end of the line",
            $"add the missing {quote}");
        return DataNode.OfInvalid(open);
    }

    /// <summary>A template is skipped as a whole, so that quotes inside it cannot confuse what follows.</summary>
    DataNode RefuseTemplate(SourcePosition open)
    {
        Report(Here(), "`…${…}…` is a JavaScript expression, and this file is data", ExpressionHint);
        if (!SkipString('`'))
        {
            _report.IsStopped = true;
        }

        return DataNode.OfInvalid(open);
    }

    /// <summary>Reads the escape at the backslash; false when it is reported as wrong.</summary>
    bool ReadEscape(StringBuilder built)
    {
        var at = Here();
        _at++;
        if (IsEnd)
        {
            return true;
        }

        var c = _text[_at++];
        switch (c)
        {
            case 'b':
                built.Append('\b');
                return true;
            case 'f':
                built.Append('\f');
                return true;
            case 'n':
                built.Append('\n');
                return true;
            case 'r':
                built.Append('\r');
                return true;
            case 't':
                built.Append('\t');
                return true;
            case 'v':
                built.Append('\v');
                return true;
            case 'x':
                return ReadHex(built, 2, at);
            case 'u':
                return ReadUnicode(built, at);
            case '\r':
                _at += StartsWith("\n") ? 1 : 0;
                return true;
            case '\n' or '\u2028' or '\u2029':
                return true;
            case '0' when IsEnd || !char.IsAsciiDigit(_text[_at]):
                built.Append('\0');
                return true;
            case >= '0' and <= '9':
                Report(at, $"\\{c} is not an escape", "write \\x and two hexadecimal digits, or \\\\ for a backslash");
                return false;
            default:
                built.Append(c);
                return true;
        }
    }

    bool ReadUnicode(StringBuilder built, SourcePosition at)
    {
        var length = built.Length;
        if (!ReadHex(built, 4, at))
        {
            return false;
        }

        if (char.IsHighSurrogate(built[length]) && StartsWith("\\u"))
        {
            _at += 2;
            if (!ReadHex(built, 4, at))
            {
                return false;
            }
        }

        var isWhole = built.Length == length + 2
            ? char.IsSurrogatePair(built[length], built[length + 1])
            : !char.IsSurrogate(built[length]);
        if (!isWhole)
        {
            Report(at, "this \\u escape is half of a surrogate pair", "write both halves, or the character itself");
        }

        return isWhole;
    }

    bool ReadHex(StringBuilder built, int digits, SourcePosition at)
    {
        if (_at + digits <= _text.Length
            && int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            built.Append((char)code);
            _at += digits;
            return true;
        }

        Report(at, digits == 2 ? "\\x needs two hexadecimal digits" : "\\u needs four hexadecimal digits", "for a backslash write \\\\");
        return false;
    }
}
