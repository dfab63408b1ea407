using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>What a spawn alone cannot set: user, groups, limits, priority.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Process() =>
    [
        AppField.Of("uid", ProcessKinds.User, "pminit's own", "User of the app. With an entry in /etc/passwd its group, groups, HOME, USER and LOGNAME follow.",
            static (app, value) => app.SetUser(value), "user"),
        AppField.Of("gid", ProcessKinds.Group, "the user's", "Group of the app.",
            static (app, value) => app.Process = app.Process with { Group = value }),
        AppField.Of("groups", ProcessKinds.Groups, "the user's", "Supplementary groups of the app, exactly these.",
            static (app, value) => app.Process = app.Process with { Groups = value }),
        AppField.Of("umask", ProcessKinds.Umask, "pminit's own", "Permissions that files made by the app do not get.",
            static (app, value) => app.Process = app.Process with { Umask = value }),
        AppField.Of("nice", ProcessKinds.Nice, "pminit's own", "CPU priority; lower runs sooner.",
            static (app, value) => app.Process = app.Process with { Nice = value }),
        AppField.Of("oom_score_adj", ProcessKinds.OomScoreAdj, "pminit's own", "Higher is killed sooner when memory runs out.",
            static (app, value) => app.Process = app.Process with { OomScoreAdj = value }),
        AppField.Of("limits", ProcessKinds.Limits, "{}", "Resource limits by name (nofile, nproc, core …): a value, \"soft:hard\" or {soft, hard}; \"unlimited\" for none.",
            static (app, value) => app.Process = app.Process with { Limits = value }),
        AppField.Of("no_new_privs", Kinds.Boolean, "false", "No program that the app executes can gain rights (setuid files, file capabilities).",
            static (app, value) => app.Process = app.Process with { NoNewPrivs = value }),
    ];

    /// <summary>`uid: "user:group"` and `gid` name the same thing.</summary>
    internal static void RefuseTwoGroups(AppDraft app, Dictionary<string, Data.DataMember> given, ConfigScope scope)
    {
        if (app.HasGroupOfUser && given.TryGetValue("gid", out var gid))
        {
            scope.Child(gid.Key).Error(gid.KeyPosition, $"the group is in {Words.Quote(given["uid"].Key)} already, after its colon", "keep one of the two");
        }
    }
}
