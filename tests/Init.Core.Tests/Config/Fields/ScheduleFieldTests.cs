using Init.Core.Config;
using Init.Core.Model;
using Init.Core.Schedules;
using Init.Core.Supervision;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`cron_restart` and `cron_timezone`: the pattern, and which zone holds.</summary>
public sealed class ScheduleFieldTests
{
    /// <summary>An image with two zones.</summary>
    static readonly ConfigContext Image = new()
    {
        Cpus = 1,
        FindZone = static name => name is "Europe/Berlin" or "Asia/Tokyo"
            ? new ZoneLookup(TimeZoneInfo.FindSystemTimeZoneById(name)) : new ZoneLookup(null, "there is no such zone in /usr/share/zoneinfo"),
    };

    [Theory]
    [InlineData("cron_restart: '0 3 * * *'", null, "0 3 * * * UTC")]
    [InlineData("cron: '@daily'", null, "@daily UTC")]
    [InlineData("cronRestart: ' 0 3 * * * '", null, "0 3 * * * UTC")]
    [InlineData("cron_restart: '0 3 * * *'", "Europe/Berlin", "0 3 * * * Europe/Berlin")]
    [InlineData("cron_restart: '0 3 * * *'", ":Europe/Berlin", "0 3 * * * Europe/Berlin")]
    [InlineData("cron_restart: '0 3 * * *'", "", "0 3 * * * UTC")]
    [InlineData("cron_restart: '0 3 * * *'", "Etc/UTC", "0 3 * * * UTC")]
    [InlineData("cron_restart: '0 3 * * *', env: {TZ: 'Asia/Tokyo'}", "Europe/Berlin", "0 3 * * * Asia/Tokyo")]
    [InlineData("cron_restart: '0 3 * * *', cron_timezone: 'UTC'", "Mars/Base", "0 3 * * * UTC")]
    [InlineData("cron_timezone: 'Asia/Tokyo', cron_restart: '0 3 * * *', env: {TZ: 'UTC'}", null, "0 3 * * * Asia/Tokyo")]
    [InlineData("cron_restart: 'CRON_TZ=Europe/Berlin 0 3 * * *', cron_timezone: 'Asia/Tokyo'", null, "0 3 * * * Europe/Berlin")]
    [InlineData("cron_restart: ' TZ=Asia/Tokyo  0 0 3 * * * '", null, "0 0 3 * * * Asia/Tokyo")]
    [InlineData("cron_restart: 0", "Mars/Base", null)]
    [InlineData("cron_restart: '0'", null, null)]
    [InlineData("cron_restart: ''", null, null)]
    [InlineData("cron_restart: false", null, null)]
    [InlineData("cron_restart: null", null, null)]
    [InlineData("cron_timezone: 'UTC'", null, null)]
    public void Schedule_IsRead_InItsZone(string fields, string? tz, string? expected)
    {
        var context = tz is null ? Image : Image with { Variables = new Dictionary<string, string> { ["TZ"] = tz } };
        var result = Read("{apps: [{script: 'a.js', " + fields + "}]}", context);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        var schedule = result.Ecosystem!.Apps[0].Schedule;
        Assert.Equal(expected, schedule is null ? null : $"{schedule.Text} {schedule.Zone}");
    }

    [Theory]
    [InlineData("cron_restart: '61 * * * *'", null,
        "ecosystem.json:1:40: apps[0].cron_restart: no cron pattern: \"61 * * * *\": minute, column 1: 61 is above 59; write a number from 0 to 59")]
    [InlineData("cron: 'CRON_TZ=UTC 0 24 * * *'", null, "apps[0].cron: no cron pattern: \"CRON_TZ=UTC 0 24 * * *\": hour, column 15: 24 is above 23")]
    [InlineData("cron_restart: 5", null, "expected a cron pattern, found the number 5")]
    [InlineData("cron_restart: true", null, "expected a cron pattern, found true; e.g. \"0 3 * * *\"; 0 or false for none")]
    [InlineData("cron_restart: 'CRON_TZ=UTC'", null, "column 12: the pattern is empty")]
    [InlineData("cron_restart: 'CRON_TZ=Mars/Base 0 3 * * *'", null,
        "apps[0].cron_restart: time zone \"Mars/Base\": there is no such zone in /usr/share/zoneinfo; install the package tzdata in the image, correct the name, or write UTC")]
    [InlineData("cron_timezone: 'Mars/Base'", null, "apps[0].cron_timezone: time zone \"Mars/Base\": there is no such zone")]
    [InlineData("cron_timezone: '../../etc/passwd'", null, "a name such as Europe/Berlin is expected")]
    [InlineData("cron_timezone: '/etc/localtime'", null, "a name such as Europe/Berlin is expected")]
    [InlineData("cron_timezone: 5", null, "found the number 5")]
    [InlineData("cron_restart: '0 3 * * *'", "Mars/Base",
        "ecosystem.json:1:40: apps[0].cron_restart: time zone \"Mars/Base\": there is no such zone in /usr/share/zoneinfo (from the variable TZ); install the package tzdata in the image, correct the name, or write UTC in \"cron_timezone\"")]
    [InlineData("cron_restart: '0 3 * * *'", "CET-1CEST,M3.5.0,M10.5.0/3", "a name such as Europe/Berlin is expected (from the variable TZ)")]
    public void Schedule_IsRefused_WithItsPlace(string fields, string? tz, string part)
    {
        var context = tz is null ? Image : Image with { Variables = new Dictionary<string, string> { ["TZ"] = tz } };
        var result = Read("{apps: [{script: 'a.js', " + fields + "}]}", context);
        Assert.Contains(part, Assert.Single(result.Errors).ToString());
    }

