using System.Globalization;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Processes;

/// <summary>
/// Whether pminit may do what an app's process settings ask, as far as that can be known without trying: every missing right is an error
/// before anything starts, and not a worker that never comes up.
/// </summary>
public static class RightsRules
{
    /// <summary>Appends an error for every right that is missing.</summary>
    /// <param name="app">With its identity resolved.</param>
    /// <param name="own">pminit's own process.</param>
    /// <param name="file">Name of the file, for errors.</param>
    /// <param name="errors">Where errors go.</param>
    public static void Check(AppSpec app, OwnProcess own, string file, List<ConfigError> errors)
    {
        var asked = app.Process;
        var identity = asked.Identity;
        // Where the user is refused, nobody needs to hear of the groups that come with it.
        var lacksUser = identity.Uid is not null && !own.MayHave(OwnProcess.SetUid);
        if (lacksUser)
        {
            var uid = identity.Uid;
            Refuse(asked.User!.Place, Said($"is to run as user {uid}, but pminit runs as user {own.Uid} without CAP_SETUID"),
                $"{Capability("SETUID")}, or make {uid} the container's user and remove \"uid\"");
        }

        var asksGroup = (identity.Gid is not null && asked.Group is not null) || asked.Groups is not null || !lacksUser;
        if ((identity.Gid is not null || !identity.Groups.IsDefault) && asksGroup && !own.MayHave(OwnProcess.SetGid))
        {
            var place = identity.Gid is not null && asked.Group is not null ? asked.Group.Place : (asked.Groups?.Place ?? asked.User!.Place);
            var what = identity.Gid is { } gid ? Said($"the group {gid}") : "other supplementary groups";
            Refuse(place, Said($"is to have {what}, but pminit runs with group {own.Gid} without CAP_SETGID"),
                $"{Capability("SETGID")}, or set the group on the container and remove the field");
        }

        CheckPriorities();
        foreach (var limit in asked.Limits)
        {
            CheckLimit(limit);
        }

        void CheckPriorities()
        {
            // RLIMIT_NICE counts from 20 down (getrlimit(2)).
            if (asked.Nice is { } nice && nice.Value < own.Nice && !own.MayHave(OwnProcess.SysNice)
                && 20 - nice.Value > (decimal)own.SoftLimits[ResourceKind.Niceness])
            {
                Refuse(nice.Place, Said($"asks for nice {nice.Value}, but pminit has {own.Nice} and may not lower it without CAP_SYS_NICE"),
                    $"{Capability("SYS_NICE")}, or write {own.Nice} or more");
            }

            if (asked.OomScoreAdj is { } score && score.Value < own.OomScoreAdj && !own.MayHave(OwnProcess.SysResource))
            {
                Refuse(score.Place, Said($"asks for oom_score_adj {score.Value}, but pminit has {own.OomScoreAdj} and may not lower it without CAP_SYS_RESOURCE"),
                    $"{Capability("SYS_RESOURCE")}, or write {own.OomScoreAdj} or more");
            }
        }

        void CheckLimit(ResourceLimit limit)
        {
            var kind = limit.Kind;
            var hardNow = own.HardLimits[kind.Number];
            if (kind.Number == ResourceKind.OpenFiles && limit.Hard is { } files and not ResourceLimit.Unlimited && files > own.MostOpenFiles)
            {
                Refuse(limit.Place, Said($"asks for {files} open files, but the kernel allows {own.MostOpenFiles} (fs.nr_open)"),
                    "write no more than that, or \"unlimited\" for as many as there can be");
                return;
            }

            var wanted = Highest(limit, own);
            if (limit.Hard is not null && wanted > hardNow && !own.MayHave(OwnProcess.SysResource))
            {
                Refuse(limit.Place, $"asks for the hard limit {Shown(wanted)}, but pminit has {Shown(hardNow)} and may not raise it without CAP_SYS_RESOURCE",
                    $"raise it on the container (docker run --ulimit {kind.Name}=…), or write {Shown(hardNow)} or less");
            }
            else if (limit.Hard is null && limit.Soft > hardNow)
            {
                Refuse(limit.Place, $"asks for the soft limit {Shown(limit.Soft.Value)}, but the hard one is {Shown(hardNow)}", "write \"hard\" too, or less");
            }
        }

        void Refuse(Place place, string message, string hint) => errors.Add(new ConfigError
        {
            File = file,
            Position = place.At,
            Path = place.Path,
            Message = $"app {Words.Quote(app.Name)} {message}",
            Hint = hint,
        });
    }

    /// <summary>"unlimited" open files are as many as the kernel allows, which no capability lifts (systemd reads infinity so too).</summary>
    public static ulong Highest(ResourceLimit limit, OwnProcess own) =>
        Capped(limit.Hard ?? limit.Soft ?? 0, limit.Kind, own);

    /// <summary>The limit with numbers that setrlimit(2) takes.</summary>
    public static ResourceLimit Settle(ResourceLimit limit, OwnProcess own) => limit with
    {
        Soft = limit.Soft is { } soft ? Capped(soft, limit.Kind, own) : null,
        Hard = limit.Hard is { } hard ? Capped(hard, limit.Kind, own) : null,
    };

    static ulong Capped(ulong value, ResourceKind kind, OwnProcess own) =>
        kind.Number == ResourceKind.OpenFiles && value == ResourceLimit.Unlimited && own.MostOpenFiles is { } most ? most : value;

    static string Capability(string name) =>
        $"run the container as root, or with the capability {name} (docker run --cap-add {name}; Kubernetes: securityContext.capabilities.add)";

    static string Shown(ulong value) => value == ResourceLimit.Unlimited ? "unlimited" : value.ToString(CultureInfo.InvariantCulture);

    static string Said(FormattableString text) => FormattableString.Invariant(text);
}
