using System.Text;

namespace Init.Core.Config.Data;

/// <summary>What holds for a data file of every format: its size, its encoding, its depth.</summary>
static class DataText
{
    /// <summary>The text of a file, without its byte order mark.</summary>
    /// <returns>Null when the file is too large or not UTF-8; then an error was added.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes, string fileName, ICollection<ConfigError> errors)
    {
        if (bytes.Length > DataReader.MaxBytes)
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
        var text = Encoding.UTF8.GetString(bytes[..valid]);
        if (valid == bytes.Length)
        {
            return text;
        }

        var isUtf16 = bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]);
        errors.Add(new ConfigError
        {
            File = fileName,
            Position = new Places(text).At(text.Length),
            Message = isUtf16 ? "the file is UTF-16" : $"the byte 0x{bytes[valid]:x2} is not valid UTF-8 here",
            Hint = "save the file as UTF-8",
        });
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
}
