using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>Fields that name a file which pminit writes: `pid_file`, `pminit.termination_log`.</summary>
public sealed class FileFieldTests
{
    static AppSpec App(string fields) => Accept($"{{apps: [{{script: 'a', {fields}}}]}}").Apps[0];

    [Theory]
    [InlineData("pid_file: '/run/a.pid'", 0, "/run/a.pid")]
    [InlineData("pid: 'a.pid'", 0, "a.pid")]
    [InlineData("pidFile: 'a.pid', cwd: '/srv'", 0, "/srv/a.pid")]
    [InlineData("pid_file: '/run/a.pid', cwd: '/srv'", 0, "/run/a.pid")]
    [InlineData("pid_file: '/run/a.pid', instances: 3", 2, "/run/a-2.pid")]
    [InlineData("pid_file: '/run.d/pid', instances: 2", 0, "/run.d/pid-0")]
    [InlineData("pid_file: '/run/.pid', instances: 2", 1, "/run/.pid-1")]
    [InlineData("pid_file: false", 0, null)]
    [InlineData("pid_file: 'off'", 0, null)]
    [InlineData("pid_file: null", 0, null)]
    [InlineData("name: 'x'", 0, null)]
    public void PidFile_IsFound(string fields, int index, string? expected) => Assert.Equal(expected, PidFile.PathOf(App(fields), index));

    [Theory]
    [InlineData("pid_file: true", "expected a path, or false, found true")]
    [InlineData("pid_file: ''", "the text is empty")]
    [InlineData("pid_file: []", "found a list")]
    public void Mistake_IsRefused(string field, string expected)
    {
        var result = Read($"{{apps: [{{script: 'a', {field}}}]}}");
        Assert.Null(result.Ecosystem);
        Assert.Contains(expected, Assert.Single(result.Errors).ToString());
    }

    [Theory]
    [InlineData("{}", "/dev/termination-log")]
    [InlineData("{termination_log: false}", "")]
    [InlineData("{termination_log: 'off'}", "")]
    [InlineData("{termination_log: '/tmp/why'}", "/tmp/why")]
    public void TerminationLog_IsRead(string settings, string expected) =>
        Assert.Equal(expected, Accept($"{{pminit: {settings}, apps: [{{script: 'a'}}]}}").Settings.TerminationLog);
}
