using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`ready_when`, and durations that must not be 0.</summary>
static partial class ConfigValues
{
    /// <summary>Room for what people write by hand; a number far above would only cost descriptors.</summary>
    const int HighestDescriptor = 255;

    static readonly ImmutableArray<string> ReadyWords = ["running", "listening", "message", "notify", "uptime", "health_check"];

    /// <summary>"notify", {fd: 3}, {log: "listening on"}, {listening: 8080}, {uptime: "5s"}.</summary>
    public static bool Ready(DataNode node, ConfigScope scope, out ReadyWhen value)
    {
        value = ReadyWhen.Running;
        if (node.Kind == DataKind.Map)
        {
            return ReadyObject(node, scope, out value);
        }

        if (!Word(node, scope, ReadyWords, out var word))
        {
            return false;
        }

        value = word switch
        {
            "listening" => new ReadyWhen(ReadyKind.Listening),
            "message" => new ReadyWhen(ReadyKind.Message),
            "notify" => new ReadyWhen(ReadyKind.Notify),
            "uptime" => new ReadyWhen(ReadyKind.Uptime),
            "health_check" => new ReadyWhen(ReadyKind.HealthCheck),
            _ => ReadyWhen.Running,
        };
        return true;
    }

    /// <summary>A duration above 0.</summary>
    public static bool Time(DataNode node, ConfigScope scope, out TimeSpan value)
    {
        if (!Duration(node, scope, out value))
        {
            return false;
        }

        if (value > TimeSpan.Zero)
        {
            return true;
        }

        scope.Error(node.Position, "a time of 0 would be over before it begins", "write e.g. \"30s\", or remove the field");
        return false;
    }

    static bool ReadyObject(DataNode node, ConfigScope scope, out ReadyWhen value)
    {
        value = ReadyWhen.Running;
        if (node.Members.Length != 1)
        {
            return Fail(node, scope, "an object with one of \"fd\", \"log\", \"listening\" and \"uptime\"");
        }

        var member = node.Members[0];
        var inner = scope.Child(member.Key);
        switch (member.Key)
        {
            case "fd" when Whole(member.Value, inner, 3, HighestDescriptor, $"a descriptor from 3 to {HighestDescriptor}", out var fd):
                value = new ReadyWhen(ReadyKind.Descriptor) { Number = fd };
                return true;
            case "listening" when Whole(member.Value, inner, 1, 65535, "a port from 1 to 65535", out var port):
                value = new ReadyWhen(ReadyKind.Listening) { Number = port };
                return true;
            case "uptime" when Duration(member.Value, inner, out var time):
                value = new ReadyWhen(ReadyKind.Uptime) { Time = time };
                return true;
            case "log" when FilledText(member.Value, inner, out var pattern) && IsPattern(pattern, member.Value, inner):
                value = new ReadyWhen(ReadyKind.Log) { Pattern = pattern };
                return true;
            case "fd" or "listening" or "uptime" or "log":
                return false;
            default:
                inner.Error(member.KeyPosition, "unknown kind of readiness", "use \"fd\", \"log\", \"listening\" or \"uptime\"");
                return false;
        }
    }

    static bool IsPattern(string pattern, DataNode node, ConfigScope scope)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            return true;
        }
        catch (RegexParseException error)
        {
            scope.Error(node.Position, $"no regular expression: {error.Error} at its character {error.Offset}", "mend it, or escape what is meant as it stands with a backslash");
            return false;
        }
    }
}
