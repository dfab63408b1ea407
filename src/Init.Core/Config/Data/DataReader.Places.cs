using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Blanks and comments, places, and how errors are reported.</summary>
public sealed partial class DataReader
{
    /// <summary>The place of the current character.</summary>
    SourcePosition Here()
    {
        for (; _markAt < _at; _markAt++)
        {
            var c = _text[_markAt];
            if (c == '\n' || (c == '\r' && (_markAt + 1 >= _text.Length || _text[_markAt + 1] != '\n')))
            {
                _line++;
                _column = 1;
            }
            else if (!char.IsLowSurrogate(c))
            {
                _column++;
            }
        }

        return new SourcePosition(_line, _column);
    }

    void SkipBlanks()
    {
        while (!IsEnd && !_stopped)
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

    /// <summary>Reports a fault of structure: nothing after it can be trusted.</summary>
    void Stop(SourcePosition at, string message, string hint = "")
    {
        Report(at, message, hint);
        _stopped = true;
    }

    void Report(SourcePosition at, string message, string hint)
    {
        if (_stopped)
        {
            return;
        }

        _errors.Add(new ConfigError { File = _file, Position = at, Path = CurrentPath(), Message = message, Hint = hint });
        if (++_errorCount >= MaxSyntaxErrors)
        {
            _errors.Add(new ConfigError { File = _file, Position = at, Message = "too many syntax errors; the rest of the file was not read" });
            _stopped = true;
        }
    }

    string CurrentPath()
    {
        var path = "";
        foreach (var part in _path)
        {
            path = part.Key is null ? ConfigScope.Join(path, part.Index) : ConfigScope.Join(path, part.Key);
        }

        return path;
    }
}
