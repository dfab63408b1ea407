using System.Globalization;
using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Numbers, and the words true, false, null, Infinity and NaN.</summary>
public sealed partial class DataReader
{
    DataNode ReadNumber(SourcePosition at)
    {
        var start = _at;
        var sign = _text[_at] is '+' or '-' ? _text[_at++] : '+';
        var body = _at;
        while (!IsEnd && (IsNamePart(_text[_at]) || _text[_at] == '.' || IsExponentSign(body)))
        {
            _at++;
        }

        var digits = _text.AsSpan(body, _at - body);
        if (TryNumber(digits, out var value))
        {
            return DataNode.Of(sign == '-' ? -value : value, _text[start.._at], at);
        }

        if (digits.IsEmpty || IsNameStart(digits[0]))
        {
            return RefuseExpression(at, at);
        }

        if (digits[0] == '.')
        {
            return ReadBareText(at, start);
        }

        var written = _text[start.._at];
        if (digits.Length > 1 && digits[0] == '0' && digits.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            Report(at, $"the number {Words.Cut(written)} starts with 0", "remove the 0, or put the number in quotes to keep it");
        }
        else
        {
            Report(at, $"{Words.Quote(written)} is not a number", $"if it is text or has a unit, put it in quotes: {Words.Quote(written)}");
        }

        return DataNode.OfInvalid(at);
    }

    bool IsExponentSign(int body) => _text[_at] is '+' or '-' && _at > body && _text[_at - 1] is 'e' or 'E'
        && !_text.AsSpan(body).StartsWith("0x", StringComparison.OrdinalIgnoreCase);

    /// <summary>A number without its sign, as JSON5 has it.</summary>
    static bool TryNumber(ReadOnlySpan<char> digits, out double value)
    {
        value = 0;
        if (digits.SequenceEqual("Infinity"))
        {
            value = double.PositiveInfinity;
            return true;
        }

        if (digits.SequenceEqual("NaN"))
        {
            value = double.NaN;
            return true;
        }

        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var c in digits[2..])
            {
                if (!char.IsAsciiHexDigit(c))
                {
                    return false;
                }

                value = (value * 16) + Convert.ToInt32(c.ToString(), 16);
            }

            return digits.Length > 2;
        }

        var hasPadding = digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
        return !hasPadding
            && !digits.IsEmpty && (char.IsAsciiDigit(digits[0]) || (digits[0] == '.' && digits.Length > 1 && char.IsAsciiDigit(digits[1])))
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    DataNode ReadWord(SourcePosition at)
    {
        var word = ReadName();
        switch (word)
        {
            case "true":
                return DataNode.Of(true, at);
            case "false":
                return DataNode.Of(false, at);
            case "null":
                return DataNode.OfNull(at);
            case "Infinity":
                return DataNode.Of(double.PositiveInfinity, word, at);
            case "NaN":
                return DataNode.Of(double.NaN, word, at);
        }

        return IsScriptWord(word) ? RefuseExpression(at, at) : ReadBareText(at, _at - word.Length);
    }

    /// <summary>Text without quotes (`name: my api`, `script: ./server.js`) is one mistake, however many words it has.</summary>
    DataNode ReadBareText(SourcePosition at, int start)
    {
        while (!IsEnd && (IsNamePart(_text[_at]) || _text[_at] is '.' or '-' or '/' or ':' or '@' or '~' or '%'))
        {
            _at++;
        }

        var bare = _text[start.._at];
        var end = _at;
        SkipBlanks();
        if (_report.IsStopped)
        {
            return DataNode.OfInvalid(at);
        }

        var isNextLine = _text.AsSpan(end, _at - end).ContainsAny('\n', '\r');
        if (!isNextLine && !IsEnd && (IsOperator() || StartsWith("[") || StartsWith("`")))
        {
            return RefuseExpression(at, at);
        }

        var hint = bare.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" => "write true",
            "false" or "no" or "off" => "write false",
            "none" or "nil" => "write null",
            "undefined" => "leave the field out, or write null",
            _ => $"text needs quotes: {Words.Quote(bare)}",
        };
        Report(at, $"the word {Words.Cut(bare)} is not a value", hint);
        while (!isNextLine && !IsEnd && _text[_at] is not (',' or '}' or ']' or '\n' or '\r'))
        {
            _at++;
        }

        return DataNode.OfInvalid(at);
    }

    string ReadName()
    {
        var start = _at;
        while (!IsEnd && IsNamePart(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    static bool IsNameStart(char c) => char.IsLetter(c) || c is '_' or '$';

    static bool IsNamePart(char c) => IsNameStart(c) || char.IsDigit(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    static bool IsScriptWord(string word) => word is "process" or "require" or "new" or "function" or "async" or "await" or "typeof"
        or "module" or "exports" or "import" or "class" or "__dirname" or "__filename";
}
