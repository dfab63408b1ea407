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
        if (!_stopped && !SkipExpression())
        {
            _stopped = true;
        }

        _valueEnd = Here();
        return DataNode.OfInvalid(start);
    }

    const string ExpressionHint = "write the value itself; expressions need a .config.js file, and .js files are not available in this version yet";

    /// <summary>Moves to the comma or bracket that ends the value; false when that cannot be found.</summary>
    bool SkipExpression()
    {
        var depth = 0;
        while (!IsEnd)
        {
            SkipBlanks();
            if (_stopped || IsEnd)
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

        return depth == 0 && IsEnd && _path.Count == 0;
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
            Stop(at, "this looks like YAML", "YAML files are not available in this version yet: write JSON, which begins with { or [");
            return true;
        }

        if (!IsNameStart(_text[_at]))
        {
            return false;
        }

        var end = _at;
        while (end < _text.Length && IsNamePart(_text[end]))
        {
            end++;
        }

        var word = _text[_at..end];
        if (word is "module" or "exports" or "export" or "import" or "const" or "let" or "var" or "require" or "function" or "async")
        {
            Stop(at, "this is a JavaScript program, and .js files are not available in this version yet",
                "write the exported object as JSON: {\"apps\": […]}");
            return true;
        }

        if (end < _text.Length && _text[end] == ':')
        {
            Stop(at, $"expected '{{' before {Words.Quote(word)}", "JSON begins with { or [; YAML files are not available in this version yet");
            return true;
        }

        return false;
    }
}
