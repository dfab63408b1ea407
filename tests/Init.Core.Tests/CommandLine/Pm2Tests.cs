using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Model;
using Init.Core.Tests.Config;

namespace Init.Core.Tests.CommandLine;

/// <summary>What changes by pm2's names, and the environment that pm2 knows.</summary>
public sealed class Pm2Tests
{
    [Theory]
    [InlineData("/usr/local/bin/pm2-runtime", "pm2-runtime")]
    [InlineData("pm2-docker", "pm2-docker")]
    [InlineData("./pm2", "pm2")]
    [InlineData("pminit", null)]
    [InlineData("pm2-dev", null)]
    [InlineData("", null)]
    public void Name_IsTheLastPartOfArgv0(string program, string? expected) => Assert.Equal(expected, Pm2CommandLine.NameOf(program));

    [Theory]
    [InlineData("pm2-runtime", "ecosystem.config.js", "ecosystem.config.js")]
    [InlineData("pm2-runtime", "start ecosystem.config.js --env production", "ecosystem.config.js env=production")]
    [InlineData("pm2-docker", "start --json process.json", "process.json json=")]
    [InlineData("pm2-runtime", "--raw start app.js", "app.js raw=")]
    [InlineData("pm2-runtime", "npm -- start", "npm -- start")]
    [InlineData("pm2-runtime", "start npm --name web -- start", "npm name=web -- start")]
    [InlineData("pm2-runtime", "app.js -i max --web", "app.js instances=max web=")]
    [InlineData("pm2-runtime", "--web 8080 app.js", "app.js web=8080")]
    [InlineData("pm2-runtime", "--web app.js", "app.js web=")]
    [InlineData("pm2-runtime", "app.js --secret a --public b --machine-name c --delay 5 --no-auto-exit", "app.js delay=5 machine-name=c no-auto-exit= public=b secret=a")]
    [InlineData("pm2-runtime", "start start", "start")]
    [InlineData("pm2", "start app.js --no-daemon", "app.js no-daemon=")]
    public void Line_IsTaken(string name, string words, string expected)
    {
        var reading = Pm2CommandLine.Read(name, CommandLines.Split(words));

        Assert.Null(reading.Problem);
        Assert.Equal(expected, CommandLines.Describe(reading.Line!));
        Assert.True(reading.Line!.IsPm2);
    }

