using Init.Core.Config.Data;
using Init.Core.Schedules;

namespace Init.Core.Config;

/// <summary>`cron_restart` with the zone that holds for the app: CRON_TZ= in the pattern, `cron_timezone`, TZ of the app or of pminit, UTC.</summary>
static class ScheduleBuilder
{
    public static void Build(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (app.Cron?.Pattern is not { } pattern)
        {
            return;
        }

        var zone = app.Cron.Zone ?? app.CronZone ?? ZoneOfEnvironment(app, given, scope);
        if (zone is not null)
        {
            app.Spec = app.Spec with { Schedule = new Schedule(app.Cron.Text, pattern, zone) };
        }
    }

    /// <summary>Null after an error.</summary>
    static TimeZoneInfo? ZoneOfEnvironment(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var name = app.Context.Variables.GetValueOrDefault("TZ");
        foreach (var variable in app.Spec.Env)
        {
            name = variable.Key == "TZ" ? variable.Value : name;
        }

        // libc takes ":Europe/Berlin" for the same, and nothing at all for UTC.
        name = name?.TrimStart(':');
        if (string.IsNullOrEmpty(name))
        {
            return TimeZoneInfo.Utc;
        }

        var zone = ConfigValues.FindZone(name, scope, out var problem);
        if (zone is null)
        {
            var cron = given["cron_restart"];
            scope.Child(cron).Error(cron.Value.Position, $"{problem} (from the variable TZ)", $"{ConfigValues.ZoneRemedy} in \"cron_timezone\"");
        }

        return zone;
    }
}
