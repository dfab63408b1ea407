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

    const string FileSuffix = "_FILE";

    /// <summary>Takes `env_production` and its like. Every profile is checked, the chosen one is kept.</summary>
    /// <returns>False when the key names no profile.</returns>
    public static bool TakeProfile(DataMember member, ConfigScope scope, AppDraft app)
    {
        if (!member.Key.StartsWith(ProfilePrefix, StringComparison.Ordinal) || member.Key.Length == ProfilePrefix.Length || member.Key.Has(char.IsWhiteSpace))
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
        if (value.Kind is not DataKind.Map && ConfigFields.App.Nearest(member.Key) is { } meant)
        {
            // `env_flie: ".env"`: a misspelt field looks like a profile.
            _ = ConfigValues.Fail(value, scope, "an object of variables", $"did you mean \"{meant}\"?");
            return true;
        }

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
            : "there are: " + report.Profiles.First(10).Join(Words.Quote) + (report.Profiles.Count > 10 ? ", …" : "");
        return new ConfigError { File = report.File, Message = $"no app has the profile {Words.Quote(profile)}", Hint = hint };
    }

    /// <summary>Puts the result into the draft's spec; errors go to the report.</summary>
    public static void Build(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var files = EnvFiles.Load(app.EnvFiles, app.Spec.Cwd, scope.Report);
        var env = Merge(files, given.GetValueOrDefault("env"), app.Spec.Env);
        env = Merge(env, app.Profile, app.ProfileEnv);
        if (app.Port is { } port && !Has(env, "PORT"))
        {
            env = env.Add(new("PORT", port.ToString(CultureInfo.InvariantCulture)));
        }

        app.Spec = app.Spec with { Env = env };
        AddSecrets(app, scope.Report);
        if (app.IncrementVar is { } name)
        {
            var text = ValueOf(name, app) ?? "0";
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var first) && first is >= -LargestBase and <= LargestBase)
            {
                app.Spec = app.Spec with { Increment = new IncrementedVariable(name, first) };
            }
            else
            {
                RefuseBase(name, app, given, scope);
            }
        }
    }

    /// <summary>`env_from_files`, over everything but what is set already: two sources of one password are a mistake.</summary>
    static void AddSecrets(AppDraft app, ConfigReport report)
    {
        var wanted = app.SecretFiles.TakesAll ? FindSecrets(app) : app.SecretFiles.Named;
        var names = ImmutableArray.CreateBuilder<string>();
        var env = app.Spec.Env;
        foreach (var secret in wanted)
        {
            var path = secret.Path ?? ValueOf(secret.Name + FileSuffix, app);
            var problem = path is null ? $"{Words.Quote(secret.Name + FileSuffix)} is not set, so there is no file to read {Words.Quote(secret.Name)} from"
                : ValueOf(secret.Name, app) is not null ? $"{Words.Quote(secret.Name)} has a value already, in a variable of the file or of pminit's own environment"
                : names.Contains(secret.Name) ? $"{Words.Quote(secret.Name)} is named twice" : null;
            if (problem is not null)
            {
                var hint = path is null ? $"set it, or name the file: {{{Words.Quote(secret.Name)}: \"/run/secrets/…\"}}" : "keep one of the two";
                report.Errors.Add(new ConfigError { File = report.File, Position = secret.At, Path = secret.FieldPath, Message = problem, Hint = hint });
            }
            else if (EnvFiles.LoadSecret(secret, path!, app.Spec.Cwd, report) is { } text)
            {
                env = env.Add(new(secret.Name, text));
                names.Add(secret.Name);
            }
        }

        app.Spec = app.Spec with { Env = env, SecretVariables = names.ToImmutable() };
    }

    /// <summary>`env_from_files: true`. Many a NAME_FILE is no secret (SSL_CERT_FILE, LOG_FILE), so only the folders of secrets count.</summary>
    static ImmutableArray<SecretFile> FindSecrets(AppDraft app)
    {
        var names = new SortedSet<string>(app.Context.Variables.Keys, StringComparer.Ordinal);
        foreach (var pair in app.Spec.Env)
        {
            names.Add(pair.Key);
        }

        var found = ImmutableArray.CreateBuilder<SecretFile>();
        foreach (var name in names)
        {
            var plain = name.EndsWith(FileSuffix, StringComparison.Ordinal) ? name[..^FileSuffix.Length] : "";
            var path = plain.Length == 0 || ValueOf(plain, app) is not null ? null : ValueOf(name, app);
            if (path is not null && (path.StartsWith("/run/secrets/", StringComparison.Ordinal) || path.StartsWith("/var/run/secrets/", StringComparison.Ordinal)))
            {
                found.Add(new SecretFile(plain, path, default, "env_from_files"));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Unique names; a null in the stronger one takes the variable of the weaker one out.</summary>
    static ImmutableArray<KeyValuePair<string, string>> Merge(
        ImmutableArray<KeyValuePair<string, string>> env, DataMember? stronger, ImmutableArray<KeyValuePair<string, string>> over)
    {
        if (stronger is not { } chosen)
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

    static void RefuseBase(string name, AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if ((Find(name, app.Profile) ?? Find(name, given.GetValueOrDefault("env"))) is var (owner, value))
        {
            scope.Child(owner).Child(name).Error(value.Position, $"\"increment_var\" counts up from this, so it must be a whole number, found {Words.Describe(value)}",
                "write the first instance's number, or remove \"increment_var\"");
            return;
        }

        // The value itself may be a secret, which no message shows.
        var (at, source) = (given["increment_var"], Has(app.Spec.Env, name) ? "the app's files" : "pminit's own environment");
        scope.Child(at).Error(at.Value.Position, $"{Words.Quote(name)} of {source} is no whole number that instances could count up from",
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
