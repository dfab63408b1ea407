using System.Collections.Immutable;
using System.Net;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Where and how `health_check` asks.</summary>
static partial class ConfigValues
{
    const string HttpForms = "\"http://127.0.0.1:3000/health\", \":3000/health\", \"/health\" or {\"port\": 3000, \"path\": \"/health\"}";
    const string TcpForms = "a port, \":5432\", \"127.0.0.1:5432\" or \"unix:/run/app.sock\"";

    /// <summary>An address of a page: as text, or in its parts.</summary>
    public static bool HttpProbe(DataNode node, ConfigScope scope, out ProbeTarget value)
    {
        value = new ProbeTarget(new HealthCheck());
        if (node.Kind == DataKind.Map)
        {
            return HttpParts(node, scope, out value);
        }

        if (node.Kind != DataKind.Text)
        {
            return Fail(node, scope, HttpForms);
        }

        var text = node.Text.Trim();
        if (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            scope.Error(node.Position, "a check cannot speak TLS", "use {\"tcp\": port}, or {\"exec\": …} with a client of the image");
            return false;
        }

        var isUrl = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var rest = isUrl ? text["http://".Length..] : text;
        var slash = rest.IndexOf('/');
        var path = slash < 0 ? "/" : rest[slash..];
        if (!HostAndPort(slash < 0 ? rest : rest[..slash], node, scope, HttpForms, isUrl ? 80 : 0, out var check) || !IsPath(path, node, scope))
        {
            return false;
        }

        value = new ProbeTarget(check with { Path = path });
        return true;
    }

    /// <summary>An address that can be connected to.</summary>
    public static bool TcpProbe(DataNode node, ConfigScope scope, out ProbeTarget value)
    {
        const string Scheme = "unix:";
        value = new ProbeTarget(new HealthCheck());
        if (node.Kind == DataKind.Number || (node.Kind == DataKind.Text && node.Text.Length > 0 && node.Text.AsSpan().TrimStart("0123456789").IsEmpty))
        {
            var isPort = Whole(node, scope, 1, 65535, "a port from 1 to 65535", out var port);
            value = new ProbeTarget(new HealthCheck { Port = port });
            return isPort;
        }

        if (node.Kind != DataKind.Text)
        {
            return Fail(node, scope, TcpForms);
        }

        var text = node.Text.Trim();
        if (text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            var path = text[Scheme.Length..];
            value = new ProbeTarget(new HealthCheck { UnixPath = path });
            return path.StartsWith('/') ? SocketPath(DataNode.Of(path, node.Position), scope, out _) : Fail(node, scope, "\"unix:\" with an absolute path");
        }

        var isAddress = HostAndPort(text, node, scope, TcpForms, 0, out var check);
        value = new ProbeTarget(check);
        return isAddress;
    }

    /// <summary>A command as a list, in docker's forms too, or as text, which is split or given to a shell as `script` is.</summary>
    public static bool ExecProbe(DataNode node, ConfigScope scope, out CommandSpec value)
    {
        value = new CommandSpec { Program = "" };
        ImmutableArray<string> words;
        if (node.Kind == DataKind.Text)
        {
            if (!FilledText(node, scope, out var line))
            {
                return false;
            }

            if (CommandWords.NeedsShell(line.Trim()))
            {
                value = CommandBuilder.Shell(line.Trim());
                return true;
            }

            if (!Arguments(node, scope, out words))
            {
                return false;
            }
        }
        else if (node.Kind != DataKind.List || !Arguments(node, scope, out words))
        {
            return node.Kind == DataKind.List ? false : Fail(node, scope, "a command: text, or a list of its words");
        }

        if (words is ["CMD-SHELL", var shellLine])
        {
            value = CommandBuilder.Shell(shellLine);
            return true;
        }

        words = words is ["CMD", ..] ? words.RemoveAt(0) : words;
        if (words.IsEmpty || words[0].Length == 0 || words[0].EndsWith('/'))
        {
            return Fail(node, scope, "a command that begins with a program");
        }

        value = CommandBuilder.Plain(words);
        return true;
    }

    /// <summary>A whole number from 1 up.</summary>
    public static bool Times(DataNode node, ConfigScope scope, out int value) => Whole(node, scope, 1, int.MaxValue, "a whole number, 1 or more", out value);

    static bool HttpParts(DataNode node, ConfigScope scope, out ProbeTarget value)
    {
        var check = new HealthCheck();
        var isValid = true;
        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            if (member.Value.Kind == DataKind.Null)
            {
                continue;
            }

            switch (member.Key)
            {
                case "path":
                    isValid &= FilledText(member.Value, inner, out var path) && IsPath(path, member.Value, inner);
                    check = check with { Path = path };
                    break;
                case "port":
                    isValid &= Whole(member.Value, inner, 1, 65535, "a port from 1 to 65535", out var port);
                    check = check with { Port = port };
                    break;
                case "host":
                    isValid &= FilledText(member.Value, inner, out var host) && IsHost(host, member.Value, inner);
                    check = check with { Host = host == "localhost" ? null : host };
                    break;
                default:
                    inner.Error(member.KeyPosition, "unknown field", "there are \"path\", \"port\" and \"host\"");
                    isValid = false;
                    break;
            }
        }

        value = new ProbeTarget(check);
        return isValid;
    }

    /// <param name="text">"", ":3000", "127.0.0.1", "[::1]:3000", "localhost:3000".</param>
    /// <param name="node">Where it stands.</param>
    /// <param name="scope">Its field.</param>
    /// <param name="forms">What could be written.</param>
    /// <param name="noPort">The port when there is none; 0: the app's own.</param>
    /// <param name="check">Host and port.</param>
    static bool HostAndPort(string text, DataNode node, ConfigScope scope, string forms, int noPort, out HealthCheck check)
    {
        check = new HealthCheck { Port = noPort };
        var colon = text.EndsWith(']') ? -1 : text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (colon >= 0)
        {
            if (!int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                return Fail(node, scope, forms);
            }

            check = check with { Port = port };
        }

        host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        if (host.Length > 0 && !IsHost(host, node, scope))
        {
            return false;
        }

        check = check with { Host = host is "" or "localhost" ? null : host };
        return true;
    }

    static bool IsHost(string host, DataNode node, ConfigScope scope)
    {
        if (host == "localhost" || (!host.Contains('%') && IPAddress.TryParse(host, out _)
            && (host.Contains(':') ? !host.Contains('[') : host.Split('.') is { Length: 4 } parts && Array.TrueForAll(parts, IsPlainByte))))
        {
            return true;
        }

        scope.Error(node.Position, $"{Words.Quote(host)} is no address: names are not looked up", "write an IP address, or \"localhost\"; the app itself is at \"127.0.0.1\"");
        return false;
    }

    /// <summary>What can stand in a request as it is.</summary>
    static bool IsPath(string path, DataNode node, ConfigScope scope)
    {
        if (path.StartsWith('/') && path.Length <= 1024 && path.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !path.Contains('#'))
        {
            return true;
        }

        scope.Error(node.Position, $"{Words.Quote(path)} is no path of a URL", "begin it with '/', write blanks and other characters as %20 and the like, and no '#'");
        return false;
    }
}
