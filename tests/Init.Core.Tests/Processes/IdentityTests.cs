using System.Text;
using Init.Core.Config;
using Init.Core.Model;
using Init.Core.Processes;
using Init.Core.Tests.Config;

namespace Init.Core.Tests.Processes;

/// <summary>Names to numbers, what follows from a user, and which right is missing for it. No account of this machine is looked at.</summary>
public sealed class IdentityTests
{
    const string Passwd = """
        # comment
        root:x:0:0:root:/root:/bin/sh
        broken line
        bad:x:-1:5::/:
        bad:x:4294967295:5::/:
        +nis::::::
        node:x:1000:1001:,,,:/home/node:/bin/sh
        node:x:7:7::/second:/bin/sh
        same:x:1000:7::/second:/bin/sh
        short:x:8:9::/s
        homeless:x:11:12:::
        """;

    const string Group = "root:x:0:\nnode:x:1001:\naudio:x:29:node,other\nvideo:x:44:other\r\ncdrom:x:24:other,node\nbad:x:y:node\nfew\n";

    static readonly OwnProcess Root = Own(0, ~0UL);

    [Theory]
    [InlineData("uid: 'node'", "1000 1001 [24 29 1001]")]
    [InlineData("uid: 1000", "1000 1001 [24 29 1001]")]
    [InlineData("uid: 'short'", "8 9 [9]")]
    [InlineData("uid: 'node', gid: 'video'", "1000 44 [24 29 44]")]
    [InlineData("uid: 'node:0'", "1000 - [0 24 29]")]
    [InlineData("uid: 1234", "1234 1234 [1234]")]
    [InlineData("uid: '1234:5'", "1234 5 [5]")]
    [InlineData("uid: 'node', groups: []", "1000 1001 []")]
    [InlineData("uid: 'node', groups: ['video', 3, 3]", "1000 1001 [3 44]")]
    [InlineData("gid: 29", "- 29 -")]
    [InlineData("groups: 'audio'", "- - [29]")]
    [InlineData("uid: 0", "- - -")]
    [InlineData("uid: 'root:root', groups: [0, 1]", "- - -")]
    [InlineData("uid: 'bad'", null)]
    public void Identity_IsThatOfTheUser(string fields, string? expected)
    {
        var (app, errors) = Resolve(fields, Root with { Groups = [1, 0] });
        Assert.Equal(expected is null ? 1 : 0, errors.Count);
        if (expected is not null)
        {
            var identity = app.Process.Identity;
            var groups = identity.Groups.IsDefault ? "-" : $"[{string.Join(' ', identity.Groups)}]";
            Assert.Equal(expected, $"{identity.Uid?.ToString() ?? "-"} {identity.Gid?.ToString() ?? "-"} {groups}");
        }
    }

    [Theory]
    [InlineData("uid: 'node'", "HOME=/home/node USER=node LOGNAME=node")]
    [InlineData("uid: 'node', env: {HOME: '/x'}", "HOME=/home/node USER=node LOGNAME=node HOME=/x")]
    [InlineData("uid: 'homeless'", "HOME=/ USER=homeless LOGNAME=homeless")]
    [InlineData("uid: 1234", "HOME=/")]
    [InlineData("uid: 0", "HOME=/root USER=root LOGNAME=root")]
    [InlineData("gid: 5", "")]
    public void Home_FollowsTheUser(string fields, string expected) =>
        Assert.Equal(expected, string.Join(' ', Resolve(fields, Root).App.Env.Select(pair => $"{pair.Key}={pair.Value}")));

    [Fact]
    public void OwnUserWithoutEntry_KeepsEverything()
    {
        var (app, errors) = Resolve("uid: 65532", Own(65532, 0));
        Assert.Empty(errors);
        Assert.False(app.Process.NeedsStage);
        Assert.Empty(app.Env);
    }

    [Theory]
    [InlineData("uid: 'nod'", "there is no user \"nod\" in /etc/passwd; did you mean \"node\"?")]
    [InlineData("uid: 'zzzzzzz'", "there is no user \"zzzzzzz\" in /etc/passwd; create it in the image (useradd), or write its number, which needs no entry")]
    [InlineData("gid: 'vidoe'", "there is no group \"vidoe\" in /etc/group; did you mean \"video\"?")]
    [InlineData("groups: ['audio', 'nix-da']", "apps[0].groups[1]: there is no group \"nix-da\"")]
    public void UnknownName_IsAnErrorWithARemedy(string fields, string text) => Assert.Contains(text, Assert.Single(Resolve(fields, Root).Errors).ToString());

    [Fact]
    public void ImageWithoutAccounts_TakesNumbersOnly()
    {
        var none = new AccountTable(null, null);
        var errors = new List<ConfigError>();
        Assert.Equal(5u, IdentityResolver.Resolve(Reading.AppWith("uid: 5"), none, Root, "f", errors).Process.Identity.Uid);
        Assert.Empty(errors);
        _ = IdentityResolver.Resolve(Reading.AppWith("uid: 'node'"), none, Root, "f", errors);
        Assert.Contains("the user \"node\" cannot be looked up: the image has no /etc/passwd; write its number", Assert.Single(errors).ToString());
    }

