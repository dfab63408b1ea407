namespace Init.Core.Logging;

/// <summary>Where UTF-8 text may be cut without breaking a character. Bytes that are no UTF-8 may be cut anywhere.</summary>
static class Utf8Cut
{
    /// <summary>True for 10xxxxxx.</summary>
    public static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;

    /// <summary>The last boundary at or before a position.</summary>
    /// <param name="text">Text that is longer than <paramref name="at"/>.</param>
    /// <param name="at">4 or more.</param>
    public static int Before(ReadOnlySpan<byte> text, int at)
    {
        var cut = at;
        while (cut > at - 4 && IsContinuation(text[cut]))
        {
            cut--;
        }

        // No lead byte within four: this is no UTF-8, and the position is as good as any.
        return cut == at - 4 || IsContinuation(text[cut]) ? at : cut;
    }

    /// <summary>Where the unfinished end begins: a character that lacks bytes, or a "\r" whose "\n" may follow.</summary>
    public static int BeforeUnfinished(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[^1] == '\r')
        {
            return text.Length - 1;
        }

        return Missing(text) == 0 ? text.Length : LastLead(text);
    }

    /// <summary>How many bytes the last character lacks; 0..3.</summary>
    public static int Missing(ReadOnlySpan<byte> text)
    {
        var lead = LastLead(text);
        if (lead < 0)
        {
            return 0;
        }

        var length = text[lead] switch
        {
            >= 0xF0 and <= 0xF4 => 4,
            >= 0xE0 and < 0xF0 => 3,
            >= 0xC2 and < 0xE0 => 2,
            _ => 1,
        };
        return Math.Max(length - (text.Length - lead), 0);
    }

    static int LastLead(ReadOnlySpan<byte> text)
    {
        for (var i = text.Length - 1; i >= 0 && i >= text.Length - 4; i--)
        {
            if (!IsContinuation(text[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
