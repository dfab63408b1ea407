using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`health_check`: what every form comes to, and every way to be wrong.</summary>
public sealed class HealthFieldTests
{
    static AppSpec App(string fields) => Accept($"{{apps: [{{script: 'a', {fields}}}]}}").Apps[0];

    static string Refusal(string fields)
    {
        var result = Read($"{{apps: [{{script: 'a', {fields}}}]}}");
        Assert.Null(result.Ecosystem);
        return Assert.Single(result.Errors).ToString();
    }

    [Theory]
    [InlineData("http: 'http://127.0.0.1:3000/health'", "GET http://127.0.0.1:3000/health")]
    [InlineData("http: 'HTTP://localhost:3000/a/b?c=d'", "GET http://localhost:3000/a/b?c=d")]
    [InlineData("http: 'http://10.1.2.3'", "GET http://10.1.2.3:80/")]
    [InlineData("http: ':3000/health'", "GET http://localhost:3000/health")]
    [InlineData("http: ':3000'", "GET http://localhost:3000/")]
    [InlineData("http: '/health'", "GET http://localhost:8080/health")]
    [InlineData("http: '127.0.0.1/health'", "GET http://127.0.0.1:8080/health")]
    [InlineData("http: '[::1]:3000/health'", "GET http://[::1]:3000/health")]
    [InlineData("http: {path: '/up', port: 81, host: '::1'}", "GET http://[::1]:81/up")]
    [InlineData("http: {path: '/up', port: '81', host: null}", "GET http://localhost:81/up")]
    [InlineData("http: {}", "GET http://localhost:8080/")]
    [InlineData("tcp: 5432", "connect to localhost:5432")]
    [InlineData("tcp: '5432'", "connect to localhost:5432")]
    [InlineData("tcp: ':5432'", "connect to localhost:5432")]
    [InlineData("tcp: '127.0.0.1:5432'", "connect to 127.0.0.1:5432")]
    [InlineData("tcp: 'localhost'", "connect to localhost:8080")]
    [InlineData("tcp: 'unix:/run/a b.sock'", "connect to /run/a b.sock")]
    [InlineData("exec: 'check.sh --quick'", "command check.sh")]
    [InlineData("exec: ['CMD', 'pg_isready', '-q']", "command pg_isready")]
    [InlineData("exec: ['CMD-SHELL', 'curl x || exit 1']", "command curl x || exit 1")]
    [InlineData("exec: 'a | b'", "command a | b")]
    public void Probe_IsRead(string probe, string expected) => Assert.Equal(expected, App($"port: 8080, health_check: {{{probe}}}").HealthCheck!.Describe(0));

    [Fact]
    public void Command_HasItsWordsAndInterpreter()
    {
        var check = App("health_check: {exec: ['check.py', 'a b']}").HealthCheck!.Command!;
        Assert.Equal(("check.py", "a b", "python3"), (check.Program, Assert.Single(check.Args), check.Interpreters[0]));
        Assert.True(App("health_check: {exec: 'a | b'}").HealthCheck!.Command!.IsShellLine);
    }

    [Fact]
    public void Fields_AreRead_AndHaveDefaults()
    {
        var check = App("healthCheck: {tcp: 1, interval: '2s', timeout: 300, retries: '5', startPeriod: '1m', action: 'unready'}").HealthCheck!;
        Assert.Equal((2000, 300, 5, 60_000, HealthAction.Unready),
            (check.Interval.TotalMilliseconds, check.Timeout.TotalMilliseconds, check.Retries, check.StartPeriod.TotalMilliseconds, check.Action));
        check = App("health_check: {tcp: 1}").HealthCheck!;
        Assert.Equal((10_000, 5000, 3, 0, HealthAction.Restart),
            (check.Interval.TotalMilliseconds, check.Timeout.TotalMilliseconds, check.Retries, check.StartPeriod.TotalMilliseconds, check.Action));
        Assert.Null(App("health_check: null").HealthCheck);
    }

    [Theory]
    [InlineData("env: {PORT: 3000}, increment_var: 'PORT', instances: 3, health_check: {http: '/'}", 3000, 3002)]
    [InlineData("port: 3000, increment_var: 'PORT', instances: 3, health_check: {tcp: 'localhost'}", 3000, 3002)]
    [InlineData("port: 3000, increment_var: 'PORT', instances: 3, health_check: {tcp: 3005}", 3005, 3005)]
    [InlineData("port: 3000, increment_var: 'OTHER', health_check: {http: '/'}", 3000, 3000)]
    public void PortOfTheApp_IsTheInstancesOwn(string fields, int first, int third)
    {
        var check = App(fields).HealthCheck!;
        Assert.Equal((first, third), (check.PortOf(0), check.PortOf(2)));
    }

