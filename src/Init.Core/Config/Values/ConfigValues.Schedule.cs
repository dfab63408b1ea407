using Init.Core.Config.Data;
using Init.Core.Schedules;

namespace Init.Core.Config;

/// <summary>`cron_restart` as it was asked for: the zone of the app is not known yet.</summary>
/// <param name="Text">The pattern without a zone; empty when none is asked for (0, false).</param>
/// <param name="Pattern">The same, read; null when none is asked for.</param>
/// <param name="Zone">From CRON_TZ= in the text; null when it has none.</param>
sealed record AskedSchedule(string Text, CronSchedule? Pattern, TimeZoneInfo? Zone);

/// <summary>Cron patterns and time zones.</summary>
static partial class ConfigValues
{
    static readonly AskedSchedule NoSchedule = new("", null, null);

    /// <summary>A pattern, with CRON_TZ=NAME before it if wanted; 0, "0", "" and false are "none" as in pm2.</summary>
    public static bool Cron(DataNode node, ConfigScope scope, out AskedSchedule value)
    {
        value = NoSchedule;
        if ((node.Kind == DataKind.Number && node.Number == 0) || (node.Kind == DataKind.Boolean && !node.Boolean))
        {
            return true;
        }

        if (node.Kind != DataKind.Text)
        {
            return Fail(node, scope, "a cron pattern", "e.g. \"0 3 * * *\"; 0 or false for none");
        }

        if (node.Text is "0" or "" or "false")
        {
            return true;
        }

        var start = ZoneOf(node.Text, out var name);
        TimeZoneInfo? zone = null;
        if (name is not null && (zone = FindZone(name, scope, out var missing)) is null)
        {
            scope.Error(node.Position, missing, ZoneRemedy);
            return false;
        }

        var text = node.Text[start..].Trim();
        if (!CronSchedule.TryParse(node.Text[start..], out var pattern, out var problem))
        {
            var at = problem! with { Column = problem!.Column + start };
            scope.Error(node.Position, $"no cron pattern: {Words.Quote(node.Text)}: {at}", at.Remedy);
            return false;
        }

        value = new AskedSchedule(text, pattern, zone);
        return true;
    }

    /// <summary>A name of the zone database.</summary>
    public static bool Zone(DataNode node, ConfigScope scope, out TimeZoneInfo value)
    {
        value = TimeZoneInfo.Utc;
        if (!FilledText(node, scope, out var name))
        {
            return false;
        }

        if (FindZone(name, scope, out var problem) is { } zone)
        {
            value = zone;
            return true;
        }

        scope.Error(node.Position, problem, ZoneRemedy);
        return false;
    }

    public const string ZoneRemedy = "install the package tzdata in the image, correct the name, or write UTC";

    /// <summary>The zone of this name; UTC needs no file.</summary>
    public static TimeZoneInfo? FindZone(string name, ConfigScope scope, out string problem)
    {
        problem = "";
        if (name is "UTC" or "Etc/UTC" or "Z" or "GMT")
        {
            return TimeZoneInfo.Utc;
        }

        var lookup = IsZoneName(name) ? scope.Report.Context.FindZone(name) : new ZoneLookup(null, "a name such as Europe/Berlin is expected");
        problem = $"time zone {Words.Quote(name)}: {lookup.Problem}";
        return lookup.Zone;
    }

    /// <summary>The name becomes part of a path: it must not leave the folder of the zones.</summary>
    static bool IsZoneName(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-' or '+'))
            {
                return false;
            }
        }

        return name.Length is > 0 and < 100 && name[0] != '/' && name[^1] != '/';
    }

    /// <summary>Where the pattern begins after CRON_TZ=NAME or TZ=NAME; 0 without one.</summary>
    static int ZoneOf(string text, out string? name)
    {
        name = null;
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        var rest = text.AsSpan(start);
        var prefix = rest.StartsWith("CRON_TZ=", StringComparison.Ordinal) ? 8 : rest.StartsWith("TZ=", StringComparison.Ordinal) ? 3 : 0;
        if (prefix == 0)
        {
            return 0;
        }

        var end = start + prefix;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        name = text[(start + prefix)..end];
        return end;
    }
}
