using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// What the environment fields of an app mean together: `env` with the chosen `env_*` over it, `port`, and the base of `increment_var`.
/// </summary>
static class EnvironmentBuilder
{
    /// <summary>JavaScript's largest whole number: an app that counts further reads something else than we write.</summary>
    const long LargestBase = 9_007_199_254_740_991;

    const string ProfilePrefix = "env_";

    /// <summary>Takes `env_production` and its like. Every profile is checked, the chosen one is kept.</summary>
    /// <returns>False when the key names no profile.</returns>
    public static bool TakeProfile(DataMember member, ConfigScope scope, AppDraft app)
    {
        if (!member.Key.StartsWith(ProfilePrefix, StringComparison.Ordinal) || member.Key.Length == ProfilePrefix.Length || member.Key.Any(char.IsWhiteSpace))
        {
            return false;
        }

        if (member.Value.Kind == DataKind.Null)
        {
            return true;
        }

        var name = member.Key[ProfilePrefix.Length..];
        scope.Report.Profiles?.Add(name);
        var isChosen = name == app.Context.Profile;
        var value = isChosen ? References.Resolve(member.Value, scope, app.Context) : member.Value;
        if (ConfigValues.Environment(value, scope, out var variables) && isChosen)
        {
            app.Profile = member;
            app.ProfileEnv = variables;
        }

        return true;
    }

    /// <summary>The error of a profile that no app has, or null. Such a name is misspelt: pm2 warns and starts with the wrong variables.</summary>
    public static ConfigError? RefuseProfile(ConfigReport report, string? profile)
    {
        if (profile is null || report.Profiles is null || report.Profiles.Contains(profile))
        {
            return null;
        }

        var hint = report.Profiles.Count == 0
            ? "no app has any: leave out --env (and PMINIT_ENV), or add the variables as " + Words.Quote(ProfilePrefix + profile) + " to an app"
            : "there are: " + string.Join(", ", report.Profiles.Take(10).Select(Words.Quote)) + (report.Profiles.Count > 10 ? ", …" : "");
        return new ConfigError { File = report.File, Message = $"no app has the profile {Words.Quote(profile)}", Hint = hint };
    }

    /// <summary>Puts the result into the draft's spec; errors go to the report.</summary>
    public static void Build(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var env = Merge(app.Spec.Env, app.Profile, app.ProfileEnv);
        if (app.Port is { } port && !Has(env, "PORT"))
        {
            env = env.Add(new("PORT", port.ToString(CultureInfo.InvariantCulture)));
        }

        app.Spec = app.Spec with { Env = env };
        if (app.IncrementVar is { } name)
        {
            var text = ValueOf(name, app) ?? "0";
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var first) && first is >= -LargestBase and <= LargestBase)
            {
                app.Spec = app.Spec with { Increment = new IncrementedVariable(name, first) };
            }
            else
            {
                RefuseBase(name, text, app, given, scope);
            }
        }
    }

    /// <summary>Unique names; a null in the profile takes the variable of `env` out.</summary>
    static ImmutableArray<KeyValuePair<string, string>> Merge(
        ImmutableArray<KeyValuePair<string, string>> env, DataMember? profile, ImmutableArray<KeyValuePair<string, string>> over)
    {
        if (profile is not { } chosen)
        {
            return env;
        }

        // Loops, not LINQ: over structs each operator is compiled anew, some 10 KB of the binary apiece.
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in chosen.Value.Members)
        {
            replaced.Add(member.Key);
        }

        var merged = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var pair in env)
        {
            if (!replaced.Contains(pair.Key))
            {
                merged.Add(pair);
            }
        }

        merged.AddRange(over);
        return merged.DrainToImmutable();
    }

    static bool Has(ImmutableArray<KeyValuePair<string, string>> env, string name)
    {
        foreach (var pair in env)
        {
            if (pair.Key == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Its value in the environment that the worker would have without `increment_var`.</summary>
    static string? ValueOf(string name, AppDraft app)
    {
        foreach (var pair in app.Spec.Env)
        {
            if (pair.Key == name)
            {
                return pair.Value;
            }
        }

        return app.Spec.EnvFilter.Drops(name) ? null : app.Context.Variables.GetValueOrDefault(name);
    }

    static void RefuseBase(string name, string text, AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var message = $"\"increment_var\" counts up from this, so it must be a whole number, found text {Words.Quote(text)}";
        var hint = "write the first instance's number, or remove \"increment_var\"";
        if (Has(app.Spec.Env, name))
        {
            var (owner, value) = Find(name, app.Profile) ?? Find(name, given["env"])!.Value;
            scope.Child(owner).Child(name).Error(value.Position, message, hint);
            return;
        }

        // The value itself may be a secret of the environment, which no message shows.
        var at = given["increment_var"];
        scope.Child(at.Key).Error(at.Value.Position, $"{Words.Quote(name)} of pminit's own environment is no whole number that instances could count up from",
            "write its first number in \"env\"");
    }

    static (string Owner, DataNode Value)? Find(string name, DataMember? owner)
    {
        foreach (var member in owner?.Value.Members ?? [])
        {
            if (member.Key == name)
            {
                return (owner!.Key, member.Value);
            }
        }

        return null;
    }
}
