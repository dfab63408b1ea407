using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>What the fields about order mean for one another.</summary>
static class OrderRules
{
    /// <summary>A task ends by its plan and ends the container by its failure, unless the file says otherwise.</summary>
    public static void SettleTask(AppDraft draft, Dictionary<string, DataMember> given)
    {
        if (draft.Spec.IsTask)
        {
            draft.Spec = draft.Spec with
            {
                AutoRestart = draft.Spec.AutoRestart && given.ContainsKey("autorestart"),
                EssentialOnFailure = draft.Spec.Essential || !given.ContainsKey("essential"),
            };
        }
    }

    /// <summary>An app's own delay, against the bound on the whole stop.</summary>
    public static void WarnOfDelay(TimeSpan? delay, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (given.TryGetValue("shutdown_delay", out var member))
        {
            WarnOfDelay(delay, scope.Report.ShutdownTimeout, member, scope.Child(member));
        }
    }

    /// <summary>That of `pminit`.</summary>
    public static void WarnOfDelay(GlobalSettings settings, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (!given.TryGetValue("pminit", out var section))
        {
            return;
        }

        foreach (var member in section.Value.Members)
        {
            if (ConfigFields.Pminit.NameOf(member.Key) == "shutdown_delay")
            {
                WarnOfDelay(settings.ShutdownDelay, settings.ShutdownTimeout, member, scope.Child(section).Child(member));
            }
        }
    }

    static void WarnOfDelay(TimeSpan? delay, TimeSpan? timeout, DataMember member, ConfigScope scope)
    {
        if (delay > TimeSpan.Zero && delay >= timeout)
        {
            scope.Warn(member.KeyPosition, $"not shorter than \"pminit.shutdown_timeout\" ({(long)timeout.Value.TotalMilliseconds} ms): when that has passed, apps are killed without their stop signal",
                "make the delay shorter, or the timeout longer");
        }
    }
}
