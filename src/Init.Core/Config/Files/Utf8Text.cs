using System.Text;

namespace Init.Core.Config;

/// <summary>Bytes that must be UTF-8.</summary>
static class Utf8Text
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes; a byte order mark is left out.</summary>
    /// <returns>False when the bytes are not UTF-8.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Strict.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
