// One line of pminit's stdout as JSON. Strict on purpose: a line that is not exactly one JSON object fails the test that reads it.
using System.Text.Json;

namespace Init.E2E.Tests.Harness;

sealed class LogLine
{
    readonly JsonElement root;

    public LogLine(string text)
    {
        Text = text;
        try
        {
            using var document = JsonDocument.Parse(text);
            root = document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"not a JSON line: {error.Message}\n{Shorten(text)}", error);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"not a JSON object: {Shorten(text)}");
        }
    }

    public string Text { get; }

    public string? Event => String("event");

    public string? App => String("app");

    public string? Stream => String("stream");

    public string? Level => String("level");

    public string Message => String("message") ?? "";

    public long? Pid => Number("pid");

    public long? Instance => Number("instance");

    public bool Partial => root.TryGetProperty("partial", out var value) && value.ValueKind == JsonValueKind.True;

    public JsonElement this[string field] => root.GetProperty(field);

    public bool Has(string field) => root.TryGetProperty(field, out _);

    /// <summary>How often a field name stands in the object: 2 means that two writers meant it.</summary>
    public int Count(string field) => root.EnumerateObject().Count(p => p.NameEquals(field));

    public string? String(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public long? Number(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    public override string ToString() => Text;

    public static string Shorten(string text) => text.Length <= 500 ? text : $"{text[..500]}… ({text.Length} characters)";
}