    [Theory]
    [InlineData("health_check: {}", "health_check: it does not say what to check; write one of \"http\", \"tcp\" and \"exec\"")]
    [InlineData("health_check: {interval: 5}", "does not say what to check")]
    [InlineData("health_check: {http: ':1/', tcp: 2}", "more than one thing")]
    [InlineData("health_check: true", "expected an object")]
    [InlineData("health_check: {htpp: '/'}", "did you mean \"http\"?")]
    [InlineData("health_check: {http: '/'}", "it names no port, and the app has none; write the port")]
    [InlineData("env: {PORT: '/run/x'}, health_check: {http: '/'}", "it names no port, and the app has none")]
    [InlineData("port: 65535, increment_var: 'PORT', instances: 2, health_check: {http: '/'}", "65535 and up, is none")]
    [InlineData("health_check: {http: 'https://127.0.0.1/'}", "a check cannot speak TLS")]
    [InlineData("health_check: {http: 'http://example.com/'}", "\"example.com\" is no address: names are not looked up")]
    [InlineData("health_check: {http: 'http://db:80/'}", "\"db\" is no address")]
    [InlineData("health_check: {http: 'http://127.1/'}", "is no address")]
    [InlineData("health_check: {http: ':0/'}", "expected \"http://127.0.0.1:3000/health\"")]
    [InlineData("health_check: {http: ':x/'}", "expected \"http://127.0.0.1:3000/health\"")]
    [InlineData("health_check: {http: ':65536/'}", "expected \"http://127.0.0.1:3000/health\"")]
    [InlineData("health_check: {http: ':80/a b'}", "is no path of a URL")]
    [InlineData("health_check: {http: ':80/\\r\\nX: y'}", "is no path of a URL")]
    [InlineData("health_check: {http: ':80/ä'}", "is no path of a URL")]
    [InlineData("health_check: {http: {port: 80, path: 'up'}}", "is no path of a URL")]
    [InlineData("health_check: {http: {port: 0}}", "health_check.http.port: expected a port from 1 to 65535")]
    [InlineData("health_check: {http: {port: 80, hots: 'x'}}", "health_check.http.hots: unknown field")]
    [InlineData("health_check: {http: 3000}", "expected \"http://127.0.0.1:3000/health\"")]
    [InlineData("health_check: {tcp: 0}", "a port from 1 to 65535")]
    [InlineData("health_check: {tcp: 'db:5432'}", "\"db\" is no address")]
    [InlineData("health_check: {tcp: 'unix:run/x'}", "an absolute path")]
    [InlineData("health_check: {tcp: []}", "expected a port")]
    [InlineData("health_check: {exec: []}", "a command that begins with a program")]
    [InlineData("health_check: {exec: ['CMD']}", "a command that begins with a program")]
    [InlineData("health_check: {exec: ''}", "the text is empty")]
    [InlineData("health_check: {exec: 'a \"b'}", "is never closed")]
    [InlineData("health_check: {exec: 1}", "a command: text, or a list")]
    [InlineData("health_check: {tcp: 1, retries: 0}", "1 or more")]
    [InlineData("health_check: {tcp: 1, interval: 0}", "over before it begins")]
    [InlineData("health_check: {tcp: 1, timeout: 0}", "over before it begins")]
    [InlineData("health_check: {tcp: 1, action: 'kill'}", "one of \"restart\", \"unready\"")]
    [InlineData("type: 'task', health_check: {tcp: 1}", "a task is not checked")]
    [InlineData("ready_when: 'health_check'", "there is no \"health_check\" that could pass; add one")]
    public void Mistake_IsRefused(string fields, string expected) => Assert.Contains(expected, Refusal(fields));

    [Fact]
    public void ReadyWhen_MayBeTheCheck() => Assert.Equal(ReadyKind.HealthCheck, App("health_check: {tcp: 1}, ready_when: 'health_check'").ReadyWhen.Kind);

    [Theory]
    [InlineData("http: '/x'", "\"http\": \"http://localhost:3000/x\"")]
    [InlineData("http: '/x'", "\"port_per_instance\": true")]
    [InlineData("tcp: 'unix:/run/x'", "\"tcp\": \"unix:/run/x\"")]
    [InlineData("exec: 'a b'", "\"program\": \"a\"")]
    public void Check_IsPrinted(string probe, string expected)
        => Assert.Contains(expected, EffectiveConfig.Write(Accept($"{{apps: [{{script: 'a', port: 3000, increment_var: 'PORT', health_check: {{{probe}}}}}]}}")));
}
