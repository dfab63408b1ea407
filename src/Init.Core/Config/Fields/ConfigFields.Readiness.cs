using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of an app about when it counts as ready, and what it says of itself while it runs.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Ready() =>
    [
        AppField.Of("ready_when", ReadyKinds.ReadyWhen, "running",
            "When an instance counts as ready: \"listening\" (on a socket), \"message\" (`process.send('ready')`), \"notify\" (sd_notify), \"uptime\" (min_uptime), \"health_check\"; or {\"fd\": n}, {\"log\": \"regex\"}, {\"listening\": port}, {\"uptime\": \"5s\"}.",
            static (app, value) => app.Spec = app.Spec with { ReadyWhen = value }),
        AppField.Of("wait_ready", Kinds.Boolean, "false", "The same as \"ready_when\": \"message\".",
            static (app, value) => app.WaitsForMessage = value),
        AppField.Of("listen_timeout", ReadyKinds.Time, "30s", "How long \"ready_when\" may take; after that the start has failed, and the instance is stopped and started again as after a crash.",
            static (app, value) => app.Spec = app.Spec with { ListenTimeout = value }),
        AppField.Of("watchdog", Kinds.Duration, "0", "Restart an instance that, once ready, does not say WATCHDOG=1 this often (sd_notify); it finds the time in WATCHDOG_USEC.",
            static (app, value) => app.Spec = app.Spec with { Watchdog = value }),
        HealthRow(),
        AppField.Of("shutdown_with_message", Kinds.Boolean, "false", "Ask the app to stop by the message \"shutdown\" over Node's IPC channel, in place of \"kill_signal\".",
            static (app, value) => app.Spec = app.Spec with { ShutdownWithMessage = value }),
    ];
}
