using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Objects: keys in quotes or bare, duplicates refused with both places.</summary>
public sealed partial class DataReader
{
    DataNode ReadMap(SourcePosition open, int depth)
    {
        _at++;
        var members = ImmutableArray.CreateBuilder<DataMember>();
        var seen = new Dictionary<string, SourcePosition>();
        while (true)
        {
            SkipBlanks();
            if (_report.IsStopped || EndsUnclosed('{', open))
            {
                return DataNode.OfInvalid(open);
            }

            if (_text[_at] == '}')
            {
                _at++;
                return DataNode.Of(members.ToImmutable(), open);
            }

            if (_text[_at] == ',')
            {
                Report(Here(), "expected a field name before ','", "remove the extra ','");
                _at++;
                continue;
            }

            if (StartsWith("..."))
            {
                RefuseExpression(Here(), Here());
                if (!_report.IsStopped)
                {
                    ReadSeparator('}', "the expression", open);
                }

                continue;
            }

            ReadMember(members, seen, open, depth);
        }
    }

    void ReadMember(ImmutableArray<DataMember>.Builder members, Dictionary<string, SourcePosition> seen, SourcePosition open, int depth)
    {
        var keyAt = Here();
        if (ReadKey(keyAt) is not { } key)
        {
            return;
        }

        _report.Enter(key);
        if (ReadColon(key))
        {
            var value = ReadMemberValue(key, depth);
            if (!_report.IsStopped)
            {
                if (seen.TryGetValue(key, out var first))
                {
                    Report(keyAt, $"{Words.Quote(key)} is given twice, first at {Words.Line(first)}", "keep one of the two");
                }
                else
                {
                    seen.Add(key, keyAt);
                    members.Add(new DataMember(key, keyAt, value));
                }

                ReadSeparator('}', $"the value of {Words.Quote(key)}", open);
            }
        }

        _report.Leave();
    }

    /// <summary>Null after a fault of structure.</summary>
    string? ReadKey(SourcePosition at)
    {
        var c = _text[_at];
        if (c is '"' or '\'')
        {
            var text = ReadText(at);

            // A key with a bad escape is reported; its raw shape must not be taken for an unknown field on top.
            return _report.IsStopped ? null : text.Kind == DataKind.Text ? text.Text : "?";
        }

        if (IsNameStart(c))
        {
            return ReadName();
        }

        if (c is '[' or '`')
        {
            Stop(at, "this field name is computed by JavaScript", ExpressionHint);
        }
        else if (char.IsAsciiDigit(c) || c is '-' or '+')
        {
            Stop(at, "a field name that is not a plain word needs quotes", "write \"…\": around it");
        }
        else
        {
            Unexpected(at, "expected a field name or '}'");
        }

        return null;
    }

    bool ReadColon(string key)
    {
        var end = Here();
        SkipBlanks();
        if (_report.IsStopped)
        {
            return false;
        }

        if (!IsEnd && _text[_at] == ':')
        {
            _at++;
            return true;
        }

        if (!IsEnd && _text[_at] == '=')
        {
            Report(Here(), $"expected ':' after {Words.Quote(key)}, found '='", "write ':' instead");
            _at++;
            return true;
        }

        if (!IsEnd && _text[_at] == '(')
        {
            Stop(end, $"{Words.Quote(key)} is a JavaScript function", ExpressionHint);
            return false;
        }

        Stop(end, $"expected ':' and a value after {Words.Quote(key)}{(IsEnd ? "" : ", found " + Found())}");
        return false;
    }

    DataNode ReadMemberValue(string key, int depth)
    {
        SkipBlanks();
        if (_report.IsStopped)
        {
            return DataNode.OfInvalid(Here());
        }

        if (!IsEnd && _text[_at] is not (',' or '}'))
        {
            return ReadValue(depth + 1);
        }

        var at = Here();
        _valueEnd = at;
        Report(at, $"{Words.Quote(key)} has no value", "give it one, or remove the field");
        return DataNode.OfInvalid(at);
    }
}
