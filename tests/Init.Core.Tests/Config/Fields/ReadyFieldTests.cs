using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`ready_when`, `wait_ready`, `listen_timeout`, `watchdog`: what they come to, and every way to be wrong.</summary>
public sealed class ReadyFieldTests
{
    static AppSpec App(string fields) => Accept($"{{apps: [{{script: 'a', {fields}}}]}}").Apps[0];

    static string Refusal(string fields)
    {
        var result = Read($"{{apps: [{{script: 'a', {fields}}}]}}");
        Assert.Null(result.Ecosystem);
        return Assert.Single(result.Errors).ToString();
    }

    [Theory]
    [InlineData("ready_when: 'running'", "running")]
    [InlineData("ready_when: 'notify'", "notify")]
    [InlineData("ready_when: 'uptime'", "uptime")]
    [InlineData("ready_when: {uptime: '5s'}", "{uptime: 5000}")]
    [InlineData("ready_when: {fd: 3}", "{fd: 3}")]
    [InlineData("ready_when: {fd: '255'}", "{fd: 255}")]
    [InlineData("ready_when: {log: 'listening on \\\\d+'}", "{log: \"listening on \\d+\"}")]
    [InlineData("readyWhen: 'notify'", "notify")]
    [InlineData("ready_when: null", "running")]
    [InlineData("ready_when: 'message'", "message")]
    [InlineData("wait_ready: true", "message")]
    [InlineData("waitReady: true, ready_when: 'message'", "message")]
    public void ReadyWhen_IsRead(string field, string expected) => Assert.Equal(expected, App(field).ReadyWhen.ToString());

    [Theory]
    [InlineData("ready_when: 'soon'", "one of \"running\", \"listening\"")]
    [InlineData("ready_when: true", "found true")]
    [InlineData("ready_when: {}", "an object with one of")]
    [InlineData("ready_when: {fd: 3, log: 'x'}", "an object with one of")]
    [InlineData("ready_when: {fd: 2}", "a descriptor from 3 to 255")]
    [InlineData("ready_when: {fd: 256}", "a descriptor from 3 to 255")]
    [InlineData("ready_when: {listening: 0}", "a port from 1 to 65535")]
    [InlineData("ready_when: {log: ''}", "the text is empty")]
    [InlineData("ready_when: {log: 'a('}", "no regular expression: InsufficientClosingParentheses at its character 2")]
    [InlineData("ready_when: {uptime: '5d'}", "the units are ms, s, m and h")]
    [InlineData("ready_when: {lgo: 'a'}", "unknown kind of readiness")]
    [InlineData("ready_when: 'notify', wait_ready: true", "keep one of the two")]
    [InlineData("ready_when: 'notify', type: 'task'", "a task is never ready")]
    [InlineData("wait_ready: true, type: 'task'", "a task is never ready")]
    [InlineData("listen_timeout: 0", "over before it begins")]
    public void Mistake_IsRefused(string fields, string expected) => Assert.Contains(expected, Refusal(fields));

    [Theory]
    [InlineData("wait_ready: true", true)]
    [InlineData("shutdown_with_message: true", true)]
    [InlineData("shutdownWithMessage: false", false)]
    [InlineData("ready_when: 'notify'", false)]
    public void Channel_IsNeeded_ForMessages(string fields, bool expected) => Assert.Equal(expected, App(fields).NeedsChannel);

    [Fact]
    public void Times_AreRead()
    {
        var app = App("listenTimeout: '1.5s', watchdog: 2000, wait_ready: false");
        Assert.Equal((1500, 2000, ReadyKind.Running), (app.ListenTimeout.TotalMilliseconds, app.Watchdog.TotalMilliseconds, app.ReadyWhen.Kind));
        Assert.True(app.Notifies);
    }
}
