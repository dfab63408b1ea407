using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of an app that are honoured: what it runs, with which variables, and how it restarts and stops.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Command() =>
    [
        AppField.Of("script", Kinds.Text, "required", "What to run: a script, a program, or a command line, which is split at blanks or given to a shell where it uses one.",
            static (app, value) => app.Script = value, "exec", "cmd", "command"),
        AppField.Of("name", Kinds.Text, "script without folder and extension", "Unique name of the app.",
            static (app, value) => app.Name = value),
        AppField.Of("append_env_to_name", Kinds.Boolean, "false", "With a profile (--env NAME) the app is called name-NAME.",
            static (app, value) => app.AppendsProfile = value),
        AppField.Of("args", Kinds.Arguments, "[]", "Arguments after the script.",
            static (app, value) => app.Args = value),
        AppField.Of("cwd", Kinds.Path, "pminit's own", "Working directory; relative scripts start from it.",
            static (app, value) => app.Spec = app.Spec with { Cwd = value }),
        AppField.Of("interpreter", Kinds.Text, "by extension", "Program that runs the script; \"none\" runs the script itself.",
            static (app, value) => app.Interpreter = value, "exec_interpreter"),
        AppField.Of("interpreter_args", Kinds.Arguments, "[]", "Arguments between interpreter and script.",
            static (app, value) => app.InterpreterArgs = value, "node_args"),
        AppField.Of("instances", Kinds.Instances, "1", "Number of copies; \"max\" or 0: one per usable CPU, -1: one less.",
            static (app, value) => app.Spec = app.Spec with { Instances = CountInstances(value, app.Context) }),
        AppField.Of("exec_mode", Kinds.ExecMode, "fork", "\"cluster\" is \"cluster\": \"node\". As in pm2 it is what a Node app has that says \"instances\" and not this.",
            static (app, value) => app.ExecMode = value),
        AppField.Of("pid_file", Kinds.PathOrOff, "none", "While a process of the app exists, its pid stands in this file; of several instances each has its own, app-0.pid for app.pid.",
            static (app, value) => app.Spec = app.Spec with { PidFile = value.Length == 0 ? null : value }, "pid"),
    ];

    static ImmutableArray<AppField> Environment() =>
    [
        AppField.Of("env", Kinds.Variables, "{}", "Variables added to pminit's own environment; objects and lists become JSON text, null leaves one out.",
            static (app, value) => app.Spec = app.Spec with { Env = value }),
        AppField.Of("env_file", Kinds.EnvFiles, "none", "Files of NAME=value lines, from the app's cwd; `env` wins over them, a later file over an earlier one. {\"path\": …, \"required\": false} may be absent.",
            static (app, value) => app.EnvFiles = value),
        AppField.Of("env_from_files", Kinds.SecretFiles, "none", "Variables whose values are the contents of files. list: NAME from the path in NAME_FILE; object: NAME from the path given; true: every NAME_FILE that points below /run/secrets.",
            static (app, value) => app.SecretFiles = value),
        AppField.Of("port", Kinds.Port, "none", "The variable PORT, unless the file's own variables have it.",
            static (app, value) => app.Port = value),
        AppField.Of("filter_env", Kinds.EnvFilter, "false", "What is kept back of pminit's own environment: true: everything; text: that variable; list: each whose name contains one of the texts.",
            static (app, value) => app.Spec = app.Spec with { EnvFilter = value }),
        AppField.Of("increment_var", Kinds.VariableName, "none", "This variable counts up per instance, from its value (a whole number; 0 if it has none).",
            static (app, value) => app.IncrementVar = value),
        AppField.Of("instance_var", Kinds.VariableName, "NODE_APP_INSTANCE", "The variable that holds the instance number.",
            static (app, value) => app.Spec = app.Spec with { InstanceVar = value }),
    ];

    static ImmutableArray<AppField> Restarts() =>
    [
        AppField.Of("autorestart", Kinds.Boolean, "true", "Start again after an exit.",
            static (app, value) => app.Spec = app.Spec with { AutoRestart = value }),
        AppField.Of("max_restarts", Kinds.Count, "16", "Unstable exits in a row that are answered with a restart; the next one gives up.",
            static (app, value) => app.Spec = app.Spec with { MaxRestarts = value }),
        AppField.Of("min_uptime", Kinds.Duration, "1s", "A run shorter than this is unstable.",
            static (app, value) => app.Spec = app.Spec with { MinUptime = value }),
        AppField.Of("restart_delay", Kinds.Duration, "0", "Fixed wait before a restart after an unexpected exit.",
            static (app, value) => app.Spec = app.Spec with { RestartDelay = value }),
        AppField.Of("exp_backoff_restart_delay", Kinds.Duration, "0", "First wait of a growing series (x1.5, at most 15 s) for unexpected exits in a row; 0 is off. Each wait is cut by up to a fifth, by another part for each worker.",
            static (app, value) => app.Spec = app.Spec with { ExpBackoffRestartDelay = value }),
        AppField.Of("max_memory_restart", Kinds.Size, "none", "A worker whose processes together hold more than this is restarted in the orderly way, one instance at a time. Looked at every 5 s.",
            static (app, value) => app.Spec = app.Spec with { MaxMemoryBytes = value == 0 ? null : value }),
        AppField.Of("stop_exit_codes", Kinds.ExitCodes, "[]", "Exit codes after which the app stays down by plan.",
            static (app, value) => app.Spec = app.Spec with { StopExitCodes = value }),
        AppField.Of("essential", Kinds.Boolean, "false", "When this app ends for good, the container ends with its exit code.",
            static (app, value) => app.Spec = app.Spec with { Essential = value }),
    ];

    static ImmutableArray<AppField> Stops() =>
    [
        AppField.Of("kill_timeout", Kinds.Duration, "8s", "From the stop signal to SIGKILL.",
            static (app, value) => app.Spec = app.Spec with { KillTimeout = value }),
        AppField.Of("kill_signal", Kinds.Signal, "SIGTERM", "The signal that asks the app to stop.",
            static (app, value) => app.Spec = app.Spec with { KillSignal = value }),
    ];
}
