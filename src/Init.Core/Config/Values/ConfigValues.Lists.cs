using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Values that are made of others: args, env, instances, addresses.</summary>
static partial class ConfigValues
{
    /// <summary>A list of texts (numbers and booleans count as text), or one text that is split at blanks as pm2 does.</summary>
    public static bool Arguments(DataNode node, ConfigScope scope, out ImmutableArray<string> value)
    {
        value = [];
        if (node.Kind == DataKind.Text)
        {
            if (!NoNul(node, scope, node.Text))
            {
                return false;
            }

            if (CommandWords.TrySplit(node.Text, out value, out var quote))
            {
                return true;
            }

            scope.Error(node.Position, $"the quote {quote} in {Words.Quote(node.Text)} is never closed", "close it, or write a list: [\"one\", \"two\"]");
            return false;
        }

        if (node.Kind != DataKind.List)
        {
            return Fail(node, scope, "a list of texts, or one text");
        }

        var words = ImmutableArray.CreateBuilder<string>(node.Items.Length);
        var isValid = true;
        for (var i = 0; i < node.Items.Length; i++)
        {
            isValid &= Scalar(node.Items[i], scope.Child(i), out var word);
            words.Add(word);
        }

        value = words.ToImmutable();
        return isValid;
    }

    /// <summary>Variables in file order; null leaves one out, objects and lists become JSON text as in pm2.</summary>
    public static bool Environment(DataNode node, ConfigScope scope, out ImmutableArray<KeyValuePair<string, string>> value)
    {
        value = [];
        if (node.Kind != DataKind.Map)
        {
            return Fail(node, scope, "an object of variables", node.Kind == DataKind.List ? "write {\"NAME\": \"value\"}" : "");
        }

        var variables = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(node.Members.Length);
        var isValid = true;
        foreach (var (name, nameAt, member) in node.Members)
        {
            var inner = scope.Child(name);
            isValid &= IsVariableName(name, nameAt, inner);

            var text = "";
            isValid &= member.Kind switch
            {
                DataKind.Null => true,
                DataKind.List or DataKind.Map => NodeText.TryWrite(member, out text),
                DataKind.Boolean or DataKind.Number or DataKind.Text or DataKind.Invalid => Scalar(member, inner, out text),
            };
            if (member.Kind != DataKind.Null)
            {
                variables.Add(new(name, text));
            }
        }

        value = variables.ToImmutable();
        return isValid;
    }

    /// <summary>The name of an environment variable.</summary>
    public static bool VariableName(DataNode node, ConfigScope scope, out string value)
        => FilledText(node, scope, out value) && IsVariableName(value, node.Position, scope);

    /// <summary>pm2's three forms; an empty text, which pm2 finds in every name, is no filter alone and an error in a list.</summary>
    public static bool Filter(DataNode node, ConfigScope scope, out EnvFilter value)
    {
        value = EnvFilter.None;
        if (node.Kind == DataKind.Boolean || (node.Kind == DataKind.Text && node.Text is "true" or "false"))
        {
            var isValid = Boolean(node, scope, out var all);
            value = new EnvFilter { All = all };
            return isValid;
        }

        if (node.Kind == DataKind.Text)
        {
            value = new EnvFilter { Name = node.Text };
            return node.Text.Length == 0 || IsVariableName(node.Text, node.Position, scope);
        }

        if (node.Kind != DataKind.List)
        {
            return Fail(node, scope, "true, the name of a variable, or a list of parts of names");
        }

        var areFilled = true;
        var parts = ImmutableArray.CreateBuilder<string>(node.Items.Length);
        for (var i = 0; i < node.Items.Length; i++)
        {
            areFilled &= FilledText(node.Items[i], scope.Child(i), out var part);
            parts.Add(part);
        }

        value = new EnvFilter { Parts = parts.ToImmutable() };
        return areFilled;
    }

    /// <summary>A text or a list of texts, which are not split.</summary>
    public static bool OneOrMore(DataNode node, ConfigScope scope, out ImmutableArray<string> value)
    {
        value = [];
        if (node.Kind != DataKind.List)
        {
            var isOne = FilledText(node, scope, out var one);
            value = isOne ? [one] : [];
            return isOne;
        }

        var isValid = true;
        var texts = ImmutableArray.CreateBuilder<string>(node.Items.Length);
        for (var i = 0; i < node.Items.Length; i++)
        {
            isValid &= FilledText(node.Items[i], scope.Child(i), out var text);
            texts.Add(text);
        }

        value = texts.ToImmutable();
        return isValid;
    }

    /// <summary>A path, or a boolean (pm2: the default path, or none).</summary>
    public static bool LogPath(DataNode node, ConfigScope scope, out string value)
    {
        value = "";
        return node.Kind == DataKind.Boolean || FilledText(node, scope, out value);
    }

    /// <summary>"max", 0 and negative numbers count CPUs; the value is then 0 or less, and MinValue never occurs.</summary>
    public static bool Instances(DataNode node, ConfigScope scope, out int value)
    {
        value = 0;
        return (node.Kind == DataKind.Text && node.Text == "max")
            || Whole(node, scope, -MostInstances, MostInstances, "\"max\" or a whole number up to 10000", out value);
    }

    /// <summary>An address in numbers. IPAddress.TryParse alone would take "1" and "127.1" too.</summary>
    public static bool Address(DataNode node, ConfigScope scope, out string value)
    {
        value = node.Text;
        if (node.Kind == DataKind.Text && !value.Contains('%') && IPAddress.TryParse(value, out _)
            && (value.Contains(':') ? !value.Contains('[') : value.Split('.') is { Length: 4 } parts && Array.TrueForAll(parts, IsPlainByte)))
        {
            return true;
        }

        var hint = node.Kind == DataKind.Text && node.Text is "localhost"
            ? "write \"127.0.0.1\""
            : "names are not looked up; without this field every address is served";
        return Fail(node, scope, "a numeric IPv4 or IPv6 address", hint);
    }

    /// <summary>sockaddr_un holds 108 bytes with the final NUL (unix(7)).</summary>
    public static bool SocketPath(DataNode node, ConfigScope scope, out string value)
    {
        if (!FilledText(node, scope, out value))
        {
            return false;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(value) <= 107)
        {
            return true;
        }

        scope.Error(node.Position, "the path of a unix socket has at most 107 bytes", "use a shorter path, e.g. \"/run/pminit.sock\"");
        return false;
    }

    /// <summary>Text, or what becomes text without doubt.</summary>
    static bool Scalar(DataNode node, ConfigScope scope, out string value)
    {
        value = node.Kind switch
        {
            DataKind.Number => NodeText.Number(node),
            DataKind.Boolean => node.Boolean ? "true" : "false",
            _ => node.Text,
        };
        return node.Kind is DataKind.Number or DataKind.Boolean || Text(node, scope, out value);
    }

    public static bool IsVariableName(string name, SourcePosition at, ConfigScope scope)
    {
        if (name.Length > 0 && !name.AsSpan().ContainsAny('=', '\0'))
        {
            return true;
        }

        scope.Error(at, "a variable's name cannot be empty or contain '=' or U+0000");
        return false;
    }

    static bool IsPlainByte(string text) => text.Length is >= 1 and <= 3 && (text.Length == 1 || text[0] != '0')
        && byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
