using System.Text.Json;

namespace Init.Core.Control;

/// <summary>Reading that asks instead of throwing.</summary>
static class JsonElementExtensions
{
    /// <summary>A whole number in the range of long; false for anything else.</summary>
    public static bool TryGetNumber(this JsonElement element, out long number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out number);
    }

    /// <summary>A property's whole number, or 0.</summary>
    public static long NumberOf(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.TryGetNumber(out var number) ? number : 0;

    /// <summary>A property's text, or empty.</summary>
    public static string TextOf(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    /// <summary>A property's value, or an undefined element.</summary>
    public static JsonElement Of(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
