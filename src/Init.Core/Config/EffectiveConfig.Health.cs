using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`health_check`, with its defaults.</summary>
public static partial class EffectiveConfig
{
    static void WriteHealth(Utf8JsonWriter json, HealthCheck? check)
    {
        if (check is null)
        {
            return;
        }

        json.WriteStartObject("health_check");
        switch (check.Kind)
        {
            case ProbeKind.Http:
                json.WriteString("http", $"http://{check.Authority(0)}{check.Path}");
                break;
            case ProbeKind.Tcp:
                json.WriteString("tcp", check.UnixPath is { } path ? "unix:" + path : check.Authority(0));
                break;
            case ProbeKind.Exec:
                WriteCommand(json, check.Command!);
                break;
        }

        if (check.CountsUp)
        {
            json.WriteBoolean("port_per_instance", true);
        }

        WriteDuration(json, "interval", check.Interval);
        WriteDuration(json, "timeout", check.Timeout);
        json.WriteNumber("retries", check.Retries);
        WriteDuration(json, "start_period", check.StartPeriod);
        json.WriteString("action", check.Action == HealthAction.Unready ? "unready" : "restart");
        json.WriteEndObject();
    }
}
