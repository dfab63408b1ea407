using System.Collections.Immutable;
using System.Text.Json;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Control;

/// <summary>
/// Writes one element of `jlist` in the shape that tools for pm2 read. No environment in it, neither `env` nor flattened: that is where
/// pm2 leaks secrets. What pm2 has no field for stands under `pminit`.
/// </summary>
public static class StatusJson
{
    /// <summary>Writes one object.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="entry">Of which worker.</param>
    /// <param name="withSettings">Add the app's settings as `pminit check --print` shows them, without the environment.</param>
    public static void Write(Utf8JsonWriter writer, StatusEntry entry, bool withSettings = false)
    {
        writer.WriteStartObject();
        writer.WriteNumber("pid"u8, entry.Pid);
        writer.WriteString("name"u8, entry.Worker.App);
        writer.WriteNumber("pm_id"u8, entry.PmId);
        writer.WriteStartObject("monit"u8);
        writer.WriteNumber("memory"u8, entry.MemoryBytes);
        writer.WriteNumber("cpu"u8, double.IsFinite(entry.CpuPercent) ? Math.Round(entry.CpuPercent, 1) : 0);
        writer.WriteEndObject();
        writer.WriteStartObject("pm2_env"u8);
        WriteState(writer, entry);
        WriteSettings(writer, entry);
        writer.WriteEndObject();
        writer.WriteStartObject("pminit"u8);
        writer.WriteNumber("uptime_ms"u8, entry.UptimeMs);
        if (!entry.WaitingFor.IsEmpty)
        {
            WriteTexts(writer, "waiting_for"u8, entry.WaitingFor);
        }

        if (entry.StatusText is { } text)
        {
            writer.WriteString("status_text"u8, text);
        }

        WriteExit(writer, entry.LastExit);
        if (entry.OomKillsBesideWorkers > 0)
        {
            writer.WriteNumber("oom_kills_beside_workers"u8, entry.OomKillsBesideWorkers);
        }

        WriteUse(writer, entry.Use);
        if (entry.Health is { } health)
        {
            writer.WriteStartObject("health"u8);
            writer.WriteString("status"u8, health.IsUnwell ? "failing"u8 : health.HasPassed ? "passing"u8 : "unknown"u8);
            writer.WriteNumber("failures"u8, health.Failures);
            if (health.Problem is { } problem)
            {
                writer.WriteString("last_problem"u8, problem);
            }

            writer.WriteEndObject();
        }

        if (withSettings)
        {
            writer.WritePropertyName("settings"u8);
            EffectiveConfig.WriteSettings(writer, entry.Spec);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WriteExit(Utf8JsonWriter writer, ExitStatus? last)
    {
        if (last is not { } exit)
        {
            return;
        }

        writer.WriteStartObject("last_exit"u8);
        if (exit.IsSignal)
        {
            writer.WriteString("signal"u8, new Signal(exit.Value).ToString());
        }
        else
        {
            writer.WriteNumber("code"u8, exit.Value);
        }

        if (exit.IsOutOfMemory)
        {
            writer.WriteString("cause"u8, "oom"u8);
            writer.WriteNumber("limit_bytes"u8, exit.MemoryLimitBytes);
        }

        writer.WriteEndObject();
    }

    static void WriteUse(Utf8JsonWriter writer, WorkerUse? use)
    {
        if (use is null)
        {
            return;
        }

        WriteUse(writer, "process"u8, use.Process);
        WriteUse(writer, "tree"u8, use.Tree);
        writer.WriteStartArray("zombie_parents"u8);
        foreach (var parent in use.ZombieParents)
        {
            writer.WriteStartObject();
            writer.WriteNumber("pid"u8, parent.Pid);
            writer.WriteString("name"u8, parent.Name);
            writer.WriteNumber("zombies"u8, parent.Zombies);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    static void WriteUse(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ResourceUse use)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("memory_bytes"u8, use.MemoryBytes);
        if (use.ProportionalBytes >= 0)
        {
            writer.WriteNumber("pss_bytes"u8, use.ProportionalBytes);
        }

        writer.WriteNumber("cpu_ms"u8, use.CpuMs);
        writer.WriteNumber("processes"u8, use.Processes);
        writer.WriteNumber("threads"u8, use.Threads);
        writer.WriteNumber("descriptors"u8, use.Descriptors);
        writer.WriteEndObject();
    }

    static void WriteState(Utf8JsonWriter writer, StatusEntry entry)
    {
        writer.WriteString("status"u8, entry.Status);
        writer.WriteNumber("restart_time"u8, entry.Restarts);
        writer.WriteNumber("unstable_restarts"u8, entry.Unstable);
        writer.WriteNumber("pm_uptime"u8, entry.StartedUnixMs);
        writer.WriteNumber("created_at"u8, entry.CreatedUnixMs);
        if (entry.LastExit is { } exit)
        {
            writer.WriteNumber("exit_code"u8, exit.ShellCode);
        }

        // Tools iterate over these three without asking whether they exist.
        writer.WriteStartArray("axm_actions"u8);
        writer.WriteEndArray();
        writer.WriteStartObject("axm_monitor"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("axm_options"u8);
        writer.WriteEndObject();
    }

    static void WriteSettings(Utf8JsonWriter writer, StatusEntry entry)
    {
        var spec = entry.Spec;
        var command = spec.Command;
        writer.WriteString("exec_mode"u8, spec.Cluster == ClusterMode.Node ? "cluster_mode"u8 : "fork_mode"u8);
        writer.WriteNumber("instances"u8, spec.Instances);
        writer.WriteNumber("NODE_APP_INSTANCE"u8, entry.Worker.Index);
        writer.WriteNumber("pm_id"u8, entry.PmId);
        writer.WriteString("name"u8, entry.Worker.App);
        writer.WriteString("namespace"u8, "default"u8);
        writer.WriteString("pm_exec_path"u8, command.Program);
        writer.WriteString("pm_cwd"u8, spec.Cwd ?? ".");
        writer.WriteString("exec_interpreter"u8, command.Interpreters.IsEmpty ? "none" : command.Interpreters[0]);
        WriteTexts(writer, "args"u8, command.Args);
        WriteTexts(writer, "node_args"u8, command.InterpreterArgs);
        writer.WriteBoolean("autorestart"u8, spec.AutoRestart);
        writer.WriteNumber("max_restarts"u8, spec.MaxRestarts);
        writer.WriteNumber("min_uptime"u8, (long)spec.MinUptime.TotalMilliseconds);
        writer.WriteNumber("restart_delay"u8, (long)spec.RestartDelay.TotalMilliseconds);
        writer.WriteNumber("exp_backoff_restart_delay"u8, (long)spec.ExpBackoffRestartDelay.TotalMilliseconds);
        writer.WriteNumber("kill_timeout"u8, (long)spec.KillTimeout.TotalMilliseconds);
        writer.WriteString("kill_signal"u8, spec.KillSignal.ToString());
        writer.WriteBoolean("watch"u8, spec.Watch.IsOn);
        if (spec.Schedule is { } schedule)
        {
            writer.WriteString("cron_restart"u8, schedule.Text);
            writer.WriteNumber("next_run"u8, entry.NextRunUnixMs);
        }
    }

    static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
