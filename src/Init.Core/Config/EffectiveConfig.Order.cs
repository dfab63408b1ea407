using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Order of start and stop: only what the file asks for.</summary>
public static partial class EffectiveConfig
{
    static void WriteOrder(Utf8JsonWriter json, AppSpec app)
    {
        if (app.IsTask)
        {
            json.WriteString("type", "task");
        }

        if (app.EssentialOnFailure)
        {
            json.WriteBoolean("essential_on_failure", true);
        }

        if (!app.AutoStart)
        {
            json.WriteBoolean("autostart", false);
        }

        if (!app.DependsOn.IsEmpty)
        {
            json.WriteStartObject("depends_on");
            foreach (var dependency in app.DependsOn)
            {
                json.WriteString(dependency.App, dependency.Word);
            }

            json.WriteEndObject();
        }

        if (app.ShutdownDelay is { } delay)
        {
            WriteDuration(json, "shutdown_delay", delay);
        }
    }
}
