using System.Globalization;
using System.Text;

namespace Init.Core.Config.Data;

/// <summary>
/// Nodes as JSON text, the way JavaScript's JSON.stringify and String() write them: an app that reads its env must get from pminit
/// what pm2 gave it. One deliberate difference: whole numbers keep all their digits, where JavaScript rounds past 2^53.
/// </summary>
static class NodeText
{
    /// <returns>False when a value inside is Invalid (reported before).</returns>
    public static bool TryWrite(DataNode node, out string text)
    {
        var built = new StringBuilder();
        var isValid = Append(built, node);
        text = built.ToString();
        return isValid;
    }

    /// <summary>A number as String() writes it.</summary>
    public static string Number(DataNode node)
    {
        var written = node.Text.AsSpan().TrimStart('+');
        if (written.TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return node.Number == 0 ? "0" : written.ToString();
        }

        return Number(node.Number);
    }

    /// <summary>ECMAScript's Number::toString: decimal from 1e-6 up to 1e21, else with an exponent of no fixed width.</summary>
    static string Number(double value)
    {
        if (!double.IsFinite(value) || value == 0)
        {
            return value == 0 ? "0" : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        var shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 16; precision++)
        {
            var candidate = Math.Abs(value).ToString("E" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == Math.Abs(value))
            {
                shortest = candidate;
                break;
            }
        }

        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = shortest[..mark].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        var point = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) + 1;
        var text = point switch
        {
            > 21 or < -5 => digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "")
                + string.Create(CultureInfo.InvariantCulture, $"e{(point > 0 ? "+" : "")}{point - 1}"),
            <= 0 => "0." + new string('0', -point) + digits,
            _ when point >= digits.Length => digits.PadRight(point, '0'),
            _ => digits[..point] + "." + digits[point..],
        };
        return value < 0 ? "-" + text : text;
    }

    static bool Append(StringBuilder built, DataNode node)
    {
        switch (node.Kind)
        {
            case DataKind.Null:
                built.Append("null");
                return true;
            case DataKind.Boolean:
                built.Append(node.Boolean ? "true" : "false");
                return true;
            case DataKind.Number:
                built.Append(double.IsFinite(node.Number) ? Number(node) : "null");
                return true;
            case DataKind.Text:
                AppendText(built, node.Text);
                return true;
            case DataKind.List:
                return AppendList(built, node);
            case DataKind.Map:
                return AppendMap(built, node);
            case DataKind.Invalid:
            default:
                return false;
        }
    }

    static bool AppendList(StringBuilder built, DataNode node)
    {
        var isValid = true;
        var separator = "";
        built.Append('[');
        foreach (var item in node.Items)
        {
            built.Append(separator);
            isValid &= Append(built, item);
            separator = ",";
        }

        built.Append(']');
        return isValid;
    }

    static bool AppendMap(StringBuilder built, DataNode node)
    {
        var isValid = true;
        var separator = "";
        built.Append('{');
        foreach (var member in node.Members)
        {
            built.Append(separator);
            AppendText(built, member.Key);
            built.Append(':');
            isValid &= Append(built, member.Value);
            separator = ",";
        }

        built.Append('}');
        return isValid;
    }

    static void AppendText(StringBuilder built, string text)
    {
        built.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => built.Append("\\\""),
                '\\' => built.Append("\\\\"),
                '\b' => built.Append("\\b"),
                '\f' => built.Append("\\f"),
                '\n' => built.Append("\\n"),
                '\r' => built.Append("\\r"),
                '\t' => built.Append("\\t"),
                < ' ' => built.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => built.Append(c),
            };
        }

        built.Append('"');
    }
}
