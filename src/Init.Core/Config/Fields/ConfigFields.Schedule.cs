using System.Collections.Immutable;
using Init.Core.Model;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>When an app is restarted, or a job is run.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Scheduled() =>
    [
        AppField.Of("cron_restart", Kinds.Cron, "none", "When to restart the app; with \"autorestart\": false, when to run it (see Schedules). 0, false: never.",
            static (app, value) => app.Cron = value, "cron"),
        AppField.Of("cron_timezone", Kinds.Zone, "TZ of the app or pminit's own, else UTC", "Time zone of \"cron_restart\"; CRON_TZ=NAME in the pattern wins over it.",
            static (app, value) => app.CronZone = value),
        AppField.Of("concurrency_policy", Kinds.Word("concurrencyPolicy", "forbid", "replace", "allow"), "forbid",
            "A job that is due while its last run has not ended: skip this run, stop the last one first, or run it beside in another of its \"instances\".",
            static (app, value) => app.Spec = app.Spec with { Concurrency = value switch { "replace" => ConcurrencyPolicy.Replace, "allow" => ConcurrencyPolicy.Allow, _ => ConcurrencyPolicy.Forbid } }),
    ];
}
