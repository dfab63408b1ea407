using System.Text.Json;
using Init.Core.Health;
using Init.Core.Logging;
using Init.Core.Supervision;

namespace Init.Core.Control;

/// <summary>Server: the replies of the verbs, each one line {"ok":true,"result":...}.</summary>
public static class ControlReplies
{
    /// <summary>`ping`.</summary>
    /// <param name="to">Where.</param>
    /// <param name="pid">pminit's own.</param>
    /// <param name="productVersion">"0.1.0".</param>
    /// <param name="uptimeMs">Since pminit's own start.</param>
    public static void WritePing(ByteBuffer to, int pid, string productVersion, long uptimeMs)
    {
        using (var writer = Begin(to))
        {
            writer.WriteStartObject();
            writer.WriteNumber("pid"u8, pid);
            writer.WriteString("version"u8, productVersion);
            writer.WriteNumber("uptime_ms"u8, uptimeMs);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>`health`: who answers is live. The list says which worker stands in the way.</summary>
    public static void WriteHealth(ByteBuffer to, HealthView view)
    {
        using (var writer = Begin(to))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("live"u8, true);
            writer.WriteBoolean("ready"u8, view.IsReady);
            writer.WriteBoolean("shutting_down"u8, view.ShuttingDown);
            writer.WriteStartArray("workers"u8);
            foreach (var line in view.Lines)
            {
                writer.WriteStartObject();
                writer.WriteString("worker"u8, line.Worker);
                writer.WriteBoolean("ok"u8, line.Ok);
                writer.WriteString("status"u8, line.Status);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>`ls` and `jlist`: the same data, pm2's shape.</summary>
    /// <param name="to">Where.</param>
    /// <param name="entries">The workers.</param>
    /// <param name="withSettings">For `describe`.</param>
    public static void WriteStatus(ByteBuffer to, IReadOnlyList<StatusEntry> entries, bool withSettings = false)
    {
        using (var writer = Begin(to))
        {
            writer.WriteStartArray();
            for (var i = 0; i < entries.Count; i++)
            {
                StatusJson.Write(writer, entries[i], withSettings);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>Verbs that change something: {"summary": "a line per worker"}.</summary>
    public static void WriteSummary(ByteBuffer to, string summary)
    {
        using (var writer = Begin(to))
        {
            writer.WriteStartObject();
            writer.WriteString("summary"u8, summary);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>Before the reply to a verb that takes its time: {"progress": "api/0 reloaded pid 12", "note": false}.</summary>
    /// <param name="to">Where.</param>
    /// <param name="text">One line, for people.</param>
    /// <param name="isNote">It is to be known beforehand, whether progress is shown or not.</param>
    public static void WriteProgress(ByteBuffer to, string text, bool isNote)
    {
        using (var writer = new Utf8JsonWriter(to, ControlProtocol.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("progress"u8, text);
            writer.WriteBoolean("note"u8, isNote);
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>`reload-config`: what is applied.</summary>
    /// <param name="to">Where.</param>
    /// <param name="change">What.</param>
    /// <param name="isDone">Its reloads are over.</param>
    public static void WriteReload(ByteBuffer to, EcosystemChange change, bool isDone)
    {
        using (var writer = Begin(to))
        {
            writer.WriteStartObject();
            writer.WriteString("summary"u8, change.ToText(isDone));
            writer.WriteStartArray("apps"u8);
            foreach (var app in change.Apps)
            {
                writer.WriteStartObject();
                writer.WriteString("app"u8, app.App);
                writer.WriteString("change"u8, EcosystemChange.WordOf(app.Kind));
                writer.WriteStartArray("fields"u8);
                foreach (var field in app.Fields)
                {
                    writer.WriteStringValue(field);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    static Utf8JsonWriter Begin(ByteBuffer to)
    {
        var writer = new Utf8JsonWriter(to, ControlProtocol.WriterOptions);
        writer.WriteStartObject();
        writer.WriteBoolean("ok"u8, true);
        writer.WritePropertyName("result"u8);
        return writer;
    }
}
