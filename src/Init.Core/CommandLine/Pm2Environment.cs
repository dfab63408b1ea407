using System.Collections.Immutable;
using Init.Core.Config;
using Init.Core.Config.Data;

namespace Init.Core.CommandLine;

/// <summary>
/// pm2's own settings that come as environment variables. They are defaults for every app: a field of the file is stronger. Everything
/// else that the environment holds is for the apps; in pm2 a variable called like a field replaces it.
/// </summary>
static class Pm2Environment
{
    /// <summary>Variable, field, and whether it is a switch: any text but false and 0 is on.</summary>
    static readonly (string Variable, string Field, bool IsSwitch)[] Settings =
    [
        ("PM2_KILL_TIMEOUT", "kill_timeout", false),
        ("PM2_KILL_SIGNAL", "kill_signal", false),
        ("PM2_GRACEFUL_LISTEN_TIMEOUT", "listen_timeout", false),
        ("PM2_PROCESS_INSTANCE_VAR", "instance_var", false),
        ("PM2_KILL_USE_MESSAGE", "shutdown_with_message", true),
        ("PM2_LOG_DATE_FORMAT", "log_date_format", false),
    ];

    static readonly (string Variable, string Why)[] WithoutEffect =
    [
        ("PM2_CONCURRENT_ACTIONS", "apps are started all at once"),
        ("PM2_WORKER_INTERVAL", "nothing is looked at by intervals"),
        ("EXP_BACKOFF_RESET_TIMER", "exp_backoff_restart_delay begins anew after 30 s of running"),
    ];

    /// <summary>The defaults for apps, each with the variable that it comes from.</summary>
    /// <param name="context">Its variables; called by a pm2 name, apps are stopped by SIGINT.</param>
    /// <param name="warnings">Variables that are known and do nothing are appended, each with the reason.</param>
    public static ImmutableArray<DataMember> Read(ConfigContext context, List<ConfigError> warnings)
    {
        var defaults = ImmutableArray.CreateBuilder<DataMember>();
        foreach (var (variable, field, isSwitch) in Settings)
        {
            if (!context.Variables.TryGetValue(variable, out var value) || value.Length == 0)
            {
                continue;
            }

            if (ConfigFields.App.Reads(field))
            {
                var node = isSwitch ? DataNode.Of(value is not ("false" or "0"), default) : DataNode.Of(value, default);
                defaults.Add(new DataMember(field, default, node) { Origin = variable });
            }
            else
            {
                warnings.Add(NoEffect(variable, $"\"{field}\" is not available in this version"));
            }
        }

        foreach (var (variable, why) in WithoutEffect)
        {
            if (context.Variables.TryGetValue(variable, out var value) && value.Length > 0)
            {
                warnings.Add(NoEffect(variable, why));
            }
        }

        if (context.IsPm2 && string.IsNullOrEmpty(context.Variables.GetValueOrDefault("PM2_KILL_SIGNAL")))
        {
            defaults.Add(new DataMember("kill_signal", default, DataNode.Of("SIGINT", default)) { Origin = "pm2's default" });
        }

        return defaults.DrainToImmutable();
    }

    static ConfigError NoEffect(string variable, string why) => new() { File = variable, Message = "has no effect", Hint = why };
}
