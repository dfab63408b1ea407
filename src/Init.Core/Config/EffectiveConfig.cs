using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// What a file comes to, with every default, alias, profile, reference and environment file worked in: `pminit check --print`. Values
/// that were read from secret files are not shown.
/// </summary>
public static partial class EffectiveConfig
{
    /// <summary>The ecosystem as JSON; durations in milliseconds.</summary>
    /// <returns>Indented JSON with a newline at its end. Absent values are left out.</returns>
    public static string Write(Ecosystem ecosystem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("apps");
            foreach (var app in ecosystem.Apps)
            {
                json.WriteStartObject();
                WriteApp(json, app, showsSecrets: false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteSettings(json, ecosystem.Settings);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>The settings of one app, without its environment, as one JSON object.</summary>
    public static void WriteSettings(Utf8JsonWriter json, AppSpec app)
    {
        json.WriteStartObject();
        WriteApp(json, app with { Env = [], EnvFilter = EnvFilter.None }, showsSecrets: false);
        json.WriteEndObject();
    }

    /// <summary>The names that differ between two versions of an app, in the order of the output; variables as `env.NAME`.</summary>
    public static ImmutableArray<string> Differences(AppSpec old, AppSpec now)
    {
        var (before, after) = (Fields(old), Fields(now));
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, text) in after)
        {
            if (!before.Remove(name, out var other) || other != text)
            {
                AddOnce(names, name);
            }
        }

        foreach (var name in before.Keys)
        {
            AddOnce(names, name);
        }

        return names.ToImmutable();
    }

    /// <summary>That a readiness was not asked for is no field of a file.</summary>
    static void AddOnce(ImmutableArray<string>.Builder names, string name)
    {
        name = name == AssumedReadiness ? "ready_when" : name;
        if (!names.Contains(name))
        {
            names.Add(name);
        }
    }

    /// <summary>Each field with its JSON text, secrets included; `env` as its variables.</summary>
    static Dictionary<string, string> Fields(AppSpec app)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteApp(json, app, showsSecrets: true);
            json.WriteEndObject();
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        reader.Read();
        Collect(ref reader, "", buffer.WrittenSpan, fields);
        return fields;
    }

    static void Collect(ref Utf8JsonReader reader, string prefix, ReadOnlySpan<byte> text, Dictionary<string, string> fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = prefix + reader.GetString();
            reader.Read();
            if (name == "env")
            {
                Collect(ref reader, "env.", text, fields);
                continue;
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            fields[name] = Encoding.UTF8.GetString(text[start..(int)reader.BytesConsumed]);
        }
    }

    static void WriteApp(Utf8JsonWriter json, AppSpec app, bool showsSecrets)
    {
        json.WriteString("name", app.Name);
        WriteCommand(json, app.Command);
        WriteText(json, "cwd", app.Cwd);
        json.WriteNumber("instances", app.Instances);
        WriteCluster(json, app);
        WriteText(json, "pid_file", app.PidFile);
        WriteEnvironment(json, app, showsSecrets);
        json.WriteBoolean("autorestart", app.AutoRestart);
        json.WriteNumber("max_restarts", app.MaxRestarts);
        WriteDuration(json, "min_uptime", app.MinUptime);
        WriteDuration(json, "restart_delay", app.RestartDelay);
        WriteDuration(json, "exp_backoff_restart_delay", app.ExpBackoffRestartDelay);
        if (!app.StopExitCodes.IsEmpty)
        {
            json.WriteStartArray("stop_exit_codes");
            foreach (var code in app.StopExitCodes)
            {
                json.WriteNumberValue(code);
            }

            json.WriteEndArray();
        }

        if (app.MaxMemoryBytes is { } bytes)
        {
            json.WriteNumber("max_memory_restart", bytes);
        }

        json.WriteBoolean("essential", app.Essential);
        if (app.Schedule is { } schedule)
        {
            json.WriteString("cron_restart", schedule.Text);
            json.WriteString("cron_timezone", schedule.Zone);
        }

        if (app.Schedule is not null || app.Concurrency != ConcurrencyPolicy.Forbid)
        {
            json.WriteString("concurrency_policy", app.Concurrency switch { ConcurrencyPolicy.Replace => "replace", ConcurrencyPolicy.Allow => "allow", ConcurrencyPolicy.Forbid => "forbid" });
        }

        WriteDuration(json, "kill_timeout", app.KillTimeout);
        json.WriteString("kill_signal", app.KillSignal.ToString());
        WriteReadiness(json, app);
        if (app.CanOverlap || !app.KeepaliveDrain)
        {
            json.WriteBoolean("keepalive_drain", app.KeepaliveDrain);
        }

        if (app.CanOverlap || app.MaxSurge != Surge.One || app.ReloadRollback)
        {
            json.WriteString("max_surge", app.MaxSurge.ToString());
            json.WriteBoolean("reload_rollback", app.ReloadRollback);
        }

        WriteHealth(json, app.HealthCheck);
        WriteOrder(json, app);
        WriteWatch(json, app.Watch);
        WriteProcess(json, app.Process);
    }

