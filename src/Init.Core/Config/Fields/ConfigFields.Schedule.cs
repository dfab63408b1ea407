using System.Collections.Immutable;
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
    ];
}
