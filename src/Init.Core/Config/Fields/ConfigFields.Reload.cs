using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of an app about how its processes are replaced.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Reloads() =>
    [
        AppField.Of("max_surge", ReloadKinds.Surge, "1", "How many instances a reload replaces at a time: a number, or a part of them such as \"25%\".",
            static (app, value) => app.Spec = app.Spec with { MaxSurge = value }),
        AppField.Of("reload_rollback", Kinds.Boolean, "false", "A reload keeps all old processes until every new one is ready; when one of these fails, the new ones go and the old ones stay.",
            static (app, value) => app.Spec = app.Spec with { ReloadRollback = value }),
        AppField.Of("keepalive_drain", Kinds.Boolean, "true", "Cluster workers of Node load a small script (NODE_OPTIONS), by which a reload ends kept-alive connections between two requests, not under one.",
            static (app, value) => app.Spec = app.Spec with { KeepaliveDrain = value }),
    ];
}
