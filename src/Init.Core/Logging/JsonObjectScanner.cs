using System.Text.Unicode;

namespace Init.Core.Logging;

/// <summary>
/// Tells whether a line is exactly one JSON object (RFC 8259), and which of our field names it uses itself. It exists because
/// `Utf8JsonReader` throws on bad input: a worker that prints "{oops" in a loop would cost PID 1 an exception per line.
/// </summary>
/// <remarks>
/// Stricter than the grammar in two points, so that no consumer chokes on what we pass on verbatim: the bytes must be valid UTF-8, and
/// surrogates in \u escapes must come in pairs. Nesting is limited to <see cref="MaxDepth"/>: the stack is the bits of one number.
/// Nothing is allocated, nothing recurses, nothing throws; the time is linear.
/// </remarks>
ref struct JsonObjectScanner
{
    /// <summary>The object itself is depth 1.</summary>
    public const int MaxDepth = 64;

    readonly ReadOnlySpan<byte> _text;
    int _at;
    int _depth;

    /// <summary>Bit 0 is the innermost container: 1 is an object, 0 an array.</summary>
    ulong _objects;
    LogFieldNames _taken;

    JsonObjectScanner(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>Looks at a line; white space around the object is allowed.</summary>
    /// <param name="line">Any bytes.</param>
    /// <param name="taken">Our field names that the object's own top level uses.</param>
    /// <returns>False when it is anything else.</returns>
    public static bool IsObject(ReadOnlySpan<byte> line, out LogFieldNames taken)
    {
        taken = LogFieldNames.None;
        var text = line.Trim(" \t\r\n"u8);
        if (text.Length < 2 || text[0] != '{' || text[^1] != '}' || !Utf8.IsValid(text))
        {
            return false;
        }

        var scanner = new JsonObjectScanner(text);
        var valid = scanner.Scan();
        taken = scanner._taken;
        return valid;
    }

    bool Scan()
    {
        // One turn is one value; the inner loop closes what ends after it.
        while (true)
        {
            if (!Value(out var opened))
            {
                return false;
            }

            if (opened)
            {
                continue;
            }

            while (true)
            {
                if (_depth == 0)
                {
                    return _at == _text.Length;
                }

                var isObject = (_objects & 1) != 0;
                var next = Next();
                if (next == (isObject ? '}' : ']'))
                {
                    Pop();
                    continue;
                }

                if (next != ',' || (isObject && !Name(Next())))
                {
                    return false;
                }

                break;
            }
        }
    }

    /// <summary>Reads a scalar, an empty container, or the opening of a container up to where its first value begins.</summary>
    bool Value(out bool opened)
    {
        opened = false;
        var first = Next();
        switch (first)
        {
            case '{':
            case '[':
                return Open(first == '{', out opened);
            case '"':
                return String(out _);
            case 't':
                return Literal("rue"u8);
            case 'f':
                return Literal("alse"u8);
            case 'n':
                return Literal("ull"u8);
            default:
                return Number(first);
        }
    }

    bool Open(bool isObject, out bool opened)
    {
        opened = false;
        if (_depth == MaxDepth)
        {
            return false;
        }

        _depth++;
        _objects = (_objects << 1) | (isObject ? 1UL : 0UL);
        var before = _at;
        var next = Next();
        if (next == (isObject ? '}' : ']'))
        {
            Pop();
            return true;
        }

        opened = true;
        if (isObject)
        {
            return Name(next);
        }

        _at = before;
        return true;
    }

    void Pop()
    {
        _depth--;
        _objects >>= 1;
    }

    /// <summary>Reads `"name":`, whose quote was just taken.</summary>
    bool Name(int quote)
    {
        var start = _at;
        if (quote != '"' || !String(out var escaped))
        {
            return false;
        }

        if (_depth == 1)
        {
            _taken |= JsonFieldName.Classify(_text[start..(_at - 1)], escaped);
        }

        return Next() == ':';
    }

    /// <summary>Reads to the closing quote; the opening one was just taken.</summary>
    bool String(out bool escaped)
    {
        escaped = false;
        while (true)
        {
            var plain = _text[_at..].IndexOfAny(JsonText.Escaped);
            if (plain < 0)
            {
                return false;
            }

            _at += plain + 1;
            var stop = _text[_at - 1];
            if (stop == '"')
            {
                return true;
            }

            escaped = true;
            if (stop != '\\' || !Escape())
            {
                return false;
            }
        }
    }

    bool Escape()
    {
        switch (Take())
        {
            case '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't':
                return true;
            case 'u':
                var unit = Hex4();
                return unit switch
                {
                    < 0 or (>= 0xDC00 and <= 0xDFFF) => false,
                    >= 0xD800 and <= 0xDBFF => Take() == '\\' && Take() == 'u' && Hex4() is >= 0xDC00 and <= 0xDFFF,
                    _ => true,
                };
            default:
                return false;
        }
    }

    int Hex4()
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = Take();
            if (digit < 0 || !char.IsAsciiHexDigit((char)digit))
            {
                return -1;
            }

            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    bool Literal(ReadOnlySpan<byte> rest)
    {
        if (!_text[_at..].StartsWith(rest))
        {
            return false;
        }

        _at += rest.Length;
        return true;
    }

    bool Number(int first)
    {
        if (first == '-')
        {
            first = Take();
        }

        if (first is < '0' or > '9')
        {
            return false;
        }

        if (first != '0')
        {
            Digits();
        }

        if (Peek() == '.')
        {
            _at++;
            if (!Digits())
            {
                return false;
            }
        }

        if (Peek() is not ('e' or 'E'))
        {
            return true;
        }

        _at++;
        if (Peek() is '+' or '-')
        {
            _at++;
        }

        return Digits();
    }

    bool Digits()
    {
        var start = _at;
        while (Peek() is >= '0' and <= '9')
        {
            _at++;
        }

        return _at > start;
    }

    /// <summary>The next byte that is no white space, taken; -1 at the end.</summary>
    int Next()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }

        return Take();
    }

    int Take() => _at < _text.Length ? _text[_at++] : -1;

    readonly int Peek() => _at < _text.Length ? _text[_at] : -1;
}
