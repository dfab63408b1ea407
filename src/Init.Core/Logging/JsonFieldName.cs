namespace Init.Core.Logging;

/// <summary>Which of our fields a property name of a worker's own JSON object stands for.</summary>
static class JsonFieldName
{
    /// <summary>The longest name in the table, "@timestamp".</summary>
    const int Longest = 10;

    /// <param name="name">The bytes between the quotes.</param>
    /// <param name="escaped">True when they contain escapes: `"l\u0065vel"` is `level` to every consumer.</param>
    public static LogFieldNames Classify(ReadOnlySpan<byte> name, bool escaped)
    {
        if (!escaped)
        {
            return Classify(name);
        }

        Span<byte> plain = stackalloc byte[Longest];
        return TryUnescape(name, plain, out var length) ? Classify(plain[..length]) : LogFieldNames.None;
    }

    static LogFieldNames Classify(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 2:
                return name.SequenceEqual("ts"u8) || name.SequenceEqual("@t"u8) ? LogFieldNames.Timestamp
                    : name.SequenceEqual("@l"u8) ? LogFieldNames.Level
                    : LogFieldNames.None;
            case 3:
                return name.SequenceEqual("app"u8) ? LogFieldNames.App
                    : name.SequenceEqual("pid"u8) ? LogFieldNames.Pid
                    : name.SequenceEqual("lvl"u8) ? LogFieldNames.Level
                    : LogFieldNames.None;
            case 4:
                return name.SequenceEqual("time"u8) ? LogFieldNames.Timestamp : LogFieldNames.None;
            case 5:
                return name.SequenceEqual("level"u8) ? LogFieldNames.Level : LogFieldNames.None;
            case 6:
                return name.SequenceEqual("stream"u8) ? LogFieldNames.Stream : LogFieldNames.None;
            case 8:
                return name.SequenceEqual("instance"u8) ? LogFieldNames.Instance
                    : name.SequenceEqual("severity"u8) ? LogFieldNames.Level
                    : LogFieldNames.None;
            case 9:
                return name.SequenceEqual("timestamp"u8) ? LogFieldNames.Timestamp
                    : name.SequenceEqual("log.level"u8) ? LogFieldNames.Level
                    : LogFieldNames.None;
            case Longest:
                return name.SequenceEqual("@timestamp"u8) ? LogFieldNames.Timestamp : LogFieldNames.None;
            default:
                return LogFieldNames.None;
        }
    }

    /// <summary>Knows \u00xx only: no other escape stands for a character of our names.</summary>
    static bool TryUnescape(ReadOnlySpan<byte> name, Span<byte> plain, out int length)
    {
        length = 0;
        while (!name.IsEmpty)
        {
            if (length == plain.Length)
            {
                return false;
            }

            if (name[0] != '\\')
            {
                plain[length++] = name[0];
                name = name[1..];
                continue;
            }

            if (name.Length < 6 || !name.StartsWith("\\u00"u8))
            {
                return false;
            }

            plain[length++] = (byte)((HexDigit(name[4]) << 4) | HexDigit(name[5]));
            name = name[6..];
        }

        return true;
    }

    static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
