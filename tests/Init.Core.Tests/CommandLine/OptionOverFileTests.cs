using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Model;
using Init.Core.Tests.Config;

namespace Init.Core.Tests.CommandLine;

/// <summary>Options over the fields of a file, and an app made of options alone.</summary>
public sealed class OptionOverFileTests
{
    const string Three = "{apps: [{name: 'api', script: 'a.js', instances: 3}, {name: 'web', script: 'b.js', maxRestarts: 2}, {script: 'c.js'}]}";

    [Fact]
    public void Option_ReplacesTheFieldOfEveryApp_WhateverItsSpelling()
    {
        var apps = Accepted(Three, "e.json -i 2 --max-restarts 7 --no-autorestart");

        Assert.All(apps, app => Assert.Equal((2, 7, false), (app.Instances, app.MaxRestarts, app.AutoRestart)));
    }

    [Theory]
    [InlineData("node_args: '--a'")]
    [InlineData("nodeArgs: '--a'")]
    [InlineData("interpreter_args: ['--a']")]
    public void Option_ReplacesAliases(string field)
    {
        var app = Assert.Single(Accepted("{script: 'a.js', " + field + "}", "e.json --node-args '--b --c'"));
        Assert.Equal("--b --c", string.Join(' ', app.Command.InterpreterArgs));
    }

    [Fact]
    public void Option_RepairsWhatIsWrongInTheFile()
        => Assert.Equal(2, Assert.Single(Accepted("{script: 'a.js', instances: 'many'}", "e.json -i 2")).Instances);

    [Theory]
    [InlineData("e.json --instances x", "--instances: expected \"max\" or a whole number up to 10000, found text \"x\"")]
    [InlineData("e.json --kill-timeout soon", "--kill-timeout: expected a number of milliseconds or text like \"10s\", found text \"soon\"")]
    [InlineData("e.json --kill-signal FOO", "--kill-signal: expected a signal")]
    [InlineData("e.json --stop-exit-codes '1 300'", "--stop-exit-codes: [1]: expected an exit code from 0 to 255")]
    [InlineData("e.json --namespace x", "--namespace: known, but not available in this version")]
    [InlineData("e.json --name x", "--name: it is for one app, and there are 3; choose one with --only")]
    [InlineData("e.json --only api,web --name x", "--name: it is for one app, and there are 2; choose one with --only")]
    [InlineData("e.json -- x", "--: arguments after -- are for one app, and there are 3; choose one with --only")]
    [InlineData("e.json --cwd ''", "--cwd: the text is empty")]
    public void WrongOption_IsOneErrorThatNamesIt(string words, string expected)
    {
        var error = Assert.Single(ReadWith(Three, words).Errors);

        Assert.StartsWith(expected, error.ToString(), StringComparison.Ordinal);
        Assert.True(error.IsOption);
    }

    [Fact]
    public void OptionsWithoutEffect_AreOneWarning()
    {
        var result = ReadWith(Three, "e.json --no-treekill --time");
        Assert.Empty(result.Errors);
        Assert.Equal(["--no-treekill", "--time"], result.Warnings.Select(warning => warning.File).Order());
    }

    [Fact]
    public void Options_AreTakenAsTheyStand_WithoutReferences()
    {
        var app = Assert.Single(Accepted("{script: 'a.js'}", "e.json --name '${NAME}' -- '${HOME}' '$${x}'"));
        Assert.Equal("${NAME}", app.Name);
        Assert.Equal("${HOME} $${x}", string.Join(' ', app.Command.Args));
    }

    [Theory]
    [InlineData("e.json --only api", "api")]
    [InlineData("e.json --only web,api", "api web")]
    [InlineData("e.json --only 'web c'", "web c")]
    [InlineData("e.json --only ''", "api web c")]
    [InlineData("e.json --only c --name see", "see")]
    public void Only_ChoosesApps(string words, string expected)
        => Assert.Equal(expected, string.Join(' ', Accepted(Three, words).Select(app => app.Name)));

    [Fact]
    public void Only_RefusesNamesThatNoAppHas()
    {
        var errors = ReadWith(Three, "e.json --only api,wbe,x").Errors.Select(error => error.ToString()).ToArray();
        Assert.Equal(2, errors.Length);
        Assert.All(errors, error => Assert.EndsWith("there are: \"api\", \"web\", \"c\"", error, StringComparison.Ordinal));
        Assert.Contains("e.json: no app is called \"wbe\", which --only names", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_LeavesTheOthersAlone_AndStillChecksThem()
    {
        Assert.Equal(2, Assert.Single(Accepted(Three, "e.json --only web -i 2")).Instances);
        Assert.Contains("apps[1].instances", Assert.Single(ReadWith("[{script: 'a'}, {script: 'b', instances: 'x'}]".Replace("[{", "{apps: [{", StringComparison.Ordinal) + "}", "e.json --only a").Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(ReadWith("[{script: 'a'}, {script: 'b', time: true}]", "e.json --only a").Warnings);
    }

    [Fact]
    public void Only_TakesTheNameWithAndWithoutTheProfile()
    {
        const string File = "[{name: 'api', script: 'a', append_env_to_name: true, env_prod: {}}, {script: 'b'}]";
        Assert.Equal("api-prod", Assert.Single(Accepted(File, "e.json --env prod --only api")).Name);
        Assert.Equal("api-prod", Assert.Single(Accepted(File, "e.json --env prod --only api-prod")).Name);
    }

    [Fact]
    public void Script_IsAnAppOfOptions()
    {
        var app = Assert.Single(Accepted(null, "server.js -i 2 --kill-timeout 30s --stop-exit-codes 1,2 -- --port 3000"));

        Assert.Equal(("server", 2, TimeSpan.FromSeconds(30)), (app.Name, app.Instances, app.KillTimeout));
        Assert.Equal("--port 3000", string.Join(' ', app.Command.Args));
        Assert.Equal("node", Assert.Single(app.Command.Interpreters));
        Assert.Equal("1 2", string.Join(' ', app.StopExitCodes));
    }

    [Theory]
    [InlineData("run node -- x.js", "node")]
    [InlineData("./dist/main.py --name web", "web")]
    public void Script_HasAName(string words, string expected) => Assert.Equal(expected, Assert.Single(Accepted(null, words)).Name);

    [Theory]
    [InlineData("run app/", "command line: \"app/\" is not a program")]
    [InlineData("app.ts", "command line: TypeScript needs bun, or node 22.6 or later, and neither is in PATH")]
    [InlineData("./app --node-args x", "--interpreter-args: there is no interpreter to give these to")]
    [InlineData("app.js --name a/b", "--name: the name \"a/b\" contains '/'")]
    [InlineData("app.js --env prod", "command line: no app has the profile \"prod\"")]
    public void Script_IsRefused_WithoutAnyPosition(string words, string expected)
        => Assert.StartsWith(expected, Assert.Single(ReadWith(null, words).Errors).ToString(), StringComparison.Ordinal);

    static ConfigResult ReadWith(string? file, string words)
    {
        var reading = CommandLines.Read(words);
        Assert.True(reading.Line is not null, reading.Problem);
        var context = reading.Line.Lay(new ConfigContext { Cpus = 4, Profile = reading.Line[RunOptions.Env] });
        return file is null ? EcosystemReader.ReadApp(reading.Line.Word, context) : Reading.Read(file, context, "e.json");
    }

    static IReadOnlyList<AppSpec> Accepted(string? file, string words)
    {
        var result = ReadWith(file, words);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result.Ecosystem!.Apps;
    }
}
