using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>User, groups, umask, priorities, limits and sizes: good, bad, boundary.</summary>
public sealed class ProcessFieldTests
{
    [Theory]
    [InlineData("uid: 1000", "1000", null)]
    [InlineData("uid: 0", "0", null)]
    [InlineData("uid: '1000'", "1000", null)]
    [InlineData("user: 'node'", "node", null)]
    [InlineData("uid: 4294967294", "4294967294", null)]
    [InlineData("uid: '1000:1001'", "1000", "1001")]
    [InlineData("uid: 'node:www-data'", "node", "www-data")]
    [InlineData("uid: 'node', gid: 5", "node", "5")]
    [InlineData("gid: 5, uid: 'node'", "node", "5")]
    [InlineData("gid: 'staff'", null, "staff")]
    public void Account_IsRead(string fields, string? user, string? group)
    {
        var asked = AppWith(fields).Process;
        Assert.Equal(user, Text(asked.User));
        Assert.Equal(group, Text(asked.Group));
        Assert.Null(asked.Groups);
    }

    [Theory]
    [InlineData("uid: -1", "a number from 0 to 4294967294")]
    [InlineData("uid: 4294967295", "a number from 0 to 4294967294")]
    [InlineData("uid: 1.5", "a number from 0 to 4294967294")]
    [InlineData("uid: ''", "remove the field to keep pminit's own")]
    [InlineData("uid: 'a b'", "a name has no blanks")]
    [InlineData("uid: 'a:b:c'", "expected \"user:group\"")]
    [InlineData("uid: 'node:'", "for the user alone leave the colon out")]
    [InlineData("uid: ':node'", "for the group alone write \"gid\"")]
    [InlineData("uid: true", "found true")]
    [InlineData("uid: 'a:b', gid: 1", "the group is in \"uid\" already, after its colon; keep one of the two")]
    [InlineData("user: 'a', uid: 1", "the same field as \"user\"")]
    [InlineData("gid: 'a:b'", "a name has no blanks, colons or commas")]
    [InlineData("groups: true", "found true")]
    [InlineData("groups: ['a', {}]", "apps[0].groups[1]")]
    [InlineData("umask: '888'", "octal text")]
    [InlineData("umask: 18", "write e.g. \"027\"")]
    [InlineData("umask: '01000'", "octal text")]
    [InlineData("umask: ''", "octal text")]
    [InlineData("umask: '0o'", "octal text")]
    [InlineData("umask: -1", "octal text")]
    [InlineData("nice: 20", "a number from -20 to 19")]
    [InlineData("nice: -21", "a number from -20 to 19")]
    [InlineData("oom_score_adj: 1001", "a number from -1000 to 1000")]
    [InlineData("no_new_privs: 1", "true or false")]
    [InlineData("limits: 5", "an object of limits")]
    [InlineData("limits: {nofiles: 5}", "did you mean \"nofile\"?")]
    [InlineData("limits: {zzzzz: 5}", "the names are nofile")]
    [InlineData("limits: {nofile: 5, LimitNOFILE: 6}", "a second limit \"nofile\"")]
    [InlineData("limits: {nofile: '6:5'}", "the soft limit is above the hard one")]
    [InlineData("limits: {nofile: 'unlimited:5'}", "the soft limit is above the hard one")]
    [InlineData("limits: {nofile: {soft: 6, hard: 5}}", "the soft limit is above the hard one")]
    [InlineData("limits: {nofile: {max: 5}}", "a limit has \"soft\" and \"hard\"")]
    [InlineData("limits: {nofile: -2}", "a whole number, or \"unlimited\"")]
    [InlineData("limits: {nofile: '5M'}", "a whole number, or \"unlimited\"")]
    [InlineData("limits: {nofile: 1.5}", "a whole number, or \"unlimited\"")]
    [InlineData("limits: {cpu: 'x'}", "a number of milliseconds")]
    [InlineData("limits: {cpu: '1:2:3'}", "seconds, text like \"90s\"")]
    [InlineData("limits: {as: 'x'}", "a size: bytes")]
    [InlineData("limits: {as: []}", "found a list")]
    public void Field_IsRefused_WhenItCannotBeMeant(string field, string part) => Assert.Contains(part, Refuse(field).ToString());

