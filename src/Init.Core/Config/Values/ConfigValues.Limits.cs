using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Resource limits in the words of docker's --ulimit and systemd's Limit… settings.</summary>
static partial class ConfigValues
{
    static readonly Suggestion LimitNames = new(ResourceKind.All.Map(static kind => kind.Name));

    /// <summary>{nofile: 65536, core: "unlimited", stack: "8M:unlimited", cpu: {soft: "1m", hard: "2m"}}.</summary>
    public static bool Limits(DataNode node, ConfigScope scope, out ImmutableArray<ResourceLimit> value)
    {
        value = [];
        if (node.Kind != DataKind.Map)
        {
            return Fail(node, scope, "an object of limits", "write {\"nofile\": 65536}");
        }

        var limits = ImmutableArray.CreateBuilder<ResourceLimit>(node.Members.Length);
        var isValid = true;
        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            var kind = KindOf(member.Key);
            if (kind is null)
            {
                var nearest = LimitNames.Find(PlainName(member.Key));
                inner.Error(member.KeyPosition, "unknown limit", nearest is null ? "the names are nofile, nproc, core, fsize, as, data, stack, memlock, cpu, rss, "
                    + "locks, sigpending, msgqueue, nice, rtprio and rttime" : $"did you mean \"{nearest}\"?");
                isValid = false;
            }
            else if (Has(limits, kind))
            {
                inner.Error(member.KeyPosition, $"a second limit \"{kind.Name}\"", "keep one of the two");
                isValid = false;
            }
            else if (member.Value.Kind != DataKind.Null)
            {
                isValid &= Limit(kind, member.Value, inner, out var limit);
                limits.Add(limit);
            }
        }

        value = limits.DrainToImmutable();
        return isValid;
    }

    static bool Limit(ResourceKind kind, DataNode node, ConfigScope scope, out ResourceLimit limit)
    {
        ulong? soft = null, hard = null;
        var isValid = true;
        var colon = node.Kind == DataKind.Text ? node.Text.IndexOf(':') : -1;
        if (node.Kind == DataKind.Map)
        {
            foreach (var member in node.Members)
            {
                var inner = scope.Child(member.Key);
                if (member.Key is not ("soft" or "hard"))
                {
                    inner.Error(member.KeyPosition, "unknown field", "a limit has \"soft\" and \"hard\"");
                    isValid = false;
                }
                else if (member.Value.Kind != DataKind.Null)
                {
                    isValid &= LimitValue(kind, member.Value, inner, out var one);
                    soft = member.Key == "soft" ? one : soft;
                    hard = member.Key == "hard" ? one : hard;
                }
            }
        }
        else if (colon >= 0)
        {
            isValid = LimitValue(kind, DataNode.Of(node.Text[..colon], node.Position), scope, out var first)
                & LimitValue(kind, DataNode.Of(node.Text[(colon + 1)..], node.Position), scope, out var second);
            (soft, hard) = (first, second);
        }
        else
        {
            isValid = LimitValue(kind, node, scope, out var both);
            (soft, hard) = (both, both);
        }

        if (isValid && soft is { } low && hard is { } high && low > high)
        {
            scope.Error(node.Position, "the soft limit is above the hard one", "write soft:hard, or one value for both");
            isValid = false;
        }

        limit = new ResourceLimit(kind, soft, hard, PlaceOf(node, scope));
        return isValid;
    }

    /// <summary>-1 is docker's word for none.</summary>
    static bool LimitValue(ResourceKind kind, DataNode node, ConfigScope scope, out ulong value)
    {
        value = ResourceLimit.Unlimited;
        var text = node.Kind is DataKind.Text or DataKind.Number ? PlainNumber(node) : "";
        if (text is "unlimited" or "infinity" or "-1" || (node.Kind == DataKind.Number && double.IsPositiveInfinity(node.Number)))
        {
            return true;
        }

        if (kind.Unit == ResourceUnit.Bytes)
        {
            var isSize = Size(node, scope, out var bytes);
            value = (ulong)bytes;
            return isSize;
        }

        if (kind.Unit != ResourceUnit.Count && text.Length > 0 && char.IsAsciiLetter(text[^1]))
        {
            // Whole seconds, and never fewer than asked.
            var isDuration = Duration(node, scope, out var span);
            value = (ulong)(kind.Unit == ResourceUnit.Microseconds ? span.Ticks / TimeSpan.TicksPerMicrosecond
                : (span.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
            return isDuration;
        }

        var isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number == decimal.Truncate(number) && number <= LargestSize;
        value = isNumber ? (ulong)number : 0;
        return isNumber || Fail(node, scope, kind.Unit == ResourceUnit.Count
            ? "a whole number, or \"unlimited\""
            : $"{(kind.Unit == ResourceUnit.Seconds ? "seconds" : "microseconds")}, text like \"90s\", or \"unlimited\"");
    }

    /// <summary>LimitNOFILE and RLIMIT_NOFILE mean nofile.</summary>
    static ResourceKind? KindOf(string name)
    {
        var plain = PlainName(name);
        foreach (var kind in ResourceKind.All)
        {
            if (kind.Name == plain)
            {
                return kind;
            }
        }

        return null;
    }

    static string PlainName(string name)
    {
        var plain = name.ToLowerInvariant();
        return plain.StartsWith("rlimit_", StringComparison.Ordinal) ? plain[7..] : plain.StartsWith("limit", StringComparison.Ordinal) ? plain[5..] : plain;
    }

    static bool Has(ImmutableArray<ResourceLimit>.Builder limits, ResourceKind kind)
    {
        foreach (var limit in limits)
        {
            if (limit.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }
}
