using System.Collections.Immutable;
using static Init.Core.Config.KnownField;

namespace Init.Core.Config;

/// <summary>The fields that are known without being available. A row leaves this table when ConfigFields gets one.</summary>
static class KnownFields
{
    const string Stdout = "remove it: the app's output goes to the container's log; for a file, redirect in \"script\"";
    const string Apm = "pminit puts no code into apps and sends nothing anywhere";
    const string Desktop = "it is about the machine of a developer";
    const string DotEnv = "write the variables in \"env\"";

    public static readonly ImmutableArray<KnownField> App =
    [
        // pm2: identity and command
        NoEffect("name_prefix", "pm2 reads it on its command line only"),
        NotYet("namespace", "remove it: apps are addressed by name").Unless("default"),
        NoEffect("execute_command", "apps run as with exec_mode \"fork\""),
        NotYet("uid", "set the container's user (USER in the Dockerfile), or start the app by setpriv", "user"),
        NotYet("gid", "set the container's user and group (USER in the Dockerfile), or start the app by setpriv"),
        NoEffect("username", "it is only displayed"),
        NoEffect("install_url", Desktop),
        NoEffect("write", Desktop),
        NoEffect("force", Desktop),
        NoEffect("post_update", Desktop),
        NoEffect("windowsHide", Desktop, "windows_hide"),
        NoEffect("km_link", Apm),
        NoEffect("version", "it is only displayed"),
        NoEffect("vizion", "pminit does not look at git").Unless("false"),
        NoEffect("automation", Apm).Unless("false"),
        NoEffect("pmx", Apm).Unless("false"),
        NoEffect("trace", Apm).Unless("false"),
        NoEffect("disable_trace", Apm),
        NoEffect("v8", Apm).Unless("false"),
        NoEffect("event_loop_inspector", Apm).Unless("false"),
        NoEffect("deep_monitoring", Apm).Unless("false"),
        NoEffect("io", Apm).Unless("false"),
        NoEffect("source_map_support", "for Node write \"node_args\": \"--enable-source-maps\"").Unless("false"),
        NoEffect("disable_source_map_support", "pminit does not change how Node runs"),

        // pm2: readiness and stop
        NotYet("wait_ready", "remove it: an app counts as ready as soon as it runs").Unless("false"),
        NotYet("listen_timeout", "remove it: nothing waits for an app to be ready"),
        NoEffect("kill_retry_time", "the kernel tells when an app has ended; nothing is polled"),
        NotYet("shutdown_with_message", "let the app handle \"kill_signal\"").Unless("false"),
        NoEffect("treekill", "the stop signal goes to the app's own process, and whatever it leaves behind is killed afterwards"),

        // pm2: restarts
        NotYet("autostart", "remove the app from this file until it is wanted").Unless("true"),
        NotYet("cron_restart", "remove it, or restart the container by schedule", "cron").Unless("0", "false", ""),
        NotYet("max_memory_restart", "remove it, and let the container's memory limit or the app's own one (--max-old-space-size) hold"),
        NotYet("watch", "remove it: files of an image do not change").Unless("false", "[]"),
        NoEffect("ignore_watch", "files are not watched").Unless("[]"),
        NoEffect("watch_delay", "files are not watched"),
        NoEffect("watch_options", "files are not watched"),

        // pm2: logs
        NotYet("out_file", Stdout, "out", "output", "out_log").Unless("/dev/stdout", "/dev/fd/1", "/proc/1/fd/1", "/proc/self/fd/1", "/dev/null", "NULL"),
        NotYet("error_file", Stdout, "error", "err", "err_file", "err_log")
            .Unless("/dev/stderr", "/dev/fd/2", "/proc/1/fd/2", "/proc/self/fd/2", "/dev/stdout", "/dev/null", "NULL"),
        NotYet("log_file", Stdout, "log").Unless("false", "/dev/null", "NULL", "/dev/stdout", "/proc/1/fd/1"),
        NoEffect("merge_logs", "there are no log files to merge", "combine_logs"),
        NotYet("disable_logs", "redirect in \"script\": \"… >/dev/null 2>&1\"").Unless("false"),
        NotYet("log_type", "remove it: lines are JSON objects").Unless("json"),
        NoEffect("log_date_format", "every line carries an RFC 3339 time"),
        NoEffect("time", "every line carries an RFC 3339 time").Unless("false"),
        NotYet("pid_file", "remove it: \"pminit ls\" shows the pids", "pid"),

        // pminit's own, of later versions
        NotYet("shutdown_delay", "remove it, or delay in the app when its stop signal arrives"),
        NotYet("type", "remove it; for something that runs once write \"autorestart\": false"),
        NotYet("depends_on", "let the app wait for what it needs, or run the first step in \"script\": \"first && second\"").Unless("[]"),
        NotYet("health_check", "remove it, and use the container's own health check"),
        NotYet("ready_when", "remove it: an app counts as ready as soon as it runs"),
        NotYet("cluster", "remove it: each copy must listen on a port of its own").Unless("none"),
        NotYet("listen", "remove it: let the app bind its own sockets"),
        NotYet("balance", "remove it: let the app bind its own sockets"),
        NotYet("env_file", DotEnv),
        NotYet("env_from_files", DotEnv),
        NotYet("limits", "start the app by prlimit, or set limits on the container"),
        NotYet("nice", "start the app by nice: \"script\": \"nice -n 5 …\""),
        NotYet("oom_score_adj", "start the app by choom"),
        NotYet("umask", "set it in \"script\": \"umask 027; exec …\""),
        NotYet("no_new_privs", "set it on the container").Unless("false"),
        NotYet("groups", "set them on the container"),
        NotYet("log_json", "remove it: lines that are JSON objects are recognised").Unless("auto"),
        NotYet("redact", "remove it, and mask secrets in the app"),
    ];

    public static readonly ImmutableArray<KnownField> Top =
    [
        NoEffect("deploy", "it is for pm2 deploy, which copies files to other machines"),
        NotYet("static", "use a web server for files").Unless("[]"),
    ];

    public static readonly ImmutableArray<KnownField> Pminit =
    [
        NotYet("log", "remove it: logs are JSON lines on stdout"),
        NotYet("shutdown_delay", "remove it, or delay in the apps when their stop signal arrives"),
        NotYet("termination_log", "remove it"),
        NotYet("memory_guard", "remove it").Unless("false"),
    ];

    public static readonly ImmutableArray<KnownField> Health =
    [
        NotYet("expose", "remove it: only /livez and /readyz are served"),
    ];
}
