using Init.Core.Config;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`script` and its companions to a command and a default name.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData("server.js", "node", "server")]
    [InlineData("dist/index.mjs", "node", "index")]
    [InlineData("/srv/a.b.cjs", "node", "a.b")]
    [InlineData("app.py", "python3|python", "app")]
    [InlineData("run.sh", "bash|sh", "run")]
    [InlineData("x.rb", "ruby", "x")]
    [InlineData("x.php", "php", "x")]
    [InlineData("x.pl", "perl", "x")]
    [InlineData("X.JS", "node", "X")]
    [InlineData("./server", "", "server")]
    [InlineData("nginx", "", "nginx")]
    [InlineData("app.jar", "", "app")]
    [InlineData(".start", "", ".start")]
    public void Interpreter_IsGuessed_ByExtension(string script, string interpreters, string name)
    {
        var app = App($"script: '{script}'");
        Assert.Equal(script, app.Command.Program);
        Assert.Equal(interpreters, string.Join('|', app.Command.Interpreters));
        Assert.Equal(name, app.Name);
        Assert.False(app.Command.InterpreterIsExplicit);
        Assert.False(app.Command.IsShellLine);
    }

    [Theory]
    [InlineData("npm start", "npm", "start", "", "npm")]
    [InlineData("python -m http.server 80", "python", "-m|http.server|80", "", "python")]
    [InlineData("server.js --port 80", "server.js", "--port|80", "node", "server")]
    [InlineData("/opt/app/run.py 'a  b' \"c d\"", "/opt/app/run.py", "a  b|c d", "python3|python", "run")]
    [InlineData("echo 'a|b;c$d'", "echo", "a|b;c$d", "", "echo")]
    [InlineData("echo \"a|b\"", "echo", "a|b", "", "echo")]
    [InlineData("curl http://x/#a", "curl", "http://x/#a", "", "curl")]
    [InlineData("git show HEAD~1", "git", "show|HEAD~1", "", "git")]
    [InlineData("app --set a=b", "app", "--set|a=b", "", "app")]
    [InlineData(" nginx ", "nginx", "", "", "nginx")]
    public void Script_IsSplit_WhenItHasBlanksOnly(string script, string program, string args, string interpreters, string name)
    {
        var app = App("script: " + System.Text.Json.JsonSerializer.Serialize(script));
        Assert.False(app.Command.IsShellLine);
        Assert.Equal(program, app.Command.Program.Trim());
        Assert.Equal(args, string.Join('|', app.Command.Args));
        Assert.Equal(interpreters, string.Join('|', app.Command.Interpreters));
        Assert.Equal(name, app.Name);
    }

    [Theory]
    [InlineData("a | b", "a")]
    [InlineData("a && b", "a")]
    [InlineData("a; b", "a")]
    [InlineData("a > /tmp/x", "a")]
    [InlineData("node $FILE", "node")]
    [InlineData("node \"$FILE\"", "node")]
    [InlineData("echo `date`", "echo")]
    [InlineData("ls *.js", "ls")]
    [InlineData("ls a?", "ls")]
    [InlineData("ls [ab]", "ls")]
    [InlineData("ls ~/x", "ls")]
    [InlineData("run it # comment", "run")]
    [InlineData("(a b)", "a")]
    [InlineData("a b\nc d", "a")]
    [InlineData("cp a\\ b c", "cp")]
    [InlineData("NODE_ENV=production node server.js", "node")]
    [InlineData("exec node server.js", "node")]
    [InlineData("cd /x && node y", "x")]
    [InlineData("echo 'it'$x", "echo")]
    public void Script_GoesToAShell_WhenItUsesOne(string script, string name)
    {
        var app = App("script: " + System.Text.Json.JsonSerializer.Serialize(script));
        Assert.True(app.Command.IsShellLine);
        Assert.Equal(ShellLine.Rewrite(script), app.Command.Program);
        Assert.Equal("bash|sh", string.Join('|', app.Command.Interpreters));
        Assert.Empty(app.Command.Args);
        Assert.Equal(name, app.Name);
    }

    [Fact]
    public void Args_FollowTheLine_WhenAShellRunsIt()
    {
        var command = App("script: 'a && b', args: ['x y', 'z']").Command;
        Assert.Equal("a && exec b \"$@\"", command.Program);
        Assert.Equal("x y|z", string.Join('|', command.Args));
    }

    [Fact]
    public void Args_FollowTheWords_WhenTheScriptIsSplit()
        => Assert.Equal("start|--|x", string.Join('|', App("script: 'npm start', args: '-- x'").Command.Args));

    [Theory]
    [InlineData("python", "python|python3")]
    [InlineData("bun", "bun")]
    [InlineData("/opt/my node/bin/node", "/opt/my node/bin/node")]
    public void Interpreter_IsTaken_WhenGiven(string interpreter, string expected)
    {
        var command = App($"script: 'my app.ts', interpreter: '{interpreter}'").Command;
        Assert.Equal("my app.ts", command.Program);
        Assert.Equal(expected, string.Join('|', command.Interpreters));
        Assert.True(command.InterpreterIsExplicit);
    }

    [Fact]
    public void Script_RunsItself_WhenTheInterpreterIsNone()
    {
        var app = App("script: 'my app.js', interpreter: 'none'");
        Assert.Equal("my app.js", app.Command.Program);
        Assert.Empty(app.Command.Interpreters);
        Assert.Equal("my app", app.Name);
    }

    [Theory]
    [InlineData("script: 'a.ts'", "set \"interpreter\", e.g. \"bun\" or \"tsx\"")]
    [InlineData("script: 'a.tsx --x'", "TypeScript needs bun")]
    [InlineData("script: 'server', node_args: '-x'", "apps[0].node_args: there is no interpreter to give these to")]
    [InlineData("script: 'npm start', node_args: '-x'", "\"npm\" has no interpreter")]
    [InlineData("script: 'a && b', node_args: '-x'", "a shell runs this script")]
    [InlineData("script: 'a.js', interpreter: 'none', node_args: '-x'", "\"interpreter\" is \"none\"")]
    [InlineData("script: 'npm \\'start'", "the quote ' in")]
    [InlineData("script: 'dist/'", "is not a program")]
    [InlineData("script: '\\'\\' a', name: 'x'", "is not a program")]
    [InlineData("script: '\\u0007'", "give the app a \"name\"")]
    [InlineData("script: ['node', 'a.js']", "expected text, found a list")]
    [InlineData("name: 'x'", "\"script\" is missing")]
    [InlineData("script: null", "\"script\" is missing")]
    public void Script_IsRefused_WithTheReason(string fields, string part)
    {
        var error = Assert.Single(Read("{apps: [{" + fields + "}]}").Errors);
        Assert.Contains(part, error.ToString());
    }
}
