using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// The field tables as a JSON Schema, for editors: draft-07, which they all know. It accepts every file that runs, in JSON and YAML, and
/// leaves what a schema says badly (names that are used twice, quotes that are not closed) to `pminit check`.
/// </summary>
public static class SchemaWriter
{
    /// <summary>A value that holds `${NAME}` may be text wherever it is read.</summary>
    const string Reference = """{"type":"string","pattern":"\\$\\{"}""";

    /// <summary>The schema of an ecosystem file.</summary>
    /// <returns>Indented JSON with a newline at its end.</returns>
    public static string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", "pminit ecosystem file");
            json.WritePropertyName("anyOf");
            json.WriteRawValue("""[{"$ref":"#/definitions/file"},{"$ref":"#/definitions/apps"},{"$ref":"#/definitions/bareApp"}]""");
            json.WriteStartObject("definitions");
            WriteKinds(json);
            json.WritePropertyName("reference");
            json.WriteRawValue(Reference);
            json.WritePropertyName("apps");
            json.WriteRawValue("""{"type":"array","minItems":1,"items":{"$ref":"#/definitions/app"}}""");
            WriteObject(json, "app", ConfigFields.AppFields, [], hasProfiles: true);
            WriteObject(json, "bareApp", ConfigFields.AppFields, ConfigFields.TopFields, hasProfiles: true);
            WriteObject(json, "file", ConfigFields.TopFields, [], hasProfiles: false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    static void WriteKinds(Utf8JsonWriter json)
    {
        var written = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(ConfigFields.AppFields, written);
        Collect(ConfigFields.TopFields, written);
        foreach (var (name, schema) in written)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(schema);
        }
    }

    static void Collect(IEnumerable<ConfigField> fields, SortedDictionary<string, string> kinds)
    {
        foreach (var field in fields)
        {
            kinds[field.Kind.Name] = field.Kind.Schema;
            Collect(field.Inner, kinds);
        }
    }

    static void WriteObject(Utf8JsonWriter json, string name, ImmutableArray<ConfigField> fields, ImmutableArray<ConfigField> more, bool hasProfiles)
    {
        json.WriteStartObject(name);
        WriteMembers(json, [.. fields, .. more]);
        if (hasProfiles)
        {
            json.WritePropertyName("patternProperties");
            json.WriteRawValue("""{"^env_(?!file$|from_files$)\\S+$":{"anyOf":[{"$ref":"#/definitions/variables"},{"type":"null"}]}}""");
        }

        // Any spelling will do, so `required` cannot name one of them.
        var needed = fields.Find(static field => field.Default == "required")!;
        json.WriteStartArray("anyOf");
        foreach (var spelling in needed.Spellings)
        {
            json.WriteRawValue($$"""{"required":["{{spelling}}"]}""");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteMembers(Utf8JsonWriter json, ImmutableArray<ConfigField> fields, bool mayBeNull = false)
    {
        json.WritePropertyName("type");
        json.WriteRawValue(mayBeNull ? """["object","null"]""" : "\"object\"");
        json.WriteStartObject("properties");
        foreach (var field in fields)
        {
            foreach (var spelling in field.Spellings)
            {
                json.WriteStartObject(spelling);
                WriteField(json, field);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
        json.WriteBoolean("additionalProperties", false);
    }

    static void WriteField(Utf8JsonWriter json, ConfigField field)
    {
        json.WriteString("description", field.Verdict switch
        {
            Verdict.NoEffect => "No effect in a container: " + field.Doc + ".",
            Verdict.NotYet => "Not available in this version: " + field.Doc + ".",
            Verdict.Honoured or _ => field.Default is "" or "required" ? field.Doc : $"{field.Doc} Default: {field.Default}",
        });
        if (!field.Inner.IsEmpty)
        {
            WriteMembers(json, field.Inner, mayBeNull: true);
            return;
        }

        var kind = field.Name == "apps" ? """{"$ref":"#/definitions/apps"},{"$ref":"#/definitions/app"}""" : $$"""{"$ref":"#/definitions/{{field.Kind.Name}}"}""";
        json.WritePropertyName("anyOf");
        json.WriteRawValue($$"""[{{kind}},{"$ref":"#/definitions/reference"},{"type":"null"}]""");
    }
}
