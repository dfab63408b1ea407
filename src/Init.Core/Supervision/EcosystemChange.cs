using System.Collections.Immutable;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What becomes of one app when its file is read again.</summary>
public enum AppChangeKind
{
    /// <summary>It is in the new file only.</summary>
    Added,

    /// <summary>It is in the old file only.</summary>
    Removed,

    /// <summary>Something a process is started with has changed.</summary>
    Restarted,

    /// <summary>The same, and its processes can serve side by side: a reload replaces them.</summary>
    Reloaded,

    /// <summary>Only what pminit itself goes by has changed: no process notices.</summary>
    Adjusted,

    /// <summary>Nothing has changed, but instances still run by older settings, since a reload has failed: that is tried again.</summary>
    Retried,
}

/// <summary>One changed app.</summary>
/// <param name="App">Its name.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Fields">The names that differ, as `pminit check --print` shows them; variables as `env.NAME`. Empty for an added or removed app.</param>
public sealed record AppChange(string App, AppChangeKind Kind, ImmutableArray<string> Fields);

/// <summary>The difference between the running ecosystem and one that was read again.</summary>
public sealed record EcosystemChange
{
    /// <summary>Fields that a running process does not notice. What is not named here restarts: a new field is then at worst too careful.</summary>
    static readonly ImmutableArray<string> Unnoticed =
    [
        "autorestart", "max_restarts", "min_uptime", "restart_delay", "exp_backoff_restart_delay", "stop_exit_codes", "essential", "kill_timeout",
        "kill_signal", "instances", "max_memory_restart", "cron_restart", "cron_timezone", "concurrency_policy",
        "essential_on_failure", "depends_on", "autostart", "shutdown_delay", "listen_timeout",
        "watch", "ignore_watch", "watch_delay", "watch_options", "health_check",
        "max_surge", "reload_rollback",
    ];

    /// <summary>In the order of the new file, then removed ones, and at last those that are retried.</summary>
    public required ImmutableArray<AppChange> Apps { get; init; }

    /// <summary>Settings of `pminit` that differ and take effect only when the container starts again.</summary>
    public required ImmutableArray<string> Postponed { get; init; }

    /// <summary>Settings of `pminit` that differ and hold from now on.</summary>
    public ImmutableArray<string> Adjusted { get; init; } = [];

    /// <summary>Nothing differs.</summary>
    public bool IsEmpty => Apps.IsEmpty && Postponed.IsEmpty && Adjusted.IsEmpty;

    /// <summary>Compares two ecosystems.</summary>
    public static EcosystemChange Between(Ecosystem old, Ecosystem now)
    {
        var before = old.AppsByName();
        var changes = ImmutableArray.CreateBuilder<AppChange>();
        foreach (var app in now.Apps)
        {
            if (!before.Remove(app.Name, out var previous))
            {
                changes.Add(new AppChange(app.Name, AppChangeKind.Added, []));
            }
            else if (EffectiveConfig.Differences(previous, app) is { IsEmpty: false } fields)
            {
                var kind = !fields.Has(static field => !Unnoticed.Contains(field)) ? AppChangeKind.Adjusted
                    : app.CanOverlap && previous.CanOverlap ? AppChangeKind.Reloaded
                    : AppChangeKind.Restarted;
                changes.Add(new AppChange(app.Name, kind, fields));
            }
        }

        foreach (var app in old.Apps)
        {
            if (before.ContainsKey(app.Name))
            {
                changes.Add(new AppChange(app.Name, AppChangeKind.Removed, []));
            }
        }

        var postponed = ImmutableArray.CreateBuilder<string>();
        AddIf(postponed, old.Settings.Health != now.Settings.Health, "pminit.health");
        AddIf(postponed, old.Settings.Log != now.Settings.Log, "pminit.log");
        AddIf(postponed, old.Settings.Control != now.Settings.Control, "pminit.control");
        AddIf(postponed, old.Settings.TerminationLog != now.Settings.TerminationLog, "pminit.termination_log");
        var adjusted = ImmutableArray.CreateBuilder<string>();
        AddIf(adjusted, old.Settings.ShutdownTimeout != now.Settings.ShutdownTimeout, "pminit.shutdown_timeout");
        AddIf(adjusted, old.Settings.ShutdownDelay != now.Settings.ShutdownDelay, "pminit.shutdown_delay");
        AddIf(adjusted, old.Settings.MemoryGuard != now.Settings.MemoryGuard, "pminit.memory_guard");
        return new EcosystemChange
        {
            Apps = changes.ToImmutable(),
            Postponed = postponed.ToImmutable(),
            Adjusted = adjusted.ToImmutable(),
        };
    }

    /// <summary>A process that was started by one of the two is not as one started by the other.</summary>
    public static bool IsNoticed(AppSpec old, AppSpec now) => !ReferenceEquals(old, now) && EffectiveConfig.Differences(old, now).Has(static field => !Unnoticed.Contains(field));

    /// <summary>For people: "api: restarted (env.PORT); jobs: added", or "nothing has changed".</summary>
    public override string ToString() => ToText(isDone: false);

    /// <param name="isDone">What is reloaded has been.</param>
    public string ToText(bool isDone)
    {
        string[] parts =
        [
            .. Apps.Map(change => change.App + ": " + TextOf(change.Kind, isDone) + (change.Fields.IsEmpty ? "" : $" ({string.Join(", ", change.Fields)})")),
            .. Adjusted.Map(static name => name + ": adjusted"),
            .. Postponed.Map(static name => name + ": takes effect when the container starts again"),
        ];
        return parts.Length == 0 ? "nothing has changed" : string.Join("; ", parts);
    }

    static string TextOf(AppChangeKind kind, bool isDone) => kind switch
    {
        AppChangeKind.Reloaded => isDone ? "reloaded" : "reloading",
        AppChangeKind.Retried => isDone ? "reloaded again: it ran by older settings, since its reload had failed" : "runs by older settings (its reload failed), reloading again",
        AppChangeKind.Added or AppChangeKind.Removed or AppChangeKind.Restarted or AppChangeKind.Adjusted => WordOf(kind),
    };

    /// <summary>The kind in lower case.</summary>
    public static string WordOf(AppChangeKind kind) => kind switch
    {
        AppChangeKind.Added => "added",
        AppChangeKind.Removed => "removed",
        AppChangeKind.Restarted => "restarted",
        AppChangeKind.Reloaded => "reloaded",
        AppChangeKind.Adjusted => "adjusted",
        AppChangeKind.Retried => "retried",
    };

    static void AddIf(ImmutableArray<string>.Builder list, bool differs, string name)
    {
        if (differs)
        {
            list.Add(name);
        }
    }
}
