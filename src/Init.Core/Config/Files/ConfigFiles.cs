using System.Text.Json;
using Init.Core.Logging;

namespace Init.Core.Config;

/// <summary>
/// Everything that was read for one ecosystem file: its own bytes (of a script the JSON that its evaluation gave) and every file it names. A
/// process of our own reads them for a server that must not block, and hands them over as one line of JSON; reading the
/// configuration from it again is then free of I/O.
/// </summary>
public sealed class ConfigFiles
{
    /// <summary>Largest answer that is taken, in bytes.</summary>
    public const int MaxAnswerBytes = 16 << 20;

    readonly Dictionary<string, FileContent> _files = new(StringComparer.Ordinal);

    /// <summary>The file itself; null when it could not be read, and then <see cref="Problem"/> says why.</summary>
    public byte[]? Main { get; init; }

    /// <summary>What is wrong, as lines for people; empty when <see cref="Main"/> is there.</summary>
    public string Problem { get; init; } = "";

    /// <summary>See <see cref="ConfigContext.TypeScriptRuntime"/>; empty too when nothing asked for it.</summary>
    public string TypeScriptRuntime { get; set; } = "";

    /// <summary>Adds a file.</summary>
    public void Add(string path, FileContent content) => _files[path] = content;

    /// <summary>A file that was read; one that was not is a problem, never a guess.</summary>
    public FileContent Read(string path)
        => _files.TryGetValue(path, out var content) ? content : new FileContent { Problem = "it was not read; the file changed meanwhile" };

    /// <summary>Writes it as JSON.</summary>
    public void Write(ByteBuffer to)
    {
        using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        if (Main is not null)
        {
            json.WriteBase64String("main"u8, Main);
        }

        json.WriteString("problem"u8, Problem);
        json.WriteString("typescript"u8, TypeScriptRuntime);
        json.WriteStartArray("files"u8);
        foreach (var (path, content) in _files)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            if (content.Bytes is not null)
            {
                json.WriteBase64String("bytes"u8, content.Bytes);
            }

            json.WriteBoolean("missing"u8, content.IsMissing);
            json.WriteString("problem"u8, content.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>Null when it is not that.</returns>
    public static ConfigFiles? Parse(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            var files = new ConfigFiles
            {
                Main = root.TryGetProperty("main", out var main) ? main.GetBytesFromBase64() : null,
                Problem = root.GetProperty("problem").GetString()!,
                TypeScriptRuntime = root.GetProperty("typescript").GetString()!,
            };
            foreach (var file in root.GetProperty("files").EnumerateArray())
            {
                files.Add(file.GetProperty("path").GetString()!, new FileContent
                {
                    Bytes = file.TryGetProperty("bytes", out var bytes) ? bytes.GetBytesFromBase64() : null,
                    IsMissing = file.GetProperty("missing").GetBoolean(),
                    Problem = file.GetProperty("problem").GetString()!,
                });
            }

            return files;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