    static void WriteCommand(Utf8JsonWriter json, CommandSpec command)
    {
        json.WriteStartObject("command");
        json.WriteString(command.IsShellLine ? "shell_line" : "program", command.Program);
        WriteList(json, "args", command.Args);
        WriteList(json, "interpreters", command.Interpreters);
        WriteList(json, "interpreter_args", command.InterpreterArgs);
        json.WriteEndObject();
    }

    static void WriteEnvironment(Utf8JsonWriter json, AppSpec app, bool showsSecrets)
    {
        if (app.EnvFilter.All)
        {
            json.WriteBoolean("filter_env", true);
        }
        else if (app.EnvFilter.Name is { Length: > 0 } name)
        {
            json.WriteString("filter_env", name);
        }
        else
        {
            WriteList(json, "filter_env", app.EnvFilter.Parts);
        }

        json.WriteStartObject("env");
        foreach (var pair in app.Env)
        {
            json.WriteString(pair.Key, !showsSecrets && app.SecretVariables.Contains(pair.Key) ? "(secret, from a file)" : pair.Value);
        }

        json.WriteEndObject();
        json.WriteString("instance_var", app.InstanceVar);
        if (app.Increment is { } increment)
        {
            json.WriteString("increment_var", increment.Name);
            json.WriteNumber("increment_from", increment.Base);
        }
    }

    static void WriteSettings(Utf8JsonWriter json, GlobalSettings settings)
    {
        json.WriteStartObject("pminit");
        json.WriteStartObject("health");
        json.WriteBoolean("enabled", settings.Health.Enabled);
        WriteText(json, "host", settings.Health.Host);
        json.WriteNumber("port", settings.Health.Port);
        json.WriteEndObject();
        json.WriteStartObject("control");
        json.WriteBoolean("enabled", settings.Control.Enabled);
        WriteText(json, "socket", settings.Control.Socket);
        json.WriteEndObject();
        if (settings.Log.Format is { } format)
        {
            json.WriteString("log_format", format.ToString());
        }

        if (settings.TerminationLog != GlobalSettings.DefaultTerminationLog)
        {
            json.WriteString("termination_log", settings.TerminationLog.Length > 0 ? settings.TerminationLog : "off");
        }

        if (settings.StartDelay > TimeSpan.Zero)
        {
            WriteDuration(json, "start_delay", settings.StartDelay);
        }

        if (!settings.ExitsWithoutApps)
        {
            json.WriteBoolean("exits_without_apps", false);
        }

        if (settings.ShutdownTimeout is { } timeout)
        {
            WriteDuration(json, "shutdown_timeout", timeout);
        }

        if (settings.ShutdownDelay > TimeSpan.Zero)
        {
            WriteDuration(json, "shutdown_delay", settings.ShutdownDelay);
        }

        WriteMemoryGuard(json, settings.MemoryGuard);
        json.WriteEndObject();
    }

    static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    static void WriteDuration(Utf8JsonWriter json, string name, TimeSpan value) => json.WriteNumber(name, value.TotalMilliseconds);

    static void WriteList(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        if (texts.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
