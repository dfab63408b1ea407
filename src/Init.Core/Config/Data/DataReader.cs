using System.Collections.Immutable;
using System.Text;
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

    /// <summary>Broken syntax beyond this says nothing new, and must not cost memory without bound.</summary>
    const int MaxSyntaxErrors = 100;

    readonly string _text;
    readonly string _file;
    readonly ICollection<ConfigError> _errors;
    readonly List<PathPart> _path = [];
    int _at;
    int _errorCount;
    bool _stopped;

    // The place of _markAt. It only moves forward: counting from the line's start each time would be quadratic on one-line files.
    int _markAt;
    int _line = 1;
    int _column = 1;

    /// <summary>Just after the last value, before blanks and comments: where a missing comma belongs.</summary>
    SourcePosition _valueEnd;

    DataReader(string text, string file, ICollection<ConfigError> errors)
    {
        _text = text;
        _file = file;
        _errors = errors;
    }

    bool IsEnd => _at >= _text.Length;

    /// <summary>Reads one document.</summary>
    /// <param name="bytes">UTF-8, with or without a byte order mark; at most <see cref="MaxBytes"/>.</param>
    /// <param name="fileName">Name for the errors.</param>
    /// <param name="errors">Receives every syntax error.</param>
    /// <returns>The root, perhaps with Invalid nodes inside; null when the structure is broken (then an error was added).</returns>
    public static DataNode? Read(ReadOnlySpan<byte> bytes, string fileName, ICollection<ConfigError> errors)
    {
        if (bytes.Length > MaxBytes)
        {
            errors.Add(new ConfigError
            {
                File = fileName,
                Message = "the file is larger than 1 MiB",
                Hint = "an ecosystem file describes apps; keep their data in files of their own",
            });
            return null;
        }

        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        var valid = ValidLength(bytes);
        var reader = new DataReader(Encoding.UTF8.GetString(bytes[..valid]), fileName, errors);
        if (valid == bytes.Length)
        {
            return reader.ReadDocument();
        }

        reader._at = reader._text.Length;
        var isUtf16 = bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]);
        reader.Stop(reader.Here(), isUtf16 ? "the file is UTF-16" : $"the byte 0x{bytes[valid]:x2} is not valid UTF-8 here", "save the file as UTF-8");
        return null;
    }

    /// <summary>Number of bytes before the first that is not UTF-8.</summary>
    static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    DataNode? ReadDocument()
    {
        SkipBlanks();
        if (_stopped)
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
        if (!_stopped && !IsEnd)
        {
            Stop(Here(), $"expected the end of the file after the {(root.Kind == DataKind.List ? "list" : "value")}, found {Found()}",
                _text[_at] == ';' ? "remove the ';'" : "one file holds one value: put everything inside the outermost brackets");
        }

        return _stopped ? null : root;
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
        if (_stopped)
        {
            return node;
        }

        _valueEnd = Here();
        SkipBlanks();
        if (_stopped || !IsOperator())
        {
            return node;
        }

        if (node.Kind != DataKind.Invalid)
        {
            return RefuseExpression(at, Here());
        }

        _stopped = !SkipExpression();
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
            if (_stopped || EndsUnclosed('[', open))
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

            _path.Add(new PathPart(null, items.Count));
            items.Add(ReadItem(depth));
            if (!_stopped)
            {
                ReadSeparator(']', $"item {items.Count} of the list opened at {Words.Line(open)}", open);
            }

            _path.RemoveAt(_path.Count - 1);
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
        if (_stopped || EndsUnclosed(close == ']' ? '[' : '{', open))
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

    readonly record struct PathPart(string? Key, int Index);
}
