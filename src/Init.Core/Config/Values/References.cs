using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>
/// Replaces `${NAME}` and its like in the texts of a value, before the value is read as a number, a list or anything else; positions
/// stay those of the file. Unset variables are errors: an empty password is found too late. Only texts of fields that are read are
/// touched, never keys.
/// </summary>
static class References
{
    /// <summary>No program can be given a longer text (MAX_ARG_STRLEN of Linux); bounds what a small file can grow to.</summary>
    const int LongestText = 128 * 1024;

    /// <summary>Defaults may hold references; nobody means more of them.</summary>
    const int DeepestDefault = 8;

    const string Forms = "the forms are ${NAME}, ${NAME:-default}, ${NAME:?message}, ${cpus}, ${memory} and ${memory:75%}; for a literal ${ write $${";

    /// <returns>The node itself where it holds no reference; Invalid after an error in the report.</returns>
    public static DataNode Resolve(DataNode node, ConfigScope scope, ConfigContext context)
    {
        // A shell or the orchestrator has already put variables into what is no file.
        if (scope.Origin is not null)
        {
            return node;
        }

        switch (node.Kind)
        {
            case DataKind.Text:
                return ResolveText(node, scope, context);
            case DataKind.List:
                var items = ImmutableArray.CreateBuilder<DataNode>(node.Items.Length);
                for (var i = 0; i < node.Items.Length; i++)
                {
                    items.Add(Resolve(node.Items[i], scope.Child(i), context));
                }

                return DataNode.Of(items.MoveToImmutable(), node.Position);
            case DataKind.Map:
                var members = ImmutableArray.CreateBuilder<DataMember>(node.Members.Length);
                foreach (var member in node.Members)
                {
                    members.Add(member with { Value = Resolve(member.Value, scope.Child(member.Key), context) });
                }

                return DataNode.Of(members.MoveToImmutable(), node.Position);
            case DataKind.Null or DataKind.Boolean or DataKind.Number or DataKind.Invalid:
            default:
                return node;
        }
    }

    static DataNode ResolveText(DataNode node, ConfigScope scope, ConfigContext context)
    {
        if (!node.Text.Contains("${", StringComparison.Ordinal))
        {
            return node;
        }

        var built = new StringBuilder();
        if (!TryAppend(built, node.Text, context, 0, out var message, out var hint))
        {
            scope.Error(node.Position, message, hint);
            return DataNode.OfInvalid(node.Position);
        }

        return DataNode.Of(built.ToString(), node.Text, node.Position);
    }

    static bool TryAppend(StringBuilder built, string text, ConfigContext context, int depth, out string message, out string hint)
    {
        (message, hint) = ("", "");
        for (var at = 0; at < text.Length;)
        {
            var dollar = text.IndexOf('$', at);
            built.Append(text, at, (dollar < 0 ? text.Length : dollar) - at);
            if (dollar < 0)
            {
                break;
            }

            if (string.CompareOrdinal(text, dollar, "$${", 0, 3) == 0)
            {
                built.Append("${");
                at = dollar + 3;
                continue;
            }

            if (string.CompareOrdinal(text, dollar, "${", 0, 2) != 0)
            {
                built.Append('$');
                at = dollar + 1;
                continue;
            }

            var end = EndOf(text, dollar + 2);
            if (end < 0)
            {
                (message, hint) = ($"the ${{ in {Words.Quote(text)} is never closed", "close it with }, or write $${ for a literal ${");
                return false;
            }

            if (!TryReference(built, text[(dollar + 2)..end], context, depth, out message, out hint))
            {
                return false;
            }

            if (built.Length > LongestText)
            {
                (message, hint) = ("the text is longer than 128 KiB with its variables put in", "no program can be given that much: use a file");
                return false;
            }

            at = end + 1;
        }

        return true;
    }

    /// <summary>The matching brace, or -1.</summary>
    static int EndOf(string text, int from)
    {
        var open = 1;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '{' && text[i - 1] == '$')
            {
                open++;
            }
            else if (text[i] == '}' && --open == 0)
            {
                return i;
            }
        }

        return -1;
    }

    static bool TryReference(StringBuilder built, string inner, ConfigContext context, int depth, out string message, out string hint)
    {
        (message, hint) = ("", "");
        var length = 0;
        while (length < inner.Length && (inner[length] == '_' || char.IsAsciiLetter(inner[length]) || (length > 0 && char.IsAsciiDigit(inner[length]))))
        {
            length++;
        }

        var (name, rest) = (inner[..length], inner[length..]);
        if (name is "cpus" or "memory" && TryMachine(name, rest, context) is { } number)
        {
            built.Append(number);
            return true;
        }

        var isDefault = rest.StartsWith(":-", StringComparison.Ordinal);
        var isDemand = rest.StartsWith(":?", StringComparison.Ordinal);
        if (name is "" or "cpus" or "memory" || (rest.Length > 0 && !isDefault && !isDemand))
        {
            var isUnknown = name == "memory" && context.MemoryLimitBytes is null;
            (message, hint) = isUnknown ? ("the memory of this container is not known, so ${memory} has no value", "write the number")
                : ($"{Words.Quote("${" + inner + "}")} is no reference that pminit knows", Forms);
            return false;
        }

        var isSet = context.Variables.TryGetValue(name, out var value);
        if (isSet && (rest.Length == 0 || value!.Length > 0))
        {
            built.Append(value);
            return true;
        }

        if (isDefault)
        {
            if (depth < DeepestDefault)
            {
                return TryAppend(built, rest[2..], context, depth + 1, out message, out hint);
            }

            (message, hint) = ("references are nested too deeply", "set the variable, or write one default");
            return false;
        }

        message = isDemand && rest.Length > 2 ? $"{Words.Cut(name)}: {Words.Cut(rest[2..])}"
            : $"the variable {Words.Quote(name)} is {(isSet ? "empty" : "not set")} in pminit's own environment";
        hint = $"set {Words.Cut(name)} on the container" + (isDemand ? "" : $", or give a default: ${{{Words.Cut(name)}:-…}}; to leave it to the app write $${{{Words.Cut(name)}}}");
        return false;
    }

    /// <summary>The number behind `cpus`, `memory` (whole MiB) or `memory:75%`; null when it is written otherwise or not known.</summary>
    static string? TryMachine(string name, string rest, ConfigContext context)
    {
        if (name == "cpus")
        {
            return rest.Length == 0 ? context.Cpus.ToString(CultureInfo.InvariantCulture) : null;
        }

        var percent = 100m;
        var isRead = rest.Length == 0
            || (rest[0] == ':' && rest[^1] == '%'
                && decimal.TryParse(rest.AsSpan(1, Math.Max(0, rest.Length - 2)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent)
                && percent is > 0 and <= 100);
        return isRead && context.MemoryLimitBytes is { } bytes
            ? decimal.Truncate(bytes / (1024m * 1024m) * percent / 100m).ToString(CultureInfo.InvariantCulture)
            : null;
    }
}
