using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>What a file says and cannot mean.</summary>
public sealed class PointlessFieldTests
{
    [Theory]
    [InlineData("cron: '0 3 * * *', autorestart: false, essential: true", "1:65: apps[0].essential: has no effect: the runs of a job end, and the container stays for the next one; remove it")]
    [InlineData("cron_timezone: 'UTC'", "apps[0].cron_timezone: has no effect: this app has no schedule; add \"cron_restart\", or remove it")]
    [InlineData("max_memory_restart: 0", "apps[0].max_memory_restart: 0 is no limit; write a size such as \"300M\", or remove it")]
    [InlineData("max_memory_restart: '0M'", "0 is no limit")]
    public void App_IsWarnedOf(string fields, string message) =>
        Assert.Contains(message, Assert.Single(Read($"{{apps: [{{script: 'a.js', {fields}}}]}}").Warnings).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("cron: '0 3 * * *', autorestart: false, cron_timezone: 'UTC'")]
    [InlineData("cron: '0 3 * * *', essential: true")]
    [InlineData("cron: '0 3 * * *', autorestart: false, essential: false, max_memory_restart: '1M'")]
    public void App_MeansIt(string fields) => Assert.Empty(Read($"{{apps: [{{script: 'a.js', {fields}}}]}}").Warnings);

    [Fact]
    public void TaskWithASchedule_IsRefused() => Assert.Contains(
        "apps[0].cron_restart: a task runs once, and has no schedule; remove \"type\": a job, which runs by a schedule, has \"cron_restart\" and \"autorestart\": false",
        Assert.Single(Read("{apps: [{script: 'a.js', type: 'task', cron_restart: '0 3 * * *'}]}").Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("{name: 'a', script: 'x', pid_file: '/run/x.pid'}, {name: 'b', script: 'y', pid_file: '/run/x.pid'}", true)]
    [InlineData("{name: 'a', script: 'x', cwd: '/run', pid_file: 'x.pid'}, {name: 'b', script: 'y', cwd: '/run', pid_file: 'x.pid'}", true)]
    [InlineData("{name: 'a', script: 'x', cwd: '/run', pid_file: 'x.pid'}, {name: 'b', script: 'y', cwd: '/tmp', pid_file: 'x.pid'}", false)]
    [InlineData("{name: 'a', script: 'x', instances: 2, exec_mode: 'fork', pid_file: '/run/x.pid'}, {name: 'b', script: 'y', pid_file: '/run/x.pid'}", false)]
    public void OnePidFile_OfTwoApps_IsWarnedOf(string apps, bool expected)
    {
        var said = string.Join('\n', Read($"[{apps}]").Warnings);
        Assert.Equal(expected, said.Contains("[1].name: \"pid_file\" is also that of \"a\"", StringComparison.Ordinal));
    }
}
