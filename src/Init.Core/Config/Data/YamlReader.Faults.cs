using YamlDotNet.Core;

namespace Init.Core.Config.Data;

/// <summary>
/// The parser's faults in people's words, at the place people must look at. Its own texts are recognised by what is peculiar to
/// each (they are the only thing that tells them apart); one that is not recognised is shown as it is.
/// </summary>
sealed partial class YamlReader
{
    void Explain(YamlException fault)
    {
        var start = Math.Clamp((int)fault.Start.Index, 0, _text.Length);
        var says = fault.Message;
        if (Says("tab") && FindTab() is { } tab)
        {
            StopAtTab(tab);
        }
        else if (Says("a quoted scalar") || Says("double-quoted scalar"))
        {
            ExplainQuoted(says, start);
        }
        else if (Says("expected ',' or"))
        {
            ExplainFlow(start);
        }
        else if (Says("invalid mapping") || Says("Mapping values are not allowed"))
        {
            ExplainColon(start);
        }
        else if (Says("did not find expected key") || Says("expected '-' indicator") || Says("<document end>") || Says("<document start>"))
        {
            ExplainMisplaced(start, Says("'-'"));
        }
        else if (Says("cannot start any token"))
        {
            var found = start < _text.Length ? Words.Character(_text, start) : "the end of the file";
            Stop(start, $"a value cannot begin with {found}", "put the whole value in quotes");
        }
        else if (Says("could not find expected ':'"))
        {
            Stop(start, "expected ':' after this name", "a field is `name: value`; an item of a list begins with `- `");
        }
        else if (Says("Block sequence entries") || Says("Anchor before sequence entry"))
        {
            Stop(start, "a list cannot begin here", "begin it on a line of its own: each item after `- `; a text that begins with - needs quotes");
        }
        else if (Says("anchor or alias"))
        {
            var sign = start < _text.Length && _text[start] == '*' ? '*' : '&';
            Stop(start, $"expected a name after '{sign}'", $"a text that begins with {sign} needs quotes");
        }
        else if (Says("undefined tag handle") || Says("scanning a tag,"))
        {
            Stop(start, "this tag cannot be read", "a text that begins with ! needs quotes");
        }
        else if (Says("node content") || Says("parsing a node, did not"))
        {
            Stop(start, $"expected a value, found {Found(start)}", Found(start) == "','" ? "remove the extra ','" : "");
        }
        else if (Says("incompatible"))
        {
            Stop(start, "this version of YAML is not known", "remove the line: YAML 1.2 is read");
        }
        else
        {
            Stop(start, "this is not YAML: " + Words.Cut(says).TrimEnd('.'), "");
        }

        bool Says(string part) => says.Contains(part, StringComparison.Ordinal);
    }

    void ExplainQuoted(string says, int start)
    {
        var quote = start < _text.Length && _text[start] == '\'' ? '\'' : '"';
        if (FindBadEscape(start) is { } escape && !says.Contains("end of stream", StringComparison.Ordinal))
        {
            Stop(escape, $"\\{Found(escape + 1).Trim('\'')} is not an escape that YAML knows", "for a backslash write \\\\, or use single quotes, which have no escapes");
        }
        else if (says.Contains("end of stream", StringComparison.Ordinal) || !IsClosedOnItsLine(start, quote))
        {
            Stop(start, $"the text opened with {quote} at {Words.Line(_places.At(start))} is never closed", $"add the missing {quote}");
        }
        else
        {
            Stop(start, "this text in quotes cannot be read here", "give its lines more indentation than the field has, and blanks before a comment");
        }
    }

    void ExplainFlow(int start)
    {
        var open = _brackets.Count > 0 ? _brackets.Peek() : new Bracket('{', _places.At(start));
        if (start >= _text.AsSpan().TrimEnd().Length || open.Sign == ' ')
        {
            ReportUnclosed(open);
            return;
        }

        var close = open.Sign == '[' ? ']' : '}';
        Stop(start, $"expected ',' or '{close}', found {Found(start)}", $"the '{open.Sign}' opened at line {open.At.Line}, column {open.At.Column} is still open here");
    }

    void ExplainLost()
    {
        if (_brackets.Count > 0)
        {
            ReportUnclosed(_brackets.Peek());
        }
        else
        {
            Stop(_offset, "the YAML that begins here cannot be understood", "look for a bracket or quote that is not closed, and for text behind an end mark (...)");
        }
    }

    void ExplainEscape()
    {
        for (var quote = _offset; quote < _text.Length; quote++)
        {
            if (_text[quote] == '"' && FindBadEscape(quote) is { } escape)
            {
                Stop(escape, "this \\u escape is half of a surrogate pair", "write both halves, or the character itself");
                return;
            }
        }

        Stop(_offset, "a text in quotes from here on cannot be read", "look for an escape that is cut short");
    }

