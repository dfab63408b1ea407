using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>Every field of an app: good, bad, boundary, alias, camelCase.</summary>
public sealed class FieldTests
{
    public static TheoryData<string, double> Durations => new()
    {
        { "0", 0 }, { "1500", 1500 }, { "'1500'", 1500 }, { "'1500ms'", 1500 }, { "'10s'", 10_000 }, { "'5m'", 300_000 }, { "'1h'", 3_600_000 },
        { "'1.5s'", 1500 }, { "'.5s'", 500 }, { "' 10s '", 10_000 }, { "0x10", 16 }, { "1e3", 1000 }, { "1.5", 1.5 }, { "'0h'", 0 },
        { "2147483647", 2147483647 }, { "'596h'", 596 * 3_600_000.0 },
    };

    [Theory]
    [MemberData(nameof(Durations))]
    public void Duration_IsRead_WhenItHasAUnitOrNone(string text, double milliseconds)
        => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), AppWith("kill_timeout: " + text).KillTimeout);

    [Theory]
    [InlineData("-1", "negative")]
    [InlineData("'-1s'", "negative")]
    [InlineData("2147483648", "at most 24 days")]
    [InlineData("'597h'", "at most 24 days")]
    [InlineData("1e300", "at most 24 days")]
    [InlineData("Infinity", "at most 24 days")]
    [InlineData("NaN", "negative")]
    [InlineData("'10'", null)]
    [InlineData("''", "expected a number of milliseconds or text like \"10s\"")]
    [InlineData("'s'", "expected a number of milliseconds")]
    [InlineData("'10d'", "the units are ms, s, m and h")]
    [InlineData("'10S'", "the units are")]
    [InlineData("'1m30s'", "expected a number")]
    [InlineData("'1,5s'", "expected a number")]
    [InlineData("'99999999999999999999999999999999s'", "expected a number")]
    [InlineData("{}", "found an object")]
    [InlineData("true", "found true")]
    [InlineData("['10s']", "found a list")]
    public void Duration_IsRefused_WhenItCannotBeMeant(string text, string? part)
    {
        if (part is null)
        {
            AppWith("kill_timeout: " + text);
            return;
        }

        Assert.Contains(part, Refuse("kill_timeout: " + text).ToString());
    }

    [Theory]
    [InlineData("min_uptime")]
    [InlineData("minUptime")]
    [InlineData("restart_delay")]
    [InlineData("restartDelay")]
    [InlineData("exp_backoff_restart_delay")]
    [InlineData("expBackoffRestartDelay")]
    [InlineData("kill_timeout")]
    [InlineData("killTimeout")]
    public void Duration_GoesToItsOwnField(string field)
    {
        var app = AppWith(field + ": '7s'");
        var plain = AppWith("");
        TimeSpan[] before = [plain.MinUptime, plain.RestartDelay, plain.ExpBackoffRestartDelay, plain.KillTimeout];
        TimeSpan[] after = [app.MinUptime, app.RestartDelay, app.ExpBackoffRestartDelay, app.KillTimeout];
        var changed = Enumerable.Range(0, 4).Where(i => before[i] != after[i]);
        var index = field[0] == 'm' ? 0 : field[0] == 'r' ? 1 : field[0] == 'e' ? 2 : 3;
        Assert.Equal([index], changed);
        Assert.Equal(TimeSpan.FromSeconds(7), after[index]);
    }

    [Theory]
    [InlineData("autorestart: false", false, false)]
    [InlineData("autorestart: 'false'", false, false)]
    [InlineData("autorestart: 'true'", true, false)]
    [InlineData("autorestart: null", true, false)]
    [InlineData("essential: true", true, true)]
    [InlineData("essential: 'true'", true, true)]
    public void Boolean_IsRead_AsWordOrText(string field, bool autoRestart, bool essential)
    {
        var app = AppWith(field);
        Assert.Equal((autoRestart, essential), (app.AutoRestart, app.Essential));
    }

    [Theory]
    [InlineData("essential: 1", "expected true or false, found the number 1")]
    [InlineData("essential: 'yes'", "expected true or false, found text \"yes\"")]
    [InlineData("autorestart: []", "found a list")]
    [InlineData("max_restarts: -1", "expected a whole number, 0 or more, found the number -1")]
    [InlineData("max_restarts: 1.5", "whole number")]
    [InlineData("max_restarts: 'many'", "whole number")]
    [InlineData("max_restarts: 2147483648", "whole number")]
    [InlineData("instances: 1.5", "\"max\" or a whole number")]
    [InlineData("instances: 'lots'", "\"max\" or a whole number")]
    [InlineData("instances: 10001", "up to 10000")]
    [InlineData("instances: ''", "\"max\" or a whole number")]
    [InlineData("cluster: 'inherit'", "not available in this version")]
    [InlineData("cluster: 'transparent'", "not available in this version")]
    [InlineData("cluster: 'pm2'", "expected \"node\" or \"none\"")]
    [InlineData("balance: 'fair'", "round_robin")]
    [InlineData("execMode: 'turbo'", "expected \"fork\" or \"cluster\"")]
    [InlineData("kill_signal: 'STOP'", "SIGSTOP cannot be used to stop an app: it pauses")]
    [InlineData("kill_signal: 'SIGCHLD'", "a child has ended")]
    [InlineData("kill_signal: 18", "go on")]
    [InlineData("kill_signal: 11", "fault of the program")]
    [InlineData("kill_signal: 32", "libc")]
    [InlineData("kill_signal: 'SIGFOO'", "expected a signal such as \"SIGTERM\"")]
    [InlineData("kill_signal: 0", "expected a signal")]
    [InlineData("kill_signal: 65", "expected a signal")]
    [InlineData("kill_signal: 'RTMIN+2147483647'", "expected a signal")]
    [InlineData("stop_exit_codes: 256", "0 to 255")]
    [InlineData("stop_exit_codes: -1", "0 to 255")]
    [InlineData("stop_exit_codes: [0, 'x']", "apps[0].stop_exit_codes[1]: expected an exit code")]
    [InlineData("cwd: ''", "the text is empty")]
    [InlineData("cwd: 5", "put it in quotes: \"5\"")]
    [InlineData("cwd: 'a\\0b'", "U+0000")]
    [InlineData("name: ' '", "the text is empty")]
    [InlineData("name: 'a/b'", "contains '/'")]
    [InlineData("name: 'a\\tb'", "contains a control character")]
    [InlineData("args: 5", "expected a list of texts, or one text")]
    [InlineData("args: 'a \\'b'", "the quote ' in \"a 'b\" is never closed")]
    [InlineData("args: ['a', null]", "apps[0].args[1]: expected text, found null")]
    [InlineData("args: ['a\\0']", "U+0000")]
    [InlineData("env: 'A=b'", "expected an object of variables")]
    [InlineData("env: ['A=b']", "write {\"NAME\": \"value\"}")]
    [InlineData("env: {'A=B': 1}", "apps[0].env[\"A=B\"]: a variable's name cannot")]
    [InlineData("env: {'': 1}", "apps[0].env[\"\"]")]
    [InlineData("env: {A: 'x\\0'}", "apps[0].env.A: text cannot contain")]
    [InlineData("interpreter: ''", "the text is empty")]
    [InlineData("interpreter: 'node@18.0.0'", "install Node")]
    [InlineData("interpreter: 'python -u'", "put its arguments in \"interpreter_args\"")]
    [InlineData("exec: 'b.js'", "the same field as \"script\"")]
    [InlineData("killTimeout: 5, kill_timeout: 5", "the same field as \"killTimeout\" at line 1")]
    public void Field_IsRefused_WithTheReason(string field, string part) => Assert.Contains(part, Refuse(field).ToString());

    [Theory]
    [InlineData("3", 4, 3)]
    [InlineData("'3'", 4, 3)]
    [InlineData("10000", 4, 10000)]
    [InlineData("'max'", 6, 6)]
    [InlineData("0", 6, 6)]
    [InlineData("'0'", 6, 6)]
    [InlineData("-1", 6, 5)]
    [InlineData("-6", 6, 1)]
    [InlineData("-100", 6, 1)]
    [InlineData("null", 6, 1)]
    public void Instances_AreCounted_AsPm2Counts(string text, int cpus, int expected)
        => Assert.Equal(expected, AppWith("instances: " + text, cpus).Instances);

    [Theory]
    [InlineData("'SIGINT'", 2)]
    [InlineData("'int'", 2)]
    [InlineData("9", 9)]
    [InlineData("'KILL'", 9)]
    [InlineData("'SIGWINCH'", 28)]
    [InlineData("'RTMIN+3'", 37)]
    public void KillSignal_IsRead_ByNameAndNumber(string text, int number)
        => Assert.Equal(number, AppWith("kill_signal: " + text).KillSignal.Number);

    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("'143'", new[] { 143 })]
    [InlineData("[0, 255, '3', 0]", new[] { 0, 255, 3 })]
    [InlineData("[]", new int[0])]
    public void StopExitCodes_AreRead_AsOneOrMany(string text, int[] expected)
        => Assert.Equal(expected, AppWith("stop_exit_codes: " + text).StopExitCodes.ToArray());

    [Theory]
    [InlineData("'--port 3000'", "--port|3000")]
    [InlineData("'  a   b  '", "a|b")]
    [InlineData("''", "")]
    [InlineData("\"--name 'two words' x\"", "--name|two words|x")]
    [InlineData("'--name=\"two \\\\\"w\\\\\"\"'", "--name=two \"w\"")]
    [InlineData("'a \"\" b'", "a||b")]
    [InlineData("'C:\\\\x'", "C:\\x")]
    [InlineData("['--port', 3000, true, 'a b', '']", "--port|3000|true|a b|")]
    [InlineData("[]", "")]
    public void Args_AreSplit_WithQuotes(string text, string expected)
        => Assert.Equal(expected, string.Join('|', AppWith("args: " + text).Command.Args));

    [Theory]
    [InlineData("PORT: 3000", "PORT=3000")]
    [InlineData("A: 'x', B: true, C: null, D: ''", "A=x;B=true;D=")]
    [InlineData("Z: 1, A: 2", "Z=1;A=2")]
    [InlineData("N: 1.50, E: 1e21, S: 1e-7, H: 0x1F, M: -0, P: +5, F: 123456.789e3, T: 0.000001", "N=1.5;E=1e+21;S=1e-7;H=31;M=0;P=5;F=123456789;T=0.000001")]
    [InlineData("ID: 12345678901234567890", "ID=12345678901234567890")]
    [InlineData("O: {a: 1, 'b\\n': [true, null, 'x\"']}", "O={\"a\":1,\"b\\n\":[true,null,\"x\\\"\"]}")]
    [InlineData("L: []", "L=[]")]
    [InlineData("'my-var': 'a=b'", "my-var=a=b")]
    public void Env_BecomesText_AsInPm2(string members, string expected)
        => Assert.Equal(expected, string.Join(';', AppWith("env: {" + members + "}").Env.Select(pair => pair.Key + "=" + pair.Value)));

    [Theory]
    [InlineData("exec")]
    [InlineData("cmd")]
    [InlineData("command")]
    [InlineData("script")]
    public void Script_IsRead_ByItsAliases(string key) => Assert.Equal("b.js", App(key + ": 'b.js'").Command.Program);

    [Theory]
    [InlineData("node_args")]
    [InlineData("nodeArgs")]
    [InlineData("interpreter_args")]
    [InlineData("interpreterArgs")]
    public void InterpreterArgs_AreRead_ByTheirAliases(string key)
        => Assert.Equal("--inspect|-r|x", string.Join('|', AppWith(key + ": '--inspect -r x'").Command.InterpreterArgs));

    [Theory]
    [InlineData("exec_interpreter")]
    [InlineData("execInterpreter")]
    public void Interpreter_IsRead_ByItsAliases(string key) => Assert.Equal("bun", Assert.Single(AppWith(key + ": 'bun'").Command.Interpreters));

    [Fact]
    public void Fields_AreAllRead_WhenTheFileIsWhole()
    {
        var app = App("""
            name: "api", cwd: "/srv", script: "server.js", max_restarts: "3", exec_mode: "fork_mode",
            interpreter: "node", autorestart: false, essential: true
            """);
        Assert.Equal("api", app.Name);
        Assert.Equal("/srv", app.Cwd);
        Assert.Equal(3, app.MaxRestarts);
        Assert.True(app.Command.InterpreterIsExplicit);
        Assert.Equal(new SourcePosition(1, 44), app.ScriptAt);
    }

    [Fact]
    public void Defaults_AreThoseOfTheModel_WhenTheDocumentedTextIsRead()
    {
        var plain = AppWith("");
        foreach (var field in ConfigFields.AppFields.Where(field => field.Verdict == Verdict.Honoured && field.Inner.IsEmpty && field.Name is not "script" && field.Default is not "none"
            && !field.Default.Contains("pminit's own") && field.Name is not ("name" or "interpreter" or "gid" or "groups" or "instances"))) // instances: saying it makes a cluster of a Node app, as in pm2
        {
            var written = field.Default[0] is '[' or '{' ? field.Default : $"\"{field.Default}\"";
            var read = AppWith($"{field.Name}: {written}");
            Assert.Equal(plain.ToString(), read.ToString());
            Assert.True(read.StopExitCodes.IsEmpty && read.Env.IsEmpty && read.Command.Args.IsEmpty && read.Command.InterpreterArgs.IsEmpty);
        }
    }

    [Fact]
    public void Markdown_HasARowForEachField()
    {
        var lines = ConfigDocs.AppMarkdown().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Honoured(ConfigFields.AppFields) + 2, lines.Length);
        Assert.Equal("| `script` | `exec`, `cmd`, `command` | text | required | What to run: a script, a program, or a command line, "
            + "which is split at blanks or given to a shell where it uses one. |", lines[2]);
        Assert.All(lines, line => Assert.Equal(6, line.Count(c => c == '|')));
        Assert.Contains("| `pminit.health.port` |  | number, 0 to 65535 | 9615 |", ConfigDocs.PminitMarkdown());
    }

    static int Honoured(IEnumerable<ConfigField> fields)
        => fields.Sum(field => field.Inner.IsEmpty ? field.Verdict == Verdict.Honoured ? 1 : 0 : Honoured(field.Inner));
}
