using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`depends_on`, `type`, `autostart`, `shutdown_delay`: what they come to, and every way to be wrong.</summary>
public sealed class OrderFieldTests
{
    const string Others = "{name: 'db', script: 'd'}, {name: 'migrate', script: 'm', type: 'task'}, {name: 'once', script: 'o', autorestart: false}";

    static AppSpec Api(string dependsOn) => Accept($"{{apps: [{{name: 'api', script: 'a', depends_on: {dependsOn}}}, {Others}]}}").Apps[0];

    static ConfigError RefuseApps(string apps)
    {
        var result = Read($"[{apps}]");
        Assert.Null(result.Ecosystem);
        return Assert.Single(result.Errors);
    }

    static string Text(AppSpec app) => string.Join(" ", app.DependsOn.Select(d => $"{d.App}:{d.Word}"));

    [Theory]
    [InlineData("'db'", "db:ready")]
    [InlineData("'migrate'", "migrate:completed")]
    [InlineData("['db', 'migrate', 'once']", "db:ready migrate:completed once:ready")]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    [InlineData("{db: null, migrate: {}}", "db:ready migrate:completed")]
    [InlineData("{db: 'started', migrate: {condition: 'ready'}}", "db:started migrate:ready")]
    [InlineData("{db: {condition: 'service_started'}, once: {condition: 'service_completed_successfully'}}", "db:started once:completed")]
    [InlineData("{db: {condition: 'service_healthy'}}", "db:ready")]
    [InlineData("{db: {condition: null}}", "db:ready")]
    public void DependsOn_IsRead(string written, string expected) => Assert.Equal(expected, Text(Api(written)));

    [Fact]
    public void DependsOn_TakesReferences() =>
        Assert.Equal("db:started", Text(Read($"[{{name: 'api', script: 'a', depends_on: {{db: '${{C:-started}}'}}}}, {Others}]").Ecosystem!.Apps[0]));