    void ReportUnclosed(Bracket open)
        => Stop(open.At, $"the '{(open.Sign == ' ' ? '[' : open.Sign)}' opened here is never closed, or a ',' is missing", $"add the missing '{(open.Sign == '{' ? '}' : ']')}'");

    void ExplainColon(int start)
    {
        // The parser's mark is the second ':'; where that is in a line below the field, the line is wrongly indented.
        var line = LineStart(start);
        var isBelow = line > _offset;
        var first = line + BlanksAt(line);
        if (isBelow && first < _text.Length && _text[first] == '\t')
        {
            StopAtTab(first);
        }
        else if (isBelow)
        {
            Stop(first, "this line is indented more than the line above allows", "the fields of one object begin in the same column, and a field with a value has no fields below it");
        }
        else
        {
            Stop(start, "a second ':' with a blank behind it", "put the whole value in quotes, or begin the inner field on a line of its own");
        }
    }

    void ExplainMisplaced(int start, bool isList)
    {
        var line = LineStart(start);
        if (start != line + BlanksAt(line))
        {
            Stop(start, $"{Found(start)} cannot follow here", "after a text in quotes, a list or an object nothing more can stand: put the whole value in quotes");
        }
        else if (!isList && _brackets.Count > 0 && _brackets.Peek().At.Column == start - line + 1)
        {
            Stop(start, "expected ':' after this name", "a field is `name: value`; an item of a list begins with `- `");
        }
        else if (isList)
        {
            Stop(start, "this line is indented neither like the items of the list above nor like the fields of an item",
                "items begin with `- ` in one column; an item's fields stand below its first field");
        }
        else
        {
            Stop(start, "this line is not indented like the fields above it", "the fields of one object begin in the same column");
        }
    }

    void StopAtTab(int tab) => Stop(tab, "a tab stands before the text of this line", "YAML is indented by blanks: replace the tab");

    bool IsClosedOnItsLine(int start, char quote)
    {
        for (var i = start + 1; i < _text.Length && _text[i] is not ('\n' or '\r'); i++)
        {
            if (_text[i] == quote)
            {
                return true;
            }

            i += _text[i] == '\\' && quote == '"' ? 1 : 0;
        }

        return false;
    }

    /// <summary>The first tab before a line's text, from the last event on; the parser's mark is elsewhere.</summary>
    int? FindTab()
    {
        for (var line = LineStart(_offset); line < _text.Length;)
        {
            var tab = line + BlanksAt(line);
            if (tab < _text.Length && _text[tab] == '\t')
            {
                return tab;
            }

            var end = _text.AsSpan(line).IndexOfAny('\n', '\r');
            line = end < 0 ? _text.Length : line + end + 1;
        }

        return null;
    }

    /// <summary>The first escape of a text in double quotes that YAML does not know; the parser's mark is the quote.</summary>
    int? FindBadEscape(int quote)
    {
        if (quote >= _text.Length || _text[quote] != '"')
        {
            return null;
        }

        for (var i = quote + 1; i + 1 < _text.Length && _text[i] != '"'; i++)
        {
            if (_text[i] != '\\')
            {
                continue;
            }

            var digits = _text[i + 1] switch
            {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ when "0abt\tnvfre \"/\\N_LP\n\r".Contains(_text[i + 1]) => 0,
                _ => -1,
            };
            if (digits < 0 || !IsHex(i + 2, digits)
                || (digits == 4 && IsSurrogate(i + 2) && !IsPair(i)) || (digits == 8 && !_text.AsSpan(i + 2).StartsWith("000") && !_text.AsSpan(i + 2).StartsWith("0010")))
            {
                return i;
            }

            i += digits == 4 && IsSurrogate(i + 2) ? 11 : 1;
        }

        return null;
    }

    bool IsSurrogate(int at) => _text[at] is 'd' or 'D' && _text[at + 1] >= '8';

    bool IsPair(int at) => char.ToUpperInvariant(_text[at + 3]) is '8' or '9' or 'A' or 'B'
        && at + 12 <= _text.Length && _text[at + 6] == '\\' && _text[at + 7] == 'u' && IsHex(at + 8, 4) && IsSurrogate(at + 8)
        && char.ToUpperInvariant(_text[at + 9]) is 'C' or 'D' or 'E' or 'F';

    bool IsHex(int at, int digits)
    {
        for (var i = at; i < at + digits; i++)
        {
            if (i >= _text.Length || !char.IsAsciiHexDigit(_text[i]))
            {
                return false;
            }
        }

        return true;
    }

    string Found(int at) => at < _text.Length ? Words.Character(_text, at) : "the end of the file";

    int LineStart(int offset) => _text.AsSpan(0, offset).LastIndexOfAny('\n', '\r') + 1;

    int BlanksAt(int offset)
    {
        var blanks = _text.AsSpan(offset).IndexOfAnyExcept(' ');
        return blanks < 0 ? _text.Length - offset : blanks;
    }
}
