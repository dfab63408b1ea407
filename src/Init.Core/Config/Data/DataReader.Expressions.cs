using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>
/// JavaScript in a data file: recognised by its first sign, reported once, and skipped to the end of the value, so that the rest of
/// the file is still checked. Nothing here tries to understand the expression.
/// </summary>
public sealed partial class DataReader
{
    /// <summary>What stands behind a value of data only when the value is part of an expression.</summary>
    bool IsOperator() => !IsEnd && _text[_at] switch
    {
        '+' or '-' or '*' or '%' or '/' or '?' or '.' or '(' => true,
        '|' => StartsWith("||"),
        '&' => StartsWith("&&"),
        '=' => StartsWith("==") || StartsWith("=>"),
        _ => false,
    };

    /// <param name="start">Where the value begins.</param>
    /// <param name="sign">Where the first sign of an expression stands.</param>
    DataNode RefuseExpression(SourcePosition start, SourcePosition sign)
    {
        Report(sign, "this is a JavaScript expression, and this file is data", ExpressionHint);
        if (!_report.IsStopped && !SkipExpression())
        {
            _report.IsStopped = true;
        }

        _valueEnd = Here();
        return DataNode.OfInvalid(start);
    }

    const string ExpressionHint = "write the value itself, or rename the file to X.config.js (module.exports = {…}), which is evaluated";

    /// <summary>Moves to the comma or bracket that ends the value; false when that cannot be found.</summary>
    bool SkipExpression()
    {
        var depth = 0;
        while (!IsEnd)
        {
            SkipBlanks();
            if (_report.IsStopped || IsEnd)
            {
                break;
            }

            var c = _text[_at];
            switch (c)
            {
                case ',' when depth == 0:
                case '}' or ']' or ')' when depth == 0:
                    return true;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    depth--;
                    break;
            }

            _at++;
            if (c is '"' or '\'' or '`' && !SkipString(c))
            {
                return false;
            }
        }

        return depth == 0 && IsEnd && _report.IsAtRoot;
    }

    /// <summary>Moves past the closing quote; false at the end of the text.</summary>
    bool SkipString(char quote)
    {
        while (!IsEnd)
        {
            var c = _text[_at++];
            if (c == quote)
            {
                return true;
            }

            if (c == '\\' && !IsEnd)
            {
                _at++;
            }
        }

        return false;
    }

    /// <summary>A whole file in another language gets one error, not one for each line.</summary>
    bool RefuseOtherLanguage()
    {
        var at = Here();
        if (StartsWith("---") || StartsWith("- "))
        {
            Stop(at, "this looks like YAML", "give the file a name that ends in .yml, or write JSON, which begins with { or [");
            return true;
        }

        var word = WordAt(_text, _at);
        if (IsProgramWord(word))
        {
            Stop(at, "this is a JavaScript program, and the file's name says that it is data", "rename it to X.config.js, which is evaluated");
            return true;
        }

        if (word.Length > 0 && _at + word.Length < _text.Length && _text[_at + word.Length] == ':')
        {
            Stop(at, $"expected '{{' before {Words.Quote(word)}", "JSON begins with { or [; if this is YAML, give the file a name that ends in .yml");
            return true;
        }

        return false;
    }

    /// <summary>Whether a text begins like JSON, or like nothing that YAML would make sense of; decides where a file's name does not.</summary>
    internal static bool IsLikely(string text)
    {
        var reader = new DataReader(text, null, new SyntaxReport("", []));
        reader.SkipBlanks();
        if (reader._report.IsStopped || reader.IsEnd || text[reader._at] is '{' or '[')
        {
            return true;
        }

        var word = WordAt(text, reader._at);
        var end = reader._at + word.Length;
        return IsProgramWord(word) && (end >= text.Length || text[end] != ':');
    }

    static string WordAt(string text, int at)
    {
        var end = at;
        while (end < text.Length && (end == at ? IsNameStart(text[end]) : IsNamePart(text[end])))
        {
            end++;
        }

        return text[at..end];
    }

    static bool IsProgramWord(string word)
        => word is "module" or "exports" or "export" or "import" or "const" or "let" or "var" or "require" or "function" or "async";
}
