using System.Text.Json;

namespace Init.Benchmarks.Subjects;

/// <summary>The one file that pm2 and pminit both read, so that both are told the same.</summary>
static class EcosystemFile
{
    public static void Write(string path, IReadOnlyList<string> worker, params (string Name, string Value)[] extra)
    {
        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteStartArray("apps");
        json.WriteStartObject();
        json.WriteString("name", "app");
        json.WriteString("script", worker[0]);
        json.WriteStartArray("args");
        foreach (string argument in worker.Skip(1))
        {
            json.WriteStringValue(argument);
        }
        json.WriteEndArray();
        foreach ((string name, string value) in extra)
        {
            json.WriteString(name, value);
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
