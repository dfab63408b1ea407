using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Init.Core.Logging;

/// <summary>
/// Writes the inside of JSON strings (RFC 8259 section 7) from any bytes: always valid UTF-8, never a control character, never a bare
/// quote. Runs without anything to escape are copied in bulk. Nothing is allocated but the target's growth.
/// </summary>
static class JsonText
{
    /// <summary>What cannot stand in a JSON string as it is.</summary>
    public static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'"', (byte)'\\']);

    /// <summary>Writes bytes that should be UTF-8; what is not becomes U+FFFD.</summary>
    public static void Append(ByteBuffer to, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            AppendValid(to, text);
            return;
        }

        while (!text.IsEmpty)
        {
            var ascii = text.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            AppendValid(to, ascii < 0 ? text : text[..ascii]);
            if (ascii < 0)
            {
                return;
            }

            text = text[ascii..];
            var status = Rune.DecodeFromUtf8(text, out _, out var used);
            to.Append(status == OperationStatus.Done ? text[..used] : "\uFFFD"u8);
            text = text[used..];
        }
    }

    /// <summary>Writes UTF-16 text; a lone surrogate becomes U+FFFD.</summary>
    public static void Append(ByteBuffer to, ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        while (!text.IsEmpty)
        {
            Utf8.FromUtf16(text, utf8, out var read, out var written);
            AppendValid(to, utf8[..written]);
            text = text[read..];
        }
    }

    /// <summary>Writes a number in decimal.</summary>
    public static void AppendNumber(ByteBuffer to, long value)
    {
        Utf8Formatter.TryFormat(value, to.GetSpan(20), out var written);
        to.Advance(written);
    }

    static void AppendValid(ByteBuffer to, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            if (plain < 0)
            {
                to.Append(text);
                return;
            }

            to.Append(text[..plain]);
            AppendEscape(to, text[plain]);
            text = text[(plain + 1)..];
        }
    }

    static void AppendEscape(ByteBuffer to, byte value)
    {
        var letter = value switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            to.Append((byte)'\\');
            to.Append(letter);
            return;
        }

        to.Append("\\u00"u8);
        to.Append("0123456789abcdef"u8[value >> 4]);
        to.Append("0123456789abcdef"u8[value & 15]);
    }
}
