using System.Globalization;
using Init.Core.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Init.Core.Config.Data;

/// <summary>Scalars: what plain words mean in YAML 1.2's core schema, and the tags that say so outright.</summary>
sealed partial class YamlReader
{
    const string TagPrefix = "tag:yaml.org,2002:";

    DataNode ReadScalar(Scalar scalar, SourcePosition at)
    {
        if (scalar.Tag.IsEmpty)
        {
            return scalar.Style == ScalarStyle.Plain ? Resolve(scalar.Value, at) : DataNode.Of(scalar.Value, at);
        }

        if (scalar.Tag.IsNonSpecific)
        {
            return DataNode.Of(scalar.Value, at);
        }

        var tag = scalar.Tag.Value;
        var node = Resolve(scalar.Value, at);
        var (kind, name) = tag switch
        {
            TagPrefix + "str" => (DataKind.Text, ""),
            TagPrefix + "int" or TagPrefix + "float" => (DataKind.Number, "a number"),
            TagPrefix + "bool" => (DataKind.Boolean, "true or false"),
            TagPrefix + "null" => (DataKind.Null, "null"),
            _ => (DataKind.Invalid, ""),
        };
        if (kind == DataKind.Text)
        {
            return DataNode.Of(scalar.Value, at);
        }

        if (kind == DataKind.Invalid)
        {
            RefuseTag(tag, at);
            return DataNode.OfInvalid(at);
        }

        var isWhole = tag != TagPrefix + "int" || (double.IsFinite(node.Number) && Math.Truncate(node.Number) == node.Number);
        if (node.Kind == kind && isWhole)
        {
            return node;
        }

        _report.Report(at, $"{Words.Quote(scalar.Value)} is tagged !!{tag[TagPrefix.Length..]}, but is not {(isWhole ? name : "a whole number")}", "remove the tag, or change the value");
        return DataNode.OfInvalid(at);
    }

    /// <summary>A plain scalar. `yes`, `no`, `on` and `off` are texts, as in js-yaml, and so is a date.</summary>
    static DataNode Resolve(string text, SourcePosition at) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => DataNode.OfNull(at),
        "true" or "True" or "TRUE" => DataNode.Of(true, at),
        "false" or "False" or "FALSE" => DataNode.Of(false, at),
        _ when TryNumber(text, out var value, out var written) => DataNode.Of(value, written, at),
        _ => DataNode.Of(text, at),
    };

    /// <param name="text">The scalar.</param>
    /// <param name="value">Its value.</param>
    /// <param name="written">What errors and variables show: as in the file, but without zeros that JavaScript would not print (007).</param>
    static bool TryNumber(string text, out double value, out string written)
    {
        written = text;
        value = 0;
        if (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal))
        {
            var digitBase = text[1] == 'x' ? 16 : 8;
            foreach (var c in text.AsSpan(2))
            {
                if (!char.IsAsciiHexDigit(c) || (digitBase == 8 && c is not (>= '0' and <= '7')))
                {
                    return false;
                }

                value = (value * digitBase) + Convert.ToInt32(c.ToString(), 16);
            }

            return text.Length > 2;
        }

        var body = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        if (body is ".inf" or ".Inf" or ".INF")
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (text is ".nan" or ".NaN" or ".NAN")
        {
            value = double.NaN;
            return true;
        }

        var isNumber = body.Length > 0 && (char.IsAsciiDigit(body[0]) || (body[0] == '.' && body.Length > 1 && char.IsAsciiDigit(body[1])))
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
        if (isNumber && body.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            var digits = body.TrimStart('0');
            written = (text[0] == '-' ? "-" : "") + (digits.IsEmpty ? "0" : digits.ToString());
        }

        return isNumber;
    }

    /// <summary>A list or an object may carry its own tag and no other.</summary>
    void CheckTag(TagName tag, string own, SourcePosition at)
    {
        if (!tag.IsEmpty && !tag.IsNonSpecific && tag.Value != own)
        {
            RefuseTag(tag.Value, at);
        }
    }

    void RefuseTag(string tag, SourcePosition at)
    {
        var shown = tag.StartsWith(TagPrefix, StringComparison.Ordinal) ? "!!" + tag[TagPrefix.Length..] : tag;
        _report.Report(at, $"the tag {Words.Cut(shown)} has no meaning here", "remove it (a text that begins with ! needs quotes); the tags are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map");
    }
}
