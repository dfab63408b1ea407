using System.Collections.Immutable;
using Init.Core.Model;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;
using TopField = Init.Core.Config.ConfigField<Init.Core.Config.TopDraft>;

namespace Init.Core.Config;

/// <summary>
/// THE field table: one row per field with its names, type, default, meaning and effect. Reading, suggestions and the README come
/// from it. To add a field: a row here, a property in the model, a data row in the tests.
/// </summary>
public static class ConfigFields
{
    const string Duration = "duration (ms, or text with ms, s, m, h)";

    internal static readonly ConfigSection<AppDraft> App = new(
    [
        AppField.Of<string>("script", "text", "required", "What to run: a script, a program, or a command line, which is split at blanks or given to a shell where it uses one.",
            ConfigValues.FilledText, static (app, value) => app.Script = value, "exec", "cmd", "command"),
        AppField.Of<string>("name", "text", "script without folder and extension", "Unique name of the app.",
            ConfigValues.FilledText, static (app, value) => app.Name = value),
        AppField.Of<bool>("append_env_to_name", "boolean", "false", "With a profile (--env NAME) the app is called name-NAME.",
            ConfigValues.Boolean, static (app, value) => app.AppendsProfile = value),
        AppField.Of<ImmutableArray<string>>("args", "list, or text split at blanks", "[]", "Arguments after the script.",
            ConfigValues.Arguments, static (app, value) => app.Args = value),
        AppField.Of<string>("cwd", "path", "pminit's own", "Working directory; relative scripts start from it.",
            ConfigValues.FilledText, static (app, value) => app.Spec = app.Spec with { Cwd = value }),
        AppField.Of<string>("interpreter", "text", "by extension", "Program that runs the script; \"none\" runs the script itself.",
            ConfigValues.FilledText, static (app, value) => app.Interpreter = value, "exec_interpreter"),
        AppField.Of<ImmutableArray<string>>("interpreter_args", "list, or text split at blanks", "[]", "Arguments between interpreter and script.",
            ConfigValues.Arguments, static (app, value) => app.InterpreterArgs = value, "node_args"),
        AppField.Of<ImmutableArray<KeyValuePair<string, string>>>("env", "object", "{}", "Variables added to pminit's own environment; objects and lists become JSON text, null leaves one out.",
            ConfigValues.Environment, static (app, value) => app.Spec = app.Spec with { Env = value }),
        AppField.Of<int>("port", "number, 0 to 65535", "none", "The variable PORT, unless the file's own variables have it.",
            ConfigValues.Port, static (app, value) => app.Port = value),
        AppField.Of<EnvFilter>("filter_env", "boolean, text, or list of texts", "false", "What is kept back of pminit's own environment: true: everything; text: that variable; list: each whose name contains one of the texts.",
            ConfigValues.Filter, static (app, value) => app.Spec = app.Spec with { EnvFilter = value }),
        AppField.Of<string>("increment_var", "name of a variable", "none", "This variable counts up per instance, from its value (a whole number; 0 if it has none).",
            ConfigValues.VariableName, static (app, value) => app.IncrementVar = value),
        AppField.Of<string>("instance_var", "name of a variable", "NODE_APP_INSTANCE", "The variable that holds the instance number.",
            ConfigValues.VariableName, static (app, value) => app.Spec = app.Spec with { InstanceVar = value }),
        AppField.Of<int>("instances", "number, or \"max\"", "1", "Number of copies; \"max\" or 0: one per usable CPU, -1: one less.",
            ConfigValues.Instances, static (app, value) => app.Spec = app.Spec with { Instances = CountInstances(value, app.Context) }),
        AppField.Of<string>("exec_mode", "\"fork\"", "fork", "Only \"fork\" in this version.",
            ConfigValues.ExecMode, static (_, _) => { }),
        AppField.Of<bool>("autorestart", "boolean", "true", "Start again after an exit.",
            ConfigValues.Boolean, static (app, value) => app.Spec = app.Spec with { AutoRestart = value }),
        AppField.Of<int>("max_restarts", "number", "16", "Unstable exits in a row that are answered with a restart; the next one gives up.",
            ConfigValues.Count, static (app, value) => app.Spec = app.Spec with { MaxRestarts = value }),
        AppField.Of<TimeSpan>("min_uptime", Duration, "1s", "A run shorter than this is unstable.",
            ConfigValues.Duration, static (app, value) => app.Spec = app.Spec with { MinUptime = value }),
        AppField.Of<TimeSpan>("restart_delay", Duration, "0", "Fixed wait before a restart after an unexpected exit.",
            ConfigValues.Duration, static (app, value) => app.Spec = app.Spec with { RestartDelay = value }),
        AppField.Of<TimeSpan>("exp_backoff_restart_delay", Duration, "0", "First wait of a growing series (x1.5, at most 15 s) for unexpected exits in a row; 0 is off.",
            ConfigValues.Duration, static (app, value) => app.Spec = app.Spec with { ExpBackoffRestartDelay = value }),
        AppField.Of<TimeSpan>("kill_timeout", Duration, "8s", "From the stop signal to SIGKILL.",
            ConfigValues.Duration, static (app, value) => app.Spec = app.Spec with { KillTimeout = value }),
        AppField.Of<Signal>("kill_signal", "signal name or number", "SIGTERM", "The signal that asks the app to stop.",
            ConfigValues.StopSignal, static (app, value) => app.Spec = app.Spec with { KillSignal = value }),
        AppField.Of<ImmutableArray<int>>("stop_exit_codes", "number, or list of numbers, 0 to 255", "[]", "Exit codes after which the app stays down by plan.",
            ConfigValues.ExitCodes, static (app, value) => app.Spec = app.Spec with { StopExitCodes = value }),
        AppField.Of<bool>("essential", "boolean", "false", "When this app ends for good, the container ends with its exit code.",
            ConfigValues.Boolean, static (app, value) => app.Spec = app.Spec with { Essential = value }),
    ], KnownFields.App, EnvironmentBuilder.TakeProfile);