    [Theory]
    [InlineData("", ConcurrencyPolicy.Forbid)]
    [InlineData("concurrency_policy: 'forbid'", ConcurrencyPolicy.Forbid)]
    [InlineData("concurrency_policy: 'replace'", ConcurrencyPolicy.Replace)]
    [InlineData("concurrency_policy: 'allow', instances: 2", ConcurrencyPolicy.Allow)]
    public void Overlap_IsForbidden_UnlessAskedFor(string fields, ConcurrencyPolicy expected)
    {
        var result = Read("{apps: [{script: 'a.js', cron: '0 3 * * *', autorestart: false, " + fields + "}]}");
        Assert.Empty(result.Warnings);
        Assert.Equal(expected, result.Ecosystem!.Apps[0].Concurrency);
    }

    [Theory]
    [InlineData("concurrency_policy: 'Allow'", "expected one of \"forbid\", \"replace\", \"allow\"")]
    [InlineData("concurrency_policy: 'allow'", "apps[0].concurrency_policy: with one instance no run can go beside another; set \"instances\" to how many may run at once, 2 or more")]
    public void Overlap_IsRefused_WithItsPlace(string fields, string part)
    {
        var result = Read("{apps: [{script: 'a.js', cron: '0 3 * * *', autorestart: false, " + fields + "}]}");
        Assert.Contains(part, Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void Overlap_IsNothingForAService()
    {
        var warning = Assert.Single(Read("{apps: [{script: 'a.js', cron: '0 3 * * *', concurrency_policy: 'allow'}]}").Warnings);
        Assert.Contains("has no effect: this app is no job; a job has \"cron_restart\" and \"autorestart\": false", warning.ToString());
    }

    [Fact]
    public void Change_NeedsNoRestart()
    {
        var (skips, replaces) = (Accept("{apps: [{script: 'a.js', cron: '0 3 * * *', autorestart: false}]}"), Accept("{apps: [{script: 'a.js', cron: '0 3 * * *', autorestart: false, concurrency_policy: 'replace'}]}"));
        Assert.Equal("a: adjusted (concurrency_policy)", EcosystemChange.Between(skips, replaces).ToString());
        var (old, now) = (Accept("{apps: [{script: 'a.js', cron: '0 3 * * *'}]}"), Accept("{apps: [{script: 'a.js', cron: '0 4 * * *'}]}"));
        Assert.Equal("a: adjusted (cron_restart)", EcosystemChange.Between(old, now).ToString());
        var zoned = Read("{apps: [{script: 'a.js', cron: '0 4 * * *', cron_timezone: 'Asia/Tokyo'}]}", Image).Ecosystem!;
        Assert.Equal("a: adjusted (cron_timezone)", EcosystemChange.Between(now, zoned).ToString());
        Assert.Equal("a: adjusted (cron_timezone, cron_restart, concurrency_policy)".Length, EcosystemChange.Between(zoned, Accept("{apps: [{script: 'a.js'}]}")).ToString().Length);
    }

    [Fact]
    public void Job_IsAnAppWithAScheduleAndNoAutorestart()
    {
        Assert.True(AppWith("cron: '0 3 * * *', autorestart: false").IsJob);
        Assert.False(AppWith("cron: '0 3 * * *'").IsJob);
        Assert.False(AppWith("cron: 0, autorestart: false").IsJob);
    }
}
