using System.Collections.Immutable;
using Init.Core.Model;
using TopField = Init.Core.Config.ConfigField<Init.Core.Config.TopDraft>;

namespace Init.Core.Config;

/// <summary>
/// THE field table: one row per field with its names, kind of value, default, meaning and verdict. Reading, suggestions, `pminit schema`
/// and the README come from it. To add a field: a row in one of the groups beside this file, a property in the model, a data row in the
/// tests. The groups are methods: fields of a static class in several files are initialised in no certain order.
/// </summary>
public static partial class ConfigFields
{
    internal static readonly ConfigSection<AppDraft> App = new(
        [.. Command(), .. Environment(), .. Restarts(), .. Stops(), .. Scheduled(), .. Watching(), .. Order(), .. Ready(), .. Reloads(), .. Cluster(), .. Process(), .. Later(), .. Pm2Only()], EnvironmentBuilder.TakeProfile);

    internal static readonly ConfigSection<TopDraft> Health = new(
    [
        TopField.Of("enabled", Kinds.Boolean, "true", "Answer probes over HTTP.",
            static (top, value) => SetHealth(top, top.Settings.Health with { Enabled = value })),
        TopField.Of("host", Kinds.Address, "every address", "Address to answer on.",
            static (top, value) => SetHealth(top, top.Settings.Health with { Host = value, IsExplicit = true })),
        TopField.Of("port", Kinds.Port, "9615", "Port to answer on; 0 lets the kernel choose.",
            static (top, value) => SetHealth(top, top.Settings.Health with { Port = value, IsExplicit = true })),
        TopField.NotYet("expose", Kinds.Any, "remove it: only /livez and /readyz are served"),
    ]);

    internal static readonly ConfigSection<TopDraft> Control = new(
    [
        TopField.Of("enabled", Kinds.Boolean, "true", "Answer verbs such as `pminit ls`.",
            static (top, value) => SetControl(top, top.Settings.Control with { Enabled = value })),
        TopField.Of("socket", Kinds.SocketPath, "first writable default", "Path of the unix socket.",
            static (top, value) => SetControl(top, top.Settings.Control with { Socket = value })),
    ]);

    internal static readonly ConfigSection<TopDraft> Log = new(
    [
        TopField.Of("format", Kinds.LogFormat, "json; text at a terminal", "The form of a log line: \"text\" is `0|app | line`, \"raw\" the app's lines alone (stderr and pminit's own words on stderr), \"pm2-json\" and \"pm2-format\" what `pm2-runtime --json` and `--format` write.",
            static (top, value) => top.Settings = top.Settings with { Log = new LogSettings { Format = value } }),
    ]);

    internal static readonly ConfigSection<TopDraft> Pminit = new(
    [
        TopField.OfSection("health", "Where probes are answered.", Health),
        TopField.OfSection("control", "Where verbs are answered.", Control),
        TopField.Of("shutdown_timeout", Kinds.Duration, "each app's kill_timeout", "Bound on the whole orderly stop.",
            static (top, value) => top.Settings = top.Settings with { ShutdownTimeout = value }),
        TopField.Of("shutdown_delay", Kinds.Duration, "0", "How long apps go on serving after SIGTERM or SIGINT, with readiness off at once.",
            static (top, value) => top.Settings = top.Settings with { ShutdownDelay = value }),
        TopField.OfSection("log", "How log lines are written.", Log),
        TopField.Of("memory_guard", ProcessKinds.MemoryGuard, "90%, 30 s", "When the container's memory limit is nearly reached, restart the largest worker in the orderly way, before the kernel kills one. `at`: from which part of the limit on; `cooldown`: how long the same worker is then left alone.",
            static (top, value) => top.Settings = top.Settings with { MemoryGuard = value }),
        TopField.Of("termination_log", Kinds.PathOrOff, GlobalSettings.DefaultTerminationLog, "Where Kubernetes reads why the container ended: after a failure the reason and the last lines of the app are written there. The default file is never created; false: off (also: PMINIT_TERMINATION_LOG).",
            static (top, value) => top.Settings = top.Settings with { TerminationLog = value }),
    ]);

    internal static readonly ConfigSection<TopDraft> Top = new(
    [
        TopField.OfNode("apps", Kinds.Any, "required", "The apps.", static (top, value) => top.Apps = value, "pm2"),
        TopField.OfSection("pminit", "Settings that belong to no app.", Pminit),
        TopField.OfNode("$schema", Kinds.Text, "none", "Where an editor finds the schema; pminit does not look.", static (_, _) => { }),
        TopField.NoEffect("deploy", "it is for pm2 deploy, which copies files to other machines"),
        TopField.NotYet("static", Kinds.Any, "use a web server for files").Unless("[]"),
    ]);

    /// <summary>The rows of an app.</summary>
    public static ImmutableArray<ConfigField> AppFields { get; } = ImmutableArray<ConfigField>.CastUp(App.Rows);

    /// <summary>The rows of the top level; their inner rows are those of `pminit`.</summary>
    public static ImmutableArray<ConfigField> TopFields { get; } = ImmutableArray<ConfigField>.CastUp(Top.Rows);

    /// <summary>As pm2: 0 is one per CPU, -1 one less, but never less than one; unlike pm2 the CPUs are the container's.</summary>
    static int CountInstances(int asked, ConfigContext context) => asked > 0 ? asked : Math.Max(1, context.Cpus + asked);

    static void SetHealth(TopDraft top, HealthSettings health) => top.Settings = top.Settings with { Health = health };

    static void SetControl(TopDraft top, ControlSettings control) => top.Settings = top.Settings with { Control = control };
}
