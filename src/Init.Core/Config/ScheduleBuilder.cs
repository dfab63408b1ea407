using Init.Core.Config.Data;
using Init.Core.Model;
using Init.Core.Schedules;

namespace Init.Core.Config;

/// <summary>`cron_restart` with the zone that holds for the app: CRON_TZ= in the pattern, `cron_timezone`, TZ of the app or of pminit, UTC.</summary>
static class ScheduleBuilder
{
    public static void Build(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        FindSchedule(app, given, scope);
        if (!given.TryGetValue("concurrency_policy", out var policy) || scope.Report.Errors.Count > 0)
        {
            return;
        }

        if (app.Spec is { Instances: 1, IsJob: true, Concurrency: ConcurrencyPolicy.Allow })
        {
            scope.Child(policy).Error(policy.Value.Position, "with one instance no run can go beside another", "set \"instances\" to how many may run at once, 2 or more");
        }
        else if (!app.Spec.IsJob)
        {
            scope.Child(policy).Warn(policy.KeyPosition, "has no effect: this app is no job", "a job has \"cron_restart\" and \"autorestart\": false");
        }
    }

    static void FindSchedule(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
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