    [Theory]
    [InlineData("pm2-runtime", "app.js --instnces 2", "--instnces: unknown option; did you mean --instances?")]
    [InlineData("pm2-runtime", "start", "is missing; see pm2-runtime --help")]
    [InlineData("pm2-runtime", "save", "pm2-runtime save is not available in this version; an image holds its apps")]
    [InlineData("pm2", "serve .", "pm2 serve is not available")]
    [InlineData("pm2", "start app.js", "use pm2-runtime app.js, or add --no-daemon")]
    [InlineData("pm2", "app.js", "\"app.js\" is no command of pm2; to run a file or a program: pm2-runtime app.js")]
    [InlineData("pm2", "start app.js -x", "-x: unknown option")]
    public void Line_IsRefused_WithTheReason(string name, string words, string part)
        => Assert.Contains(part, Pm2CommandLine.Read(name, CommandLines.Split(words)).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("ls", "ls")]
    [InlineData("l", "ls")]
    [InlineData("list --json", "ls --json")]
    [InlineData("jlist", "jlist")]
    [InlineData("ping", "ping")]
    [InlineData("-v", "version")]
    public void Verbs_AreOurs(string words, string expected)
        => Assert.Equal(expected, string.Join(' ', Pm2CommandLine.Read("pm2", CommandLines.Split(words)).Verb));

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("start -h")]
    public void Help_IsPrinted(string words) => Assert.Equal("pm2-runtime", Pm2CommandLine.Read("pm2-runtime", CommandLines.Split(words)).Help);

    [Fact]
    public void UnknownFields_AreWarnings_ByPm2sName()
    {
        var result = Reading.Read("{apps: [{script: 'a', instnces: 2, foo: 1}], bar: 1}", new ConfigContext { Cpus = 1, IsPm2 = true });

        Assert.Empty(result.Errors);
        Assert.Equal(3, result.Warnings.Length);
        Assert.Contains("did you mean \"instances\"", result.Warnings[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_OfAScript_IsAWarning_ByPm2sName()
    {
        var result = EcosystemReader.ReadApp("a.js", new ConfigContext { Cpus = 1, IsPm2 = true, Profile = "production" });
        Assert.Empty(result.Errors);
        Assert.Contains("no app has the profile", Assert.Single(result.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "", "", "SIGTERM")]
    [InlineData(true, "", "", "SIGINT")]
    [InlineData(true, "SIGQUIT", "", "SIGQUIT")]
    [InlineData(false, "SIGQUIT", "", "SIGQUIT")]
    [InlineData(true, "SIGQUIT", "kill_signal: 'SIGUSR1'", "SIGUSR1")]
    [InlineData(true, "SIGQUIT", "killSignal: null", "SIGQUIT")]
    public void StopSignal_OfTheFileIsStrongest(bool isPm2, string variable, string field, string expected)
        => Assert.Equal(expected, App(field, isPm2, ("PM2_KILL_SIGNAL", variable)).KillSignal.ToString());

    [Fact]
    public void Variables_AreDefaults_WeakerThanFileAndOption()
    {
        var app = App("", false, ("PM2_KILL_TIMEOUT", "3000"), ("PM2_PROCESS_INSTANCE_VAR", "N"));
        Assert.Equal((TimeSpan.FromSeconds(3), "N"), (app.KillTimeout, app.InstanceVar));
        Assert.Equal(TimeSpan.FromSeconds(4), App("killTimeout: 4000", false, ("PM2_KILL_TIMEOUT", "3000")).KillTimeout);

        var line = RunLineParser.Read(["a.js", "--kill-timeout", "5s"]).Line!;
        var context = line.Lay(new ConfigContext { Cpus = 1, Variables = new Dictionary<string, string> { ["PM2_KILL_TIMEOUT"] = "3000" } });
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(EcosystemReader.ReadApp("a.js", context).Ecosystem!.Apps).KillTimeout);
    }

    [Theory]
    [InlineData("true", "", true)]
    [InlineData("1", "", true)]
    [InlineData("0", "", false)]
    [InlineData("true", "shutdown_with_message: false", false)]
    public void KillUseMessage_IsADefault(string value, string field, bool expected)
        => Assert.Equal(expected, App(field, false, ("PM2_KILL_USE_MESSAGE", value)).ShutdownWithMessage);

    [Fact]
    public void Variables_NeverReplaceFields_BySameName()
        => Assert.Equal(1, App("", false, ("instances", "7"), ("INSTANCES", "7"), ("kill_timeout", "1"), ("PM2_INSTANCES", "7")).Instances);

    [Fact]
    public void WrongVariable_IsOneErrorThatNamesIt()
    {
        var result = Reading.Read("[{script: 'a'}, {script: 'b'}]", Context(false, ("PM2_KILL_TIMEOUT", "soon")));
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("PM2_KILL_TIMEOUT: expected a number of milliseconds", error.ToString(), StringComparison.Ordinal);
        Assert.False(error.IsOption);
    }

    [Fact]
    public void VariablesWithoutEffect_AreWarnings()
    {
        var result = Reading.Read("{script: 'a'}", Context(false, ("PM2_WORKER_INTERVAL", "5"), ("PM2_HOME", "/x"), ("PM2_CONCURRENT_ACTIONS", "")));
        Assert.Equal("PM2_WORKER_INTERVAL: has no effect; nothing is looked at by intervals", Assert.Single(result.Warnings).ToString());
    }

    [Theory]
    [InlineData("app.js --formatted --delay 1.5 --no-auto-exit", LogFormat.Pm2Prefixed, 1500, false)]
    [InlineData("app.js --json --raw", LogFormat.Pm2Json, 0, true)]
    [InlineData("app.js", null, 0, true)]
    public void Settings_AreThoseOfTheOptions(string words, LogFormat? format, int delayMs, bool exits)
    {
        var line = Pm2CommandLine.Read("pm2-runtime", CommandLines.Split(words)).Line!;
        var settings = RunSettings.Apply(new GlobalSettings(), line, out _)!;
        Assert.Equal((format, TimeSpan.FromMilliseconds(delayMs), exits), (settings.Log.Format, settings.StartDelay, settings.ExitsWithoutApps));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("1000000")]
    [InlineData("99999999999999999999999999999999999")]
    public void Delay_IsRefused_WhenItIsNoNumberOfSeconds(string delay)
    {
        var line = new RunLine { Word = "a.js", Options = [new GivenOption(RunOptions.Delay, delay)] };
        Assert.Null(RunSettings.Apply(new GlobalSettings(), line, out var problem));
        Assert.StartsWith($"--delay {delay}: expected seconds", problem, StringComparison.Ordinal);
    }

    static ConfigContext Context(bool isPm2, params (string Name, string Value)[] variables)
        => new() { Cpus = 1, IsPm2 = isPm2, Variables = variables.ToDictionary(pair => pair.Name, pair => pair.Value) };

    static AppSpec App(string field, bool isPm2, params (string Name, string Value)[] variables)
    {
        var result = Reading.Read("{script: 'a', " + field + "}", Context(isPm2, variables));
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return Assert.Single(result.Ecosystem!.Apps);
    }
}
