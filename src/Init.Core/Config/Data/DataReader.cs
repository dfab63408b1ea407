using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>
/// Reads JSON and JSON5 (comments, trailing commas, single quotes, bare keys) into a tree with places.
/// pm2 evaluates its `.json` files as JavaScript, so files in the wild are JSON5 at least, and some hold expressions. No parser of
/// the framework reads JSON5 or says in people's words what is wrong, hence this one. Expressions are recognised and refused.
/// What can go wrong: any bytes may come. Input never throws, recursion ends at <see cref="MaxDepth"/>, every loop moves forward.
/// After a fault inside one value reading goes on (all errors at once); after a fault of structure it stops, since guesses mislead.
/// </summary>
public sealed partial class DataReader
{
    /// <summary>Containers inside one another; one more is an error.</summary>
    public const int MaxDepth = 64;

    /// <summary>Size of the largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    readonly string _text;
    readonly Places? _places;
    readonly SyntaxReport _report;
    int _at;

    /// <summary>Just after the last value, before blanks and comments: where a missing comma belongs.</summary>
    SourcePosition _valueEnd;

    DataReader(string text, Places? places, SyntaxReport report)
    {
        _text = text;
        _places = places;
        _report = report;
    }

    bool IsEnd => _at >= _text.Length;

    /// <summary>Reads one document.</summary>
    /// <param name="bytes">UTF-8, with or without a byte order mark; at most <see cref="MaxBytes"/>.</param>
    /// <param name="fileName">Name for the errors.</param>
    /// <param name="errors">Receives every syntax error.</param>
    /// <returns>The root, perhaps with Invalid nodes inside; null when the structure is broken (then an error was added).</returns>
    public static DataNode? Read(ReadOnlySpan<byte> bytes, string fileName, ICollection<ConfigError> errors)
        => DataText.Decode(bytes, fileName, errors) is { } text ? Read(text, fileName, hasPlaces: true, errors) : null;

    /// <summary>Reads a decoded document; one that the user did not write himself has no places.</summary>
    internal static DataNode? Read(string text, string fileName, bool hasPlaces, ICollection<ConfigError> errors)
        => new DataReader(text, hasPlaces ? new Places(text) : null, new SyntaxReport(fileName, errors)).ReadDocument();

    DataNode? ReadDocument()
    {
        SkipBlanks();
        if (_report.IsStopped)
        {
            return null;
        }

        if (IsEnd)
        {
            Stop(Here(), "the file is empty", "the smallest file is {\"apps\": [{\"script\": \"server.js\"}]}");
            return null;
        }

        if (RefuseOtherLanguage())
        {
            return null;
        }

        var root = ReadValue(1);
        SkipBlanks();
        if (!_report.IsStopped && !IsEnd)
        {
            Stop(Here(), $"expected the end of the file after the {(root.Kind == DataKind.List ? "list" : "value")}, found {Found()}",
                _text[_at] == ';' ? "remove the ';'" : "one file holds one value: put everything inside the outermost brackets");
        }

        return _report.IsStopped ? null : root;
    }

    /// <summary>Reads one value and what an expression would put behind it. Never called at the end of the text.</summary>
    DataNode ReadValue(int depth)
    {
        var at = Here();
        var c = _text[_at];
        var node = c switch
        {
            '{' => depth > MaxDepth ? TooDeep(at) : ReadMap(at, depth),
            '[' => depth > MaxDepth ? TooDeep(at) : ReadList(at, depth),
            '"' or '\'' or '`' => ReadText(at),
            (>= '0' and <= '9') or '+' or '-' or '.' => ReadNumber(at),
            _ when IsNameStart(c) => ReadWord(at),
            '/' or '~' or '@' => ReadBareText(at, _at),
            '(' or '!' => RefuseExpression(at, at),
            _ => Unexpected(at, "expected a value"),
        };
        if (_report.IsStopped)
        {
            return node;
        }

        _valueEnd = Here();
        SkipBlanks();
        if (_report.IsStopped || !IsOperator())
        {
            return node;
        }

        if (node.Kind != DataKind.Invalid)
        {
            return RefuseExpression(at, Here());
        }

        _report.IsStopped = !SkipExpression();
        return node;
    }

    DataNode TooDeep(SourcePosition at)
    {
        Stop(at, $"more than {MaxDepth} lists and objects inside one another", "an ecosystem file needs four");
        return DataNode.OfInvalid(at);
    }

    DataNode ReadList(SourcePosition open, int depth)
    {
        _at++;
        var items = ImmutableArray.CreateBuilder<DataNode>();
        while (true)
        {
            SkipBlanks();
            if (_report.IsStopped || EndsUnclosed('[', open))
            {
                return DataNode.OfInvalid(open);
            }

            if (_text[_at] == ']')
            {
                _at++;
                return DataNode.Of(items.ToImmutable(), open);
            }

            if (_text[_at] == ',')
            {
                Report(Here(), "expected a value before ','", "remove the extra ','");
                _at++;
                continue;
            }

            _report.Enter(items.Count);
            items.Add(ReadItem(depth));
            if (!_report.IsStopped)
            {
                ReadSeparator(']', $"item {items.Count} of the list opened at {Words.Line(open)}", open);
            }

            _report.Leave();
        }
    }

    DataNode ReadItem(int depth)
    {
        if (StartsWith("..."))
        {
            return RefuseExpression(Here(), Here());
        }

        return ReadValue(depth + 1);
    }

    /// <summary>After a member or item: takes the comma, leaves the closing bracket, reports what is neither.</summary>
    void ReadSeparator(char close, string after, SourcePosition open)
    {
        SkipBlanks();
        if (_report.IsStopped || EndsUnclosed(close == ']' ? '[' : '{', open))
        {
            return;
        }

        var c = _text[_at];
        if (c == ',')
        {
            _at++;
        }
        else if (c == ';')
        {
            Report(Here(), $"expected ',' or '{close}' after {after}, found ';'", "values are separated by ','");
            _at++;
        }
        else if (c is '"' or '\'' or '{' or '[' || char.IsAsciiLetterOrDigit(c) || c is '_' or '$')
        {
            Report(_valueEnd, $"expected ',' or '{close}' after {after}", "put a ',' here");
        }
        else if (c is '}' or ']' && c != close)
        {
            Stop(Here(), $"expected ',' or '{close}' after {after}, found '{c}'",
                $"the '{(close == ']' ? '[' : '{')}' opened at line {open.Line}, column {open.Column} is still open here");
        }
        else if (c != close)
        {
            Unexpected(Here(), $"expected ',' or '{close}' after {after}");
        }
    }

    bool EndsUnclosed(char bracket, SourcePosition open)
    {
        if (!IsEnd)
        {
            return false;
        }

        var close = bracket == '{' ? '}' : ']';
        Stop(Here(), $"the '{bracket}' opened at line {open.Line}, column {open.Column} is never closed", $"add the missing '{close}'");
        return true;
    }
}