    /// <summary>Fields, capabilities that pminit has, and what the error says; null: none.</summary>
    [Theory]
    [InlineData("uid: 5", 0, "apps[0].uid: app \"a\" is to run as user 5, but pminit runs as user 65532 without CAP_SETUID")]
    [InlineData("uid: 5", 1 << OwnProcess.SetUid, "apps[0].uid: app \"a\" is to have the group 5, but pminit runs with group 65532 without CAP_SETGID")]
    [InlineData("uid: 5", (1 << OwnProcess.SetUid) | (1 << OwnProcess.SetGid), null)]
    [InlineData("uid: 65532", 0, null)]
    [InlineData("gid: 5", 0, "apps[0].gid: app \"a\" is to have the group 5")]
    [InlineData("groups: [5]", 0, "apps[0].groups: app \"a\" is to have other supplementary groups")]
    [InlineData("groups: []", 0, null)]
    [InlineData("nice: 4", 0, "asks for nice 4, but pminit has 5 and may not lower it without CAP_SYS_NICE")]
    [InlineData("nice: 5", 0, null)]
    [InlineData("nice: 4", 1 << OwnProcess.SysNice, null)]
    [InlineData("oom_score_adj: 99", 0, "asks for oom_score_adj 99, but pminit has 100")]
    [InlineData("oom_score_adj: 99", 1 << OwnProcess.SysResource, null)]
    [InlineData("oom_score_adj: 100", 0, null)]
    [InlineData("limits: {core: 1001}", 0, "apps[0].limits.core: app \"a\" asks for the hard limit 1001, but pminit has 1000")]
    [InlineData("limits: {core: 'unlimited'}", 0, "asks for the hard limit unlimited")]
    [InlineData("limits: {core: 1001}", 1 << OwnProcess.SysResource, null)]
    [InlineData("limits: {core: 1000}", 0, null)]
    [InlineData("limits: {core: {soft: 1001}}", 1 << OwnProcess.SysResource, "asks for the soft limit 1001, but the hard one is 1000; write \"hard\" too")]
    [InlineData("limits: {nofile: 5001}", 1 << OwnProcess.SysResource, "asks for 5001 open files, but the kernel allows 5000 (fs.nr_open)")]
    [InlineData("limits: {nofile: 'unlimited'}", 1 << OwnProcess.SysResource, null)]
    [InlineData("limits: {nofile: 'unlimited'}", 0, "asks for the hard limit 5000, but pminit has 1000")]
    public void MissingRight_IsAnErrorBeforeAnythingStarts(string fields, int capabilities, string? text)
    {
        var own = Own(65532, (ulong)capabilities);
        var (app, errors) = Resolve(fields, own);
        RightsRules.Check(app, own, "f", errors);
        if (text is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.Contains(text, Assert.Single(errors).ToString());
        }
    }

    [Fact]
    public void NiceLimit_AllowsWhatItSays()
    {
        var own = Own(65532, 0);
        own.SoftLimits[ResourceKind.Niceness] = 17;
        var errors = new List<ConfigError>();
        RightsRules.Check(Reading.AppWith("nice: 3"), own, "f", errors);
        Assert.Empty(errors);
        RightsRules.Check(Reading.AppWith("nice: 2"), own, "f", errors);
        Assert.Single(errors);
    }

    [Fact]
    public void UnknownCapabilities_RefuseNothing()
    {
        var errors = new List<ConfigError>();
        RightsRules.Check(Resolve("uid: 5, nice: -5", Root).App, Own(65532, 0) with { Capabilities = null }, "f", errors);
        Assert.Empty(errors);
    }

    [Fact]
    public void StageSpec_HoldsEverythingInOrder()
    {
        var (app, _) = Resolve(
            "uid: 'node', umask: '027', nice: -5, oom_score_adj: -7, no_new_privs: true, limits: {nofile: '5:6', core: 'unlimited', as: {soft: 1}, data: {hard: 2}}", Root);
        Assert.True(app.Process.NeedsStage);
        Assert.Equal(
            "o-7 n-5 G24,29,1001 l7=5:6 l4=18446744073709551615:18446744073709551615 l9=1:- l2=-:2 g1001 u1000 m23 p ",
            StageSpec.Write(app.Process));
    }

    [Fact]
    public void StageSpec_CanEmptyTheGroups() => Assert.Equal("G ", StageSpec.Write(Resolve("groups: []", Root with { Groups = [1] }).App.Process));

    static OwnProcess Own(uint id, ulong capabilities) => new()
    {
        Uid = id,
        Gid = id,
        Capabilities = capabilities,
        Nice = 5,
        OomScoreAdj = 100,
        SoftLimits = [.. Enumerable.Range(0, 16).Select(number => number == ResourceKind.Niceness ? 0UL : 1000UL)],
        HardLimits = [.. Enumerable.Repeat(1000UL, 16)],
        MostOpenFiles = 5000,
    };

    static (AppSpec App, List<ConfigError> Errors) Resolve(string fields, OwnProcess own)
    {
        var errors = new List<ConfigError>();
        var accounts = new AccountTable(Encoding.UTF8.GetBytes(Passwd), Encoding.UTF8.GetBytes(Group));
        return (IdentityResolver.Resolve(Reading.AppWith(fields), accounts, own, "f", errors), errors);
    }
}