    [Theory]
    [InlineData("5", "expected an app's name, a list of names, or an object of conditions")]
    [InlineData("[5]", "apps[0].depends_on[0]")]
    [InlineData("['']", "the text is empty")]
    [InlineData("{db: 'healthy'}", "expected one of \"started\", \"ready\", \"completed\"")]
    [InlineData("{db: {condition: {condition: 'ready'}}}", "apps[0].depends_on.db.condition")]
    [InlineData("{db: {condition: 'ready', restart: true}}", "a dependency has only a \"condition\"")]
    [InlineData("'migrat'", "no app is called \"migrat\"; did you mean \"migrate\"?")]
    [InlineData("'zookeeper'", "there are: \"api\", \"db\", \"migrate\", \"once\"")]
    [InlineData("'api'", "the app would wait for itself; remove it")]
    [InlineData("['db', 'once', 'db']", "1:63: apps[0].depends_on[2]: a second time \"db\", the first is apps[0].depends_on[0] at line 1; keep one of the two")]
    [InlineData("{db: 'completed'}", "\"db\" is started again whenever it ends, so it is never \"completed\"; write \"type\": \"task\" or \"autorestart\": false there, or wait until it is \"ready\"")]
    public void DependsOn_IsRefused(string written, string message)
    {
        var result = Read($"{{apps: [{{name: 'api', script: 'a', depends_on: {written}}}, {Others}]}}");
        Assert.Contains(message, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{name: 'a', script: 'x', depends_on: 'b'}, {name: 'b', script: 'x', depends_on: 'a'}", "a -> b -> a")]
    [InlineData("{name: 'x', script: 'x', depends_on: 'a'}, {name: 'a', script: 'x', depends_on: 'b'}, {name: 'b', script: 'x', depends_on: {c: 'started'}}, {name: 'c', script: 'x', depends_on: 'a'}", "a -> b -> c -> a")]
    public void Circle_IsRefused_AndShown(string apps, string circle)
    {
        var error = RefuseApps(apps);
        Assert.EndsWith($": these apps wait for one another, so none would start: {circle}; remove one of the dependencies", error.ToString(), StringComparison.Ordinal);
        Assert.True(error.Position.Column > 1);
    }

    [Fact]
    public void Circles_AreShownCut_AndNotWithoutEnd()
    {
        var names = Enumerable.Range(0, 60).ToList();
        var apps = names.Select(i => $"{{name: 'n{i}', script: 'x', depends_on: [{string.Join(",", names.Where(j => j != i).Select(j => $"'n{j}'"))}]}}");
        var result = Read($"[{string.Join(",", apps)}]");
        Assert.Equal(10, result.Errors.Length);
        Assert.All(result.Errors, error => Assert.InRange(error.Message.Length, 1, 300));
        Assert.Contains(", …", string.Join("|", Read("[" + string.Join(",", names.Select(i => $"{{name: 'n{i}', script: 'x', depends_on: 'zzzzzzz'}}")) + "]").Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void LongChain_IsNoCircle()
    {
        var apps = Enumerable.Range(0, 5000).Select(i => $"{{name: 'n{i}', script: 'x'{(i == 4999 ? "" : $", depends_on: 'n{i + 1}'")}}}");
        Assert.Equal(5000, Accept($"[{string.Join(",", apps)}]").Apps.Length);
    }

    [Fact]
    public void UnknownName_IsNoError_WhereAnAppHasNoNameForAnErrorOfItsOwn() =>
        Assert.Contains("contains '/'", RefuseApps("{name: 'api', script: 'a', depends_on: 'd'}, {name: 'd/b', script: 'd'}").Message, StringComparison.Ordinal);

    [Fact]
    public void PlainName_IsFound_AfterAppendEnvToName()
    {
        var text = "[{name: 'api', script: 'a', depends_on: ['db', 'log-prod'], env_prod: {}}, {name: 'db', script: 'd', append_env_to_name: true, env_prod: {}}, "
            + "{name: 'log', script: 'l', append_env_to_name: true, env_prod: {}}]";
        var result = Read(text, new ConfigContext { Cpus = 1, Profile = "prod" });
        Assert.Empty(result.Errors);
        Assert.Equal("db-prod:ready log-prod:ready", Text(result.Ecosystem!.Apps[0]));
    }

    [Theory]
    [InlineData("api", "api:migrate,db migrate:db db:")]
    [InlineData("db", "db:")]
    [InlineData("migrate,other", "migrate:db db: other:")]
    public void Only_TakesWhatTheChosenDependOn(string only, string expected)
    {
        const string File = "[{name: 'api', script: 'a', depends_on: ['migrate', 'db']}, {name: 'migrate', script: 'm', type: 'task', depends_on: 'db'}, {name: 'db', script: 'd'}, {name: 'other', script: 'o'}]";
        var result = Read(File, new ConfigContext { Cpus = 1, Only = [.. only.Split(',')] });
        Assert.Equal(expected, string.Join(" ", result.Ecosystem!.Apps.Select(app => $"{app.Name}:{string.Join(",", app.DependsOn.Select(d => d.App))}")));
    }

    [Fact]
    public void Only_ChecksTheDependenciesOfAll()
    {
        var result = Read("[{name: 'api', script: 'a'}, {name: 'b', script: 'b', depends_on: 'nobody'}]", new ConfigContext { Cpus = 1, Only = ["api"] });
        Assert.Contains("no app is called \"nobody\"", Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Task_EndsByItself_AndItsFailureEndsTheContainer()
    {
        var task = AppWith("type: 'task'");
        Assert.Equal((true, false, false, true), (task.IsTask, task.AutoRestart, task.Essential, task.EssentialOnFailure));
        task = AppWith("type: 'task', autorestart: true, essential: false");
        Assert.Equal((true, true, false, false), (task.IsTask, task.AutoRestart, task.Essential, task.EssentialOnFailure));
        task = AppWith("type: 'task', essential: true");
        Assert.Equal((true, true), (task.Essential, task.EssentialOnFailure));
        Assert.Equal((false, true, false), (AppWith("type: 'service'").IsTask, AppWith("type: 'service'").AutoRestart, AppWith("type: 'service'").EssentialOnFailure));
        Assert.Contains("one of \"service\", \"task\"", Refuse("type: 'job'").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Autostart_IsRead_AndAWarningWhereSomethingWaits()
    {
        Assert.False(AppWith("autostart: false").AutoStart);
        Assert.True(AppWith("autostart: true").AutoStart);
        var warning = Assert.Single(Read("[{name: 'api', script: 'a', depends_on: 'db'}, {name: 'db', script: 'd', autostart: false}]").Warnings);
        Assert.Contains("this app waits until somebody starts it", warning.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ShutdownDelay_IsRead()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), AppWith("shutdown_delay: '5s'").ShutdownDelay);
        Assert.Null(AppWith("").ShutdownDelay);
        Assert.Equal(TimeSpan.FromSeconds(3), Accept("{apps: [{script: 'a'}], pminit: {shutdown_delay: 3000}}").Settings.ShutdownDelay);
    }

    [Theory]
    [InlineData("{apps: [{script: 'a', shutdown_delay: '10s'}], pminit: {shutdown_timeout: '10s'}}", "1:23: apps[0].shutdown_delay: not shorter than \"pminit.shutdown_timeout\" (10000 ms)")]
    [InlineData("{apps: [{script: 'a'}], pminit: {shutdown_timeout: '10s', shutdownDelay: '20s'}}", "pminit.shutdownDelay: not shorter than")]
    [InlineData("{script: 'a', shutdown_delay: 2, pminit: {shutdown_timeout: 1}}", "when that has passed, apps are killed without their stop signal")]
    [InlineData("{apps: [{script: 'a', shutdown_delay: '9s'}], pminit: {shutdown_timeout: '10s'}}", null)]
    [InlineData("{apps: [{script: 'a', shutdown_delay: '9s'}]}", null)]
    public void ShutdownDelay_IsAWarning_WhereTheTimeoutIsShorter(string text, string? warning)
    {
        var said = string.Join("\n", Read(text).Warnings);
        Assert.Equal(warning is null, said.Length == 0);
        Assert.Contains(warning ?? "", said, StringComparison.Ordinal);
    }
}
