using System.Globalization;
using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>User, groups, limits and priorities: only those that the file asks for.</summary>
public static partial class EffectiveConfig
{
    static void WriteMemoryGuard(Utf8JsonWriter json, MemoryGuardSettings guard)
    {
        if (!guard.Enabled)
        {
            json.WriteBoolean("memory_guard", false);
        }
        else if (guard != new MemoryGuardSettings())
        {
            json.WriteStartObject("memory_guard");
            json.WriteString("at", string.Create(CultureInfo.InvariantCulture, $"{guard.AtPercent}%"));
            WriteDuration(json, "cooldown", guard.Cooldown);
            json.WriteEndObject();
        }
    }

    static void WriteProcess(Utf8JsonWriter json, ProcessSettings process)
    {
        WriteText(json, "uid", Text(process.User));
        WriteText(json, "gid", Text(process.Group));
        if (process.Groups is { } groups)
        {
            json.WriteStartArray("groups");
            foreach (var group in groups.Items)
            {
                json.WriteStringValue(Text(group));
            }

            json.WriteEndArray();
        }

        WriteText(json, "umask", process.Umask is { } umask ? "0" + Convert.ToString(umask, 8) : null);
        WriteText(json, "nice", process.Nice?.Value.ToString(CultureInfo.InvariantCulture));
        WriteText(json, "oom_score_adj", process.OomScoreAdj?.Value.ToString(CultureInfo.InvariantCulture));
        if (!process.Limits.IsEmpty)
        {
            json.WriteStartObject("limits");
            foreach (var limit in process.Limits)
            {
                json.WriteStartObject(limit.Kind.Name);
                WriteText(json, "soft", Text(limit.Soft));
                WriteText(json, "hard", Text(limit.Hard));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        if (process.NoNewPrivs)
        {
            json.WriteBoolean("no_new_privs", true);
        }
    }

    static string? Text(AskedAccount? account) => account?.Name ?? account?.Number?.ToString(CultureInfo.InvariantCulture);

    static string? Text(ulong? limit) => limit == ResourceLimit.Unlimited ? "unlimited" : limit?.ToString(CultureInfo.InvariantCulture);
}
