using Init.Core.Model;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of `health_check`.</summary>
public static partial class ConfigFields
{
    static AppField HealthRow() => AppField.OfSection("health_check", "How each instance is asked whether it is well, and what follows when it is not.", new ConfigSection<AppDraft>(
    [
        AppField.Of("http", ReadyKinds.HttpProbe, "none", "Ask for a page: 2xx and 3xx are well. Without a port it is the app's own (\"port\", PORT, \"increment_var\": \"PORT\"). \"localhost\" is 127.0.0.1, then ::1.",
            static (app, value) => app.Health.Http = value),
        AppField.Of("tcp", ReadyKinds.TcpProbe, "none", "Connect to a port or unix socket.",
            static (app, value) => app.Health.Tcp = value),
        AppField.Of("exec", ReadyKinds.ExecProbe, "none", "Run a command as the app's user, in its directory and with its environment: 0 is well.",
            static (app, value) => app.Health.Exec = value),
        AppField.Of("interval", ReadyKinds.Time, "10s", "From the end of one check to the next.",
            static (app, value) => app.Health.Check = app.Health.Check with { Interval = value }),
        AppField.Of("timeout", ReadyKinds.Time, "5s", "A check without an answer by then has failed; a command is killed with its tree.",
            static (app, value) => app.Health.Check = app.Health.Check with { Timeout = value }),
        AppField.Of("retries", ReadyKinds.Times, "3", "Failures in a row before anything follows.",
            static (app, value) => app.Health.Check = app.Health.Check with { Retries = value }),
        AppField.Of("start_period", Kinds.Duration, "0", "Failures so soon after the start do not count; the first success ends it.",
            static (app, value) => app.Health.Check = app.Health.Check with { StartPeriod = value }),
        AppField.Of("action", Kinds.Word("healthAction", "restart", "unready"), "restart", "What follows: a restart, or the instance counts as not ready until a check passes.",
            static (app, value) => app.Health.Check = app.Health.Check with { Action = value == "unready" ? HealthAction.Unready : HealthAction.Restart }),
    ]));
}
