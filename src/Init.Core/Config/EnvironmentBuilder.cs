using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>What the environment fields of an app mean together: `env`, `port`, and the base of `increment_var`.</summary>
static class EnvironmentBuilder
{
    /// <summary>JavaScript's largest whole number: an app that counts further reads something else than we write.</summary>
    const long LargestBase = 9_007_199_254_740_991;

    /// <summary>Puts the result into the draft's spec; errors go to the report.</summary>
    public static void Build(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var env = app.Spec.Env;
        if (app.Port is { } port && !env.Any(static pair => pair.Key == "PORT"))
        {
            env = env.Add(new("PORT", port.ToString(CultureInfo.InvariantCulture)));
        }

        app.Spec = app.Spec with { Env = env };
        if (app.IncrementVar is { } name)
        {
            var text = ValueOf(name, app) ?? "0";
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var first) && Math.Abs((decimal)first) <= LargestBase)
            {
                app.Spec = app.Spec with { Increment = new IncrementedVariable(name, first) };
            }
            else
            {
                RefuseBase(name, text, given, scope);
            }
        }
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

    static void RefuseBase(string name, string text, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var message = $"\"increment_var\" counts up from this, so it must be a whole number, found text {Words.Quote(text)}";
        var hint = "write the first instance's number, or remove \"increment_var\"";
        if (given.TryGetValue("env", out var env))
        {
            foreach (var member in env.Value.Members)
            {
                if (member.Key == name)
                {
                    scope.Child(env.Key).Child(name).Error(member.Value.Position, message, hint);
                    return;
                }
            }
        }

        // The value itself may be a secret of the environment, which no message shows.
        var at = given["increment_var"];
        scope.Child(at.Key).Error(at.Value.Position, $"{Words.Quote(name)} of pminit's own environment is no whole number that instances could count up from",
            "write its first number in \"env\"");
    }
}
