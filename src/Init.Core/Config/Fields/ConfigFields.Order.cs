using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of an app about when it starts and stops among the others.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Order() =>
    [
        AppField.Of("type", Kinds.Word("type", "service", "task"), "service", "\"task\": it runs once to completion; its failure ends the container with its code.",
            static (app, value) => app.Spec = app.Spec with { IsTask = value == "task" }),
        AppField.Of("depends_on", OrderKinds.Dependencies, "[]", "Apps that must be \"ready\" (a task: \"completed\") before this one starts, and that stop after it. Object: name to condition; also \"started\".",
            static (app, value) => app.DependsOn = value),
        AppField.Of("autostart", Kinds.Boolean, "true", "Start with the container; false: stay stopped until somebody starts it.",
            static (app, value) => app.Spec = app.Spec with { AutoStart = value }),
        AppField.Of("shutdown_delay", Kinds.Duration, "pminit's own", "How long the app goes on serving after SIGTERM or SIGINT to pminit, before its stop signal; readiness is off at once.",
            static (app, value) => app.Spec = app.Spec with { ShutdownDelay = value }),
    ];
}