    [Theory]
    [InlineData("['a', 5, '6']", "a 5 6")]
    [InlineData("[]", "")]
    [InlineData("'a, b 7'", "a b 7")]
    [InlineData("''", "")]
    [InlineData("5", "5")]
    public void Groups_AreReadInAnyForm(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', AppWith("groups: " + text).Process.Groups!.Items.Select(Text)));

    [Theory]
    [InlineData("'027'", 23)]
    [InlineData("'0o27'", 23)]
    [InlineData("'27'", 23)]
    [InlineData("'0'", 0)]
    [InlineData("'0777'", 511)]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    public void Umask_IsOctal(string text, int value)
    {
        var result = Read("{apps: [{script: 'a.js', umask: " + text + "}]}");
        Assert.Empty(result.Warnings);
        Assert.Equal(value, result.Ecosystem!.Apps[0].Process.Umask);
    }

    [Fact]
    public void Umask_AsANumber_IsOctalWithAWarning()
    {
        var result = Read("{apps: [{script: 'a.js', umask: 27}]}");
        Assert.Equal(23, result.Ecosystem!.Apps[0].Process.Umask);
        Assert.Equal("ecosystem.json:1:33: apps[0].umask: the number 27 is read as octal 27; write it in quotes: \"027\"", Assert.Single(result.Warnings).ToString());
    }

    [Theory]
    [InlineData("nofile: 5", "nofile 5 5")]
    [InlineData("NOFILE: '5:6'", "nofile 5 6")]
    [InlineData("LimitNOFILE: {soft: 5}", "nofile 5 -")]
    [InlineData("RLIMIT_NOFILE: {hard: 5}", "nofile - 5")]
    [InlineData("core: 'unlimited'", "core max max")]
    [InlineData("core: 'infinity'", "core max max")]
    [InlineData("core: -1", "core max max")]
    [InlineData("stack: '8M:unlimited'", "stack 8388608 max")]
    [InlineData("stack: ' 8M : 16M '", "stack 8388608 16777216")]
    [InlineData("as: 4096", "as 4096 4096")]
    [InlineData("cpu: 90", "cpu 90 90")]
    [InlineData("cpu: '90'", "cpu 90 90")]
    [InlineData("cpu: '1.5s'", "cpu 2 2")]
    [InlineData("cpu: '2m:1h'", "cpu 120 3600")]
    [InlineData("rttime: '1ms'", "rttime 1000 1000")]
    [InlineData("nofile: null", "")]
    public void Limit_IsRead(string text, string expected) =>
        Assert.Equal(expected, string.Join("; ", AppWith("limits: {" + text + "}").Process.Limits.Select(l => $"{l.Kind.Name} {Text(l.Soft)} {Text(l.Hard)}")));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1048576)]
    [InlineData("'200'", 200)]
    [InlineData("'200B'", 200)]
    [InlineData("'200K'", 204800)]
    [InlineData("'200k'", 204800)]
    [InlineData("'200M'", 209715200)]
    [InlineData("'100MB'", 104857600)]
    [InlineData("'100mb'", 104857600)]
    [InlineData("'512MiB'", 536870912)]
    [InlineData("'1.5G'", 1610612736)]
    [InlineData("' 2 G '", 2147483648)]
    [InlineData("'1T'", 1099511627776)]
    [InlineData("'80%'", 800)]
    [InlineData("'100 %'", 1000)]
    [InlineData("'0.1%'", 1)]
    public void Size_IsRead(string text, ulong bytes)
    {
        var result = Read("{apps: [{script: 'a.js', limits: {as: " + text + "}}]}", new ConfigContext { Cpus = 1, MemoryLimitBytes = 1000 });
        Assert.Empty(result.Errors);
        Assert.Equal(bytes, result.Ecosystem!.Apps[0].Process.Limits[0].Soft);
    }

    [Theory]
    [InlineData("'101%'", "at most 100%")]
    [InlineData("'0%'", "above 0%")]
    [InlineData("'5X'", "the units are B, K, M, G, T")]
    [InlineData("'5MBB'", "the units are")]
    [InlineData("'-5M'", "between 0 and 8192 TiB")]
    [InlineData("'99999T'", "between 0 and 8192 TiB")]
    [InlineData("1.5", "a size: bytes")]
    [InlineData("'M'", "a size: bytes")]
    [InlineData("'80%'", "how much the container may use cannot be told here")]
    public void Size_IsRefused_WhenItCannotBeMeant(string text, string part) => Assert.Contains(part, Refuse("limits: {as: " + text + "}").ToString());

    [Fact]
    public void App_AsksForNothing_WhenTheFileDoesNot()
    {
        Assert.Equal(ProcessSettings.None, AppWith("no_new_privs: false").Process with { Limits = ProcessSettings.None.Limits });
        Assert.False(AppWith("limits: {}").Process.NeedsStage);
    }

    static string? Text(AskedAccount? account) => account is null ? null : account.Name ?? account.Number.ToString();

    static string Text(ulong? limit) => limit is null ? "-" : limit == ResourceLimit.Unlimited ? "max" : $"{limit}";
}
