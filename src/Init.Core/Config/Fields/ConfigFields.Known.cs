using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>
/// The rows of an app that are known without being honoured. Where leaving a field out would change what the app does, it is an error with
/// a remedy; where it makes no difference in a container, a warning says why.
/// </summary>
public static partial class ConfigFields
{
    const string Stdout = "remove it: the app's output goes to the container's log; for a file, redirect in \"script\"";
    const string Apm = "pminit puts no code into apps and sends nothing anywhere";
    const string Desktop = "it is about the machine of a developer";

    /// <summary>Of later versions. The value is checked now, so that a file which is ready for them stays valid.</summary>
    static ImmutableArray<AppField> Later() =>
    [
        AppField.NotYet("namespace", Kinds.Text, "remove it: apps are addressed by name").Unless("default"),
        AppField.NotYet("out_file", Kinds.LogPath, Stdout, "out", "output", "out_log")
            .Unless("/dev/stdout", "/dev/fd/1", "/proc/1/fd/1", "/proc/self/fd/1", "/dev/null", "NULL"),
        AppField.NotYet("error_file", Kinds.LogPath, Stdout, "error", "err", "err_file", "err_log")
            .Unless("/dev/stderr", "/dev/fd/2", "/proc/1/fd/2", "/proc/self/fd/2", "/dev/stdout", "/dev/null", "NULL"),
        AppField.NotYet("log_file", Kinds.LogPath, Stdout, "log").Unless("false", "/dev/null", "NULL", "/dev/stdout", "/proc/1/fd/1"),
        AppField.NotYet("disable_logs", Kinds.Boolean, "redirect in \"script\": \"… >/dev/null 2>&1\"").Unless("false"),
        AppField.NotYet("log_type", Kinds.Word("logType", "json", "raw"), "remove it: lines are JSON objects").Unless("json"),
        AppField.NotYet("listen", Kinds.Globs, "remove it: let the app bind its own sockets"),
        AppField.NotYet("log_json", Kinds.Word("logJson", "auto", "wrap", "pass"), "remove it: lines that are JSON objects are recognised").Unless("auto"),
        AppField.NotYet("redact", Kinds.Globs, "remove it, and mask secrets in the app").Unless("[]"),
    ];

    /// <summary>pm2's, without meaning in a container. Most of them ask for nothing when false.</summary>
    static ImmutableArray<AppField> Pm2Only() =>
    [
        AppField.NoEffect("name_prefix", "pm2 reads it on its command line only"),
        AppField.NoEffect("execute_command", "apps run as with exec_mode \"fork\"").Unless("false"),
        AppField.NoEffect("username", "it is only displayed"),
        AppField.NoEffect("install_url", Desktop),
        AppField.NoEffect("write", Desktop).Unless("false"),
        AppField.NoEffect("force", Desktop).Unless("false"),
        AppField.NoEffect("post_update", Desktop).Unless("[]"),
        AppField.NoEffect("windowsHide", Desktop, "windows_hide"),
        AppField.NoEffect("km_link", Apm).Unless("false"),
        AppField.NoEffect("version", "it is only displayed"),
        AppField.NoEffect("vizion", "pminit does not look at git").Unless("false"),
        AppField.NoEffect("automation", Apm).Unless("false"),
        AppField.NoEffect("pmx", Apm).Unless("false"),
        AppField.NoEffect("trace", Apm).Unless("false"),
        AppField.NoEffect("disable_trace", Apm).Unless("true", "false"),
        AppField.NoEffect("v8", Apm).Unless("false"),
        AppField.NoEffect("event_loop_inspector", Apm).Unless("false"),
        AppField.NoEffect("deep_monitoring", Apm).Unless("false"),
        AppField.NoEffect("io", Apm).Unless("false"),
        AppField.NoEffect("source_map_support", "for Node write \"node_args\": \"--enable-source-maps\"").Unless("false"),
        AppField.NoEffect("disable_source_map_support", "pminit does not change how Node runs").Unless("true", "false"),
        AppField.NoEffect("kill_retry_time", "the kernel tells when an app has ended; nothing is polled"),
        AppField.NoEffect("treekill", "the stop signal goes to the app's own process, and whatever it leaves behind is killed afterwards"),
        AppField.NoEffect("merge_logs", "there are no log files to merge", "combine_logs"),
        AppField.NoEffect("log_date_format", "every line carries an RFC 3339 time"),
        AppField.NoEffect("time", "every line carries an RFC 3339 time").Unless("false"),
    ];
}