    internal static readonly ConfigSection<TopDraft> Health = new(
    [
        TopField.Of<bool>("enabled", "boolean", "true", "Answer probes over HTTP.",
            ConfigValues.Boolean, static (top, value) => SetHealth(top, top.Settings.Health with { Enabled = value })),
        TopField.Of<string>("host", "numeric IPv4 or IPv6 address", "every address", "Address to answer on.",
            ConfigValues.Address, static (top, value) => SetHealth(top, top.Settings.Health with { Host = value, IsExplicit = true })),
        TopField.Of<int>("port", "number, 0 to 65535", "9615", "Port to answer on; 0 lets the kernel choose.",
            ConfigValues.Port, static (top, value) => SetHealth(top, top.Settings.Health with { Port = value, IsExplicit = true })),
    ], KnownFields.Health);

    internal static readonly ConfigSection<TopDraft> Control = new(
    [
        TopField.Of<bool>("enabled", "boolean", "true", "Answer verbs such as `pminit ls`.",
            ConfigValues.Boolean, static (top, value) => SetControl(top, top.Settings.Control with { Enabled = value })),
        TopField.Of<string>("socket", "path, at most 107 bytes", "first writable default", "Path of the unix socket.",
            ConfigValues.SocketPath, static (top, value) => SetControl(top, top.Settings.Control with { Socket = value })),
    ], []);

    internal static readonly ConfigSection<TopDraft> Pminit = new(
    [
        TopField.OfSection("health", "Where probes are answered.", Health),
        TopField.OfSection("control", "Where verbs are answered.", Control),
        TopField.Of<TimeSpan>("shutdown_timeout", Duration, "each app's kill_timeout", "Bound on the whole orderly stop.",
            ConfigValues.Duration, static (top, value) => top.Settings = top.Settings with { ShutdownTimeout = value }),
    ], KnownFields.Pminit);

    internal static readonly ConfigSection<TopDraft> Top = new(
    [
        TopField.OfNode("apps", "list of apps", "required", "The apps.", static (top, value) => top.Apps = value, "pm2"),
        TopField.OfSection("pminit", "Settings that belong to no app.", Pminit),
    ], KnownFields.Top);

    /// <summary>The rows of an app.</summary>
    public static ImmutableArray<ConfigField> AppFields { get; } = ImmutableArray<ConfigField>.CastUp(App.Rows);

    /// <summary>The rows of `pminit`, `pminit.health` and `pminit.control`, each with the path of its section.</summary>
    public static ImmutableArray<(string Section, ConfigField Field)> PminitFields { get; } =
    [
        .. Health.Rows.Select(static row => ("pminit.health", (ConfigField)row)),
        .. Control.Rows.Select(static row => ("pminit.control", (ConfigField)row)),
        .. Pminit.Rows.Where(static row => row.Type != "object").Select(static row => ("pminit", (ConfigField)row)),
    ];

    /// <summary>As pm2: 0 is one per CPU, -1 one less, but never less than one; unlike pm2 the CPUs are the container's.</summary>
    static int CountInstances(int asked, ConfigContext context) => asked > 0 ? asked : Math.Max(1, context.Cpus + asked);

    static void SetHealth(TopDraft top, HealthSettings health) => top.Settings = top.Settings with { Health = health };

    static void SetControl(TopDraft top, ControlSettings control) => top.Settings = top.Settings with { Control = control };
}
