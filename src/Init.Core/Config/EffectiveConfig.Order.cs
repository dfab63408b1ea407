using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Order of start and stop, readiness: only what the file asks for.</summary>
public static partial class EffectiveConfig
{
    const string AssumedReadiness = "ready_when_assumed";

    static void WriteReadiness(Utf8JsonWriter json, AppSpec app)
    {
        if (app.ReadyWhen.Kind != ReadyKind.Running)
        {
            json.WriteString("ready_when", app.ReadyWhen.ToString());
        }

        if (app.ReadyWhen.IsAssumed)
        {
            json.WriteBoolean(AssumedReadiness, true);
        }

        if (app.ReadyWhen.IsSaid || app.ListenTimeout != AppSpec.DefaultListenTimeout)
        {
            WriteDuration(json, "listen_timeout", app.ListenTimeout);
        }

        if (app.Watchdog > TimeSpan.Zero)
        {
            WriteDuration(json, "watchdog", app.Watchdog);
        }

        if (app.ShutdownWithMessage)
        {
            json.WriteBoolean("shutdown_with_message", true);
        }
    }

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
