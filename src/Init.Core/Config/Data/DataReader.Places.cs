using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Blanks and comments, places, and how errors are reported.</summary>
public sealed partial class DataReader
{
    /// <summary>The place of the current character; unknown in a text that is not the user's.</summary>
    SourcePosition Here() => _places?.At(_at) ?? default;

    void SkipBlanks()
    {
        while (!IsEnd && !_report.IsStopped)
        {
            if (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\uFEFF')
            {
                _at++;
            }
            else if (StartsWith("//"))
            {
                while (!IsEnd && _text[_at] is not ('\n' or '\r'))
                {
                    _at++;
                }
            }
            else if (StartsWith("/*"))
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    void SkipComment()
    {
        var open = Here();
        var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            Stop(open, $"the comment opened with /* at {Words.Line(open)} is never closed", "add the missing */");
            return;
        }

        _at = end + 2;
    }

    bool StartsWith(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    /// <summary>What stands here, for "found …".</summary>
    string Found() => IsEnd ? "the end of the file" : Words.Character(_text, _at);

    /// <summary>Stops at a character that fits nowhere, with the usual suspects named.</summary>
    DataNode Unexpected(SourcePosition at, string expected)
    {
        var hint = _text[_at] switch
        {
            '“' or '”' or '„' or '‘' or '’' or '«' or '»' => "this is a typographic quote: write \"",
            '#' => "comments begin with //",
            '<' or '=' or '>' when IsConflictMarker() => "this is the mark of a merge conflict: resolve it first",
            ')' or ']' or '}' => "check that every bracket is closed by its own kind",
            '\\' => "a backslash has a meaning only between quotes",
            _ => "",
        };
        Stop(at, $"{expected}, found {Found()}", hint);
        return DataNode.OfInvalid(at);
    }

    bool IsConflictMarker() => StartsWith("<<<<<<<") || StartsWith("=======") || StartsWith(">>>>>>>");

    void Stop(SourcePosition at, string message, string hint = "") => _report.Stop(at, message, hint);

    void Report(SourcePosition at, string message, string hint) => _report.Report(at, message, hint);
}
