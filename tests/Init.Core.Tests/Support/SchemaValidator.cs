using System.Text.Json;
using System.Text.RegularExpressions;

namespace Init.Core.Tests.Support;

/// <summary>
/// As much of JSON Schema draft-07 as `pminit schema` uses; a keyword it does not know is an exception, so that no rule passes unread.
/// No library for it can be restored where this project is built.
/// </summary>
sealed class SchemaValidator(JsonElement root)
{
    static readonly HashSet<string> Words = ["$schema", "title", "description", "definitions"];

    public bool Accepts(JsonElement value) => Accepts(root, value);

    bool Accepts(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return true;
        }

        var isAccepted = true;
        foreach (var rule in schema.EnumerateObject())
        {
            isAccepted &= Words.Contains(rule.Name) || Obeys(rule, schema, value);
        }

        return isAccepted;
    }

    bool Obeys(JsonProperty rule, JsonElement schema, JsonElement value)
    {
        var (isObject, isArray, isText, isNumber) = (value.ValueKind == JsonValueKind.Object, value.ValueKind == JsonValueKind.Array,
            value.ValueKind == JsonValueKind.String, value.ValueKind == JsonValueKind.Number);
        return rule.Name switch
        {
            "$ref" => Accepts(root.GetProperty("definitions").GetProperty(rule.Value.GetString()!["#/definitions/".Length..]), value),
            "anyOf" => rule.Value.EnumerateArray().Any(one => Accepts(one, value)),
            "type" => rule.Value.ValueKind == JsonValueKind.Array ? rule.Value.EnumerateArray().Any(one => Is(one, value)) : Is(rule.Value, value),
            "enum" => rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
            "const" => JsonElement.DeepEquals(rule.Value, value),
            "minLength" => !isText || value.GetString()!.Length >= rule.Value.GetInt32(),
            "maxLength" => !isText || value.GetString()!.Length <= rule.Value.GetInt32(),
            "pattern" => !isText || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!),
            "minimum" => !isNumber || value.GetDouble() >= rule.Value.GetDouble(),
            "maximum" => !isNumber || value.GetDouble() <= rule.Value.GetDouble(),
            "minItems" => !isArray || value.GetArrayLength() >= rule.Value.GetInt32(),
            "minProperties" => !isObject || value.EnumerateObject().Count() >= rule.Value.GetInt32(),
            "maxProperties" => !isObject || value.EnumerateObject().Count() <= rule.Value.GetInt32(),
            "items" => !isArray || value.EnumerateArray().All(item => Accepts(rule.Value, item)),
            "required" => !isObject || rule.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "properties" => !isObject || rule.Value.EnumerateObject().All(one => !value.TryGetProperty(one.Name, out var inner) || Accepts(one.Value, inner)),
            "patternProperties" => !isObject || value.EnumerateObject().All(member =>
                rule.Value.EnumerateObject().All(one => !Regex.IsMatch(member.Name, one.Name) || Accepts(one.Value, member.Value))),
            "additionalProperties" => !isObject || value.EnumerateObject().All(member => IsNamed(schema, member.Name)
                || (rule.Value.ValueKind == JsonValueKind.Object && Accepts(rule.Value, member.Value))),
            _ => throw new InvalidDataException($"the validator does not know {rule.Name}"),
        };
    }

    static bool IsNamed(JsonElement schema, string name)
        => (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _))
            || (schema.TryGetProperty("patternProperties", out var patterns) && patterns.EnumerateObject().Any(one => Regex.IsMatch(name, one.Name)));

    static bool Is(JsonElement type, JsonElement value) => type.GetString() switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidDataException($"unknown type {type}"),
    };
}
