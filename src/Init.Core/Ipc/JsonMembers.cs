using System.Text;

namespace Init.Core.Ipc;

/// <summary>
/// Goes through the members of one JSON object in the raw text: for messages of strangers, since a parser that throws would cost PID 1 an exception for
/// each bad one. What is no JSON any more ends it. Nothing is allocated, nothing throws, the time is linear.
/// </summary>
/// <param name="text">Any bytes; of an object without an end the members before that are seen.</param>
public ref struct JsonMembers(ReadOnlySpan<byte> text)
{
    ReadOnlySpan<byte> _rest = AfterBrace(text);

    /// <summary>Without its quotes, escapes as they stand.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Strings with their quotes. Of an object or a list only the brackets were counted.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next member.</summary>
    /// <returns>False when there are no more.</returns>
    public bool Next()
    {
        var name = StringAt(Trim(_rest));
        var after = Trim(Trim(_rest)[name.Length..]);
        if (name.IsEmpty || after.IsEmpty || after[0] != ':')
        {
            _rest = default;
            return false;
        }

        after = Trim(after[1..]);
        Name = name[1..^1];
        Value = ValueAt(after);
        after = Trim(after[Value.Length..]);
        _rest = !after.IsEmpty && after[0] == ',' ? after[1..] : default;
        return !Value.IsEmpty;
    }

    /// <summary>A number without a fraction that fits; else the other value.</summary>
    public static long Whole(ReadOnlySpan<byte> value, long otherwise)
    {
        const int MostDigits = 15; // what JavaScript counts exactly
        var digits = !value.IsEmpty && value[0] == '-' ? value[1..] : value;
        if (digits.IsEmpty || digits.Length > MostDigits)
        {
            return otherwise;
        }

        var number = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return otherwise;
            }

            number = (number * 10) + digit - '0';
        }

        return digits.Length < value.Length ? -number : number;
    }

    /// <summary>The text of a string with its quotes; null for anything else, and for one whose escapes are none.</summary>
    public static string? Text(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2 || value[0] != '"')
        {
            return null;
        }

        var inner = value[1..^1];
        if (inner.IndexOf((byte)'\\') < 0)
        {
            return Encoding.UTF8.GetString(inner);
        }

        var raw = Encoding.UTF8.GetString(inner);
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            var plain = i < raw.Length ? "\"\\/bfnrt".IndexOf(raw[i]) : -1;
            if (plain >= 0)
            {
                text.Append("\"\\/\b\f\n\r\t"[plain]);
                continue;
            }

            if (i + 4 >= raw.Length || raw[i] != 'u' || !TryHex(raw.AsSpan(i + 1, 4), out var unit))
            {
                return null;
            }

            text.Append(unit);
            i += 4;
        }

        return text.ToString();
    }

    static bool TryHex(ReadOnlySpan<char> digits, out char unit)
    {
        unit = '\0';
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }

            unit = (char)((unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10));
        }

        return true;
    }

    static ReadOnlySpan<byte> AfterBrace(ReadOnlySpan<byte> text)
    {
        text = Trim(text);
        return !text.IsEmpty && text[0] == '{' ? text[1..] : default;
    }

    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.TrimStart(" \t\r"u8);

    /// <summary>The value that begins here; empty when none does, or it does not end.</summary>
    static ReadOnlySpan<byte> ValueAt(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        if (text[0] == '"')
        {
            return StringAt(text);
        }

        if (text[0] is not ((byte)'{' or (byte)'['))
        {
            var end = 0;
            while (end < text.Length && text[end] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r'))
            {
                end++;
            }

            return end == text.Length ? default : text[..end];
        }

        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (text[i] is (byte)'}' or (byte)']' && --depth == 0)
            {
                return text[..(i + 1)];
            }
            else if (text[i] == '"')
            {
                var word = StringAt(text[i..]);
                if (word.IsEmpty)
                {
                    break;
                }

                i += word.Length - 1;
            }
        }

        return default;
    }

    /// <summary>The string that begins here, quotes included; empty when none does, or it does not end.</summary>
    static ReadOnlySpan<byte> StringAt(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            return default;
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return text[..(i + 1)];
            }
        }

        return default;
    }
}
