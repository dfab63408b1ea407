using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Every kind of value that a field can have. The schemas accept what the readers accept, or a little more where a schema cannot say it
/// (a signal's name, a quote that is not closed); never less, so that an editor does not complain of a file that runs.
/// </summary>
static class Kinds
{
    const string AnyText = """{"type":"string"}""";
    const string AnyList = """{"anyOf":[{"type":"string"},{"type":"array","items":{"type":["string","number","boolean"]}}]}""";
    const string EnvFileObject = """{"type":"object","properties":{"path":{"type":"string"},"required":{"type":["boolean","string"]}},"required":["path"],"additionalProperties":false}""";
    const string WholeText = """{"type":"string","pattern":"^\\s*[+-]?[0-9]+(\\.0*)?\\s*$|\\$\\{"}""";

    public static readonly ValueKind<string> Text = new("text", "text", """{"type":"string","minLength":1}""", ConfigValues.FilledText);

    public static readonly ValueKind<string> Path = new("path", "path", """{"type":"string","minLength":1}""", ConfigValues.FilledText);

    public static readonly ValueKind<bool> Boolean = new("boolean", "boolean", """{"enum":[true,false,"true","false"]}""", ConfigValues.Boolean);

    public static readonly ValueKind<ImmutableArray<string>> Arguments = new("arguments", "list, or text split at blanks", AnyList, ConfigValues.Arguments);

    public static readonly ValueKind<TimeSpan> Duration = new("duration", "duration (ms, or text with ms, s, m, h)",
        """{"anyOf":[{"type":"number","minimum":0,"maximum":2147483647},{"type":"string","pattern":"^\\s*[0-9]+(\\.[0-9]*)?(ms|s|m|h)?\\s*$"}]}""", ConfigValues.Duration);

    public static readonly ValueKind<long> Size = new("size", "bytes, or text with K, M, G, T or %",
        """{"anyOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"^\\s*[+]?[0-9]*\\.?[0-9]+\\s*([KkMmGgTt]?([Ii]?[Bb])?|%)\\s*$"}]}""", ConfigValues.Size);

    public static readonly ValueKind<int> Count = new("count", "number", $$"""{"anyOf":[{"type":"integer","minimum":0},{{WholeText}}]}""", ConfigValues.Count);

    public static readonly ValueKind<int> Port = new("port", "number, 0 to 65535",
        $$"""{"anyOf":[{"type":"integer","minimum":0,"maximum":65535},{{WholeText}}]}""", ConfigValues.Port);

    public static readonly ValueKind<int> Instances = new("instances", "number, or \"max\"",
        $$"""{"anyOf":[{"type":"integer","minimum":-{{ConfigValues.MostInstancesText}},"maximum":{{ConfigValues.MostInstancesText}}},{"const":"max"},{{WholeText}}]}""", ConfigValues.Instances);

    public static readonly ValueKind<Signal> Signal = new("signal", "signal name or number",
        """{"anyOf":[{"type":"string","minLength":1},{"type":"integer","minimum":1,"maximum":64}]}""", ConfigValues.StopSignal);

    public static readonly ValueKind<ImmutableArray<int>> ExitCodes = new("exitCodes", "number, or list of numbers, 0 to 255",
        $$$"""{"anyOf":[{"type":"integer","minimum":0,"maximum":255},{{{WholeText}}},{"type":"array","items":{"anyOf":[{"type":"integer","minimum":0,"maximum":255},{{{WholeText}}}]}}]}""", ConfigValues.ExitCodes);

    public static readonly ValueKind<ImmutableArray<KeyValuePair<string, string>>> Variables = new("variables", "object", """{"type":"object"}""", ConfigValues.Environment);

    public static readonly ValueKind<string> VariableName = new("variableName", "name of a variable",
        """{"type":"string","pattern":"^[^=]+$"}""", ConfigValues.VariableName);

    public static readonly ValueKind<EnvFilter> EnvFilter = new("envFilter", "boolean, text, or list of texts",
        """{"anyOf":[{"type":"boolean"},{"type":"string"},{"type":"array","items":{"type":"string","minLength":1}}]}""", ConfigValues.Filter);

    public static readonly ValueKind<string> ExecMode = new("execMode", "\"fork\", \"cluster\"", """{"enum":["fork","fork_mode","cluster","cluster_mode"]}""", ConfigValues.ExecMode);

    public static readonly ValueKind<string> Address = new("address", "numeric IPv4 or IPv6 address", AnyText, ConfigValues.Address);

    public static readonly ValueKind<string> SocketPath = new("socketPath", "path, at most 107 bytes", """{"type":"string","minLength":1,"maxLength":107}""", ConfigValues.SocketPath);

    public static readonly ValueKind<ImmutableArray<EnvFile>> EnvFiles = new("envFiles", "path, or list of paths",
        $$$"""{"anyOf":[{{{AnyText}}},{{{EnvFileObject}}},{"type":"array","items":{"anyOf":[{{{AnyText}}},{{{EnvFileObject}}}]}}]}""", Config.EnvFiles.Read);

    public static readonly ValueKind<SecretFiles> SecretFiles = new("secretFiles", "true, list of names, or object of paths",
        """{"anyOf":[{"enum":[true,false,"true","false"]},{"type":"array","items":{"type":"string"}},{"type":"object","additionalProperties":{"type":"string","minLength":1}}]}""",
        Config.EnvFiles.ReadSecrets);

    /// <summary>For fields that do nothing: what they hold does not matter.</summary>
    public static readonly ValueKind<DataNode> Any = new("any", "any", "true", ConfigValues.Any);

    public static readonly ValueKind<DataNode> Object = new("object", "object", """{"type":"object"}""", ConfigValues.Object);

    /// <summary>A section of a table of its own; its schema is written in its place.</summary>
    public static readonly ValueKind<DataNode> Section = new("section", "object", """{"type":"object"}""", ConfigValues.Object);

    public static readonly ValueKind<ImmutableArray<string>> Globs = new("globs", "list of patterns, or one", AnyList, ConfigValues.OneOrMore);

    public static readonly ValueKind<AskedSchedule> Cron = new("cron", "cron pattern of 5 or 6 fields",
        """{"anyOf":[{"type":"string"},{"const":0},{"const":false}]}""", ConfigValues.Cron);

    public static readonly ValueKind<TimeZoneInfo> Zone = new("zone", "name of a time zone",
        """{"type":"string","minLength":1}""", ConfigValues.Zone);

    public static readonly ValueKind<string> LogPath = new("logPath", "path", """{"type":["string","boolean"]}""", ConfigValues.LogPath);

    public static readonly ValueKind<string> PathOrOff = new("pathOrOff", "path, or false", """{"anyOf":[{"type":"string","minLength":1},{"const":false}]}""", ConfigValues.PathOrOff);

    public static readonly ValueKind<LogFormat> LogFormat = new("logFormat", "\"json\", \"text\", \"raw\", \"pm2-json\", \"pm2-format\"",
        """{"enum":["json","text","raw","pm2-json","pm2-format"]}""", ConfigValues.LogFormatWord);

    /// <summary>One of a few words.</summary>
    public static ValueKind<string> Word(string name, params ImmutableArray<string> words)
    {
        var list = words.Join(static word => $"\"{word}\"", ",");
        return new ValueKind<string>(name, list.Replace(",", ", ", StringComparison.Ordinal), $$"""{"enum":[{{list}}]}""",
            (DataNode node, ConfigScope scope, out string value) => ConfigValues.Word(node, scope, words, out value));
    }
}
