using System.Collections.Immutable;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Processes;

/// <summary>
/// Names of users and groups to numbers, and what follows from a user. An app that takes another user gets all of that user: its group, the
/// groups that list it, HOME, USER and LOGNAME. A number without entry has no group of its own; docker then gives group 0, which
/// may read and write what is root's. Here it is the group of the same number: it never grants anything that was not named.
/// </summary>
public static class IdentityResolver
{
    /// <summary>The app with its identity known; errors are appended, and then the result must not be started.</summary>
    /// <param name="app">What the file says.</param>
    /// <param name="accounts">The image's accounts.</param>
    /// <param name="own">pminit's own process.</param>
    /// <param name="file">Name of the file, for errors.</param>
    /// <param name="errors">Where errors go.</param>
    public static AppSpec Resolve(AppSpec app, AccountTable accounts, OwnProcess own, string file, List<ConfigError> errors)
    {
        var asked = app.Process;
        if (!asked.AsksIdentity)
        {
            return app;
        }

        var before = errors.Count;
        var entry = asked.User is null ? null : asked.User.Number is { } number ? accounts.User(number) : FindUser(asked.User, accounts, file, errors);
        var uid = asked.User?.Number ?? entry?.Uid;
        var group = asked.Group is null ? null : FindGroup(asked.Group, accounts, file, errors);
        var named = asked.Groups is null ? default : Numbers(asked.Groups, accounts, file, errors);
        if (errors.Count > before)
        {
            return app;
        }

        var changesUser = uid is not null && uid != own.Uid;
        var gid = group ?? (changesUser ? entry?.Gid ?? uid : null);
        var groups = !named.IsDefault || !changesUser ? named : Supplementary(gid ?? own.Gid, entry, accounts);
        var identity = new ProcessIdentity(
            changesUser ? uid : null, gid == own.Gid ? null : gid, groups.IsDefault || IsSame(groups, own.Groups) ? default : groups);
        return app with { Process = asked with { Identity = identity }, Env = Variables(app, entry, changesUser) };
    }

    /// <summary>As initgroups(3). The group itself is among them, or a setgid program could shed it.</summary>
    static ImmutableArray<uint> Supplementary(uint gid, UserEntry? entry, AccountTable accounts)
    {
        uint[] groups = [gid];
        foreach (var group in entry is null ? [] : accounts.GroupsOf(entry.Name))
        {
            groups = With(groups, group.Gid);
        }

        return ImmutableArray.Create(groups);
    }

    static ImmutableArray<uint> Numbers(AskedGroups asked, AccountTable accounts, string file, List<ConfigError> errors)
    {
        uint[] groups = [];
        foreach (var item in asked.Items)
        {
            groups = With(groups, FindGroup(item, accounts, file, errors) ?? 0);
        }

        return ImmutableArray.Create(groups);
    }

    /// <summary>Sorted, each once. By hand: a sorted set of numbers is 20 KB of the binary.</summary>
    static uint[] With(uint[] sorted, uint group)
    {
        var at = 0;
        while (at < sorted.Length && sorted[at] < group)
        {
            at++;
        }

        return at < sorted.Length && sorted[at] == group ? sorted : [.. sorted.AsSpan(0, at), group, .. sorted.AsSpan(at)];
    }

    static bool IsSame(ImmutableArray<uint> sorted, ImmutableArray<uint> own)
    {
        uint[] mine = [];
        foreach (var group in own)
        {
            mine = With(mine, group);
        }

        return sorted.AsSpan().SequenceEqual(mine);
    }

    static UserEntry? FindUser(AskedAccount asked, AccountTable accounts, string file, List<ConfigError> errors)
    {
        var entry = accounts.User(asked.Name!);
        if (entry is null)
        {
            errors.Add(Unknown(asked, "user", "/etc/passwd", accounts.HasUsers, accounts.UserNames, "useradd", file));
        }

        return entry;
    }

    static uint? FindGroup(AskedAccount asked, AccountTable accounts, string file, List<ConfigError> errors)
    {
        if (asked.Number is { } number)
        {
            return number;
        }

        var entry = accounts.Group(asked.Name!);
        if (entry is null)
        {
            errors.Add(Unknown(asked, "group", "/etc/group", accounts.HasGroups, accounts.GroupNames, "groupadd", file));
        }

        return entry?.Gid;
    }

    static ConfigError Unknown(AskedAccount asked, string what, string where, bool exists, IEnumerable<string> names, string command, string file)
    {
        var name = asked.Name!;
        var nearest = new Suggestion(names).Find(name);
        return new ConfigError
        {
            File = file,
            Position = asked.Place.At,
            Path = asked.Place.Path,
            Message = exists ? $"there is no {what} {Words.Quote(name)} in {where}" : $"the {what} {Words.Quote(name)} cannot be looked up: the image has no {where}",
            Hint = nearest is not null ? $"did you mean {Words.Quote(nearest)}?"
                : exists ? $"create it in the image ({command}), or write its number, which needs no entry" : "write its number, which needs no entry",
        };
    }

    /// <summary>What the file's `env` sets itself wins. HOME is / for a user without entry, as docker has it: that of root helps nobody.</summary>
    static ImmutableArray<KeyValuePair<string, string>> Variables(AppSpec app, UserEntry? entry, bool changesUser)
    {
        var variables = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (entry is not null)
        {
            variables.Add(new("HOME", entry.Home.Length == 0 ? "/" : entry.Home));
            variables.Add(new("USER", entry.Name));
            variables.Add(new("LOGNAME", entry.Name));
        }
        else if (changesUser)
        {
            variables.Add(new("HOME", "/"));
        }

        // The later of two wins in a worker's environment.
        variables.AddRange(app.Env);
        return variables.DrainToImmutable();
    }
}
