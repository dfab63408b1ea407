using Init.Core.Config;

namespace Init.Core.Tests.Config;

/// <summary>Which lines get an `exec`; that it changes nothing is for tests with real shells.</summary>
public sealed class ShellLineTests
{
    [Theory]
    [InlineData("cd app && node server.js", "cd app && exec node server.js")]
    [InlineData("cd app; node server.js", "cd app; exec node server.js")]
    [InlineData("cd app\nnode server.js", "cd app\nexec node server.js")]
    [InlineData("cd app;node a;", "cd app;exec node a;")]
    [InlineData("cd app\nnode a\n\n", "cd app\nexec node a\n\n")]
    [InlineData("A=1 B='x y' node a", "A=1 B='x y' exec node a")]
    [InlineData("A=1; B=2 && node a", "A=1; B=2 && exec node a")]
    [InlineData("A=$X\"a;b\" node a", "A=$X\"a;b\" exec node a")]
    [InlineData("npm ci && ./migrate && node a", "npm ci && ./migrate && exec node a")]
    [InlineData("node a >out 2>&1", "exec node a >out 2>&1")]
    [InlineData("node a 2>&1 >/dev/null <in", "exec node a 2>&1 >/dev/null <in")]
    [InlineData("umask 027; exec_me --x", "umask 027; exec exec_me --x")]
    [InlineData("set -e; cd x; node a", "set -e; cd x; exec node a")]
    [InlineData("node $OPTS ${NAME} \"${NAME}\" \"$@\"", "exec node $OPTS ${NAME} \"${NAME}\" \"$@\"")]
    [InlineData("node --n=$(nproc) a", "exec node --n=$(nproc) a")]
    [InlineData("node *.js ~ a\\;b 'x && y' \"p;q \\\" r\"", "exec node *.js ~ a\\;b 'x && y' \"p;q \\\" r\"")]
    [InlineData("echo 'a' && ./run.sh", "echo 'a' && exec ./run.sh")]
    [InlineData("node a#b", "exec node a#b")]
    [InlineData("mycmd 5 > /x/$NAME", "exec mycmd 5 > /x/$NAME")]
    public void Line_GetsExec_BeforeItsLastCommand(string line, string expected) => Assert.Equal(expected, ShellLine.Rewrite(line));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("cd x")]
    [InlineData("node a &")]
    [InlineData("node a & node b")]
    [InlineData("node a & ; node b")]
    [InlineData("node a | tee log")]
    [InlineData("a || node b")]
    [InlineData("a && b || node c")]
    [InlineData("(cd x; node a)")]
    [InlineData("{ cd x; node a; }")]
    [InlineData("! node a")]
    [InlineData("if true; then node a; fi")]
    [InlineData("for i in 1 2; do node a; done")]
    [InlineData("while true; do node a; done")]
    [InlineData("case x in x) node a;; esac")]
    [InlineData("f() { node a; }; f")]
    [InlineData("function f { node a; }; f")]
    [InlineData("trap 'echo bye' EXIT; node a")]
    [InlineData("command trap x EXIT; node a")]
    [InlineData("eval \"trap x 0\"; node a")]
    [InlineData(". ./env; node a")]
    [InlineData("source env && node a")]
    [InlineData("$CMD x; node a")]
    [InlineData("\"trap\" x EXIT; node a")]
    [InlineData("tr\\ap x EXIT; node a")]
    [InlineData("alias x=y\nnode a")]
    [InlineData("set -m; node a")]
    [InlineData("set -e -m; node a")]
    [InlineData("shopt -s execfail; node a")]
    [InlineData("exec 3>x; node a")]
    [InlineData("exec node a")]
    [InlineData("cd x && exec node a")]
    [InlineData("cd x && echo done")]
    [InlineData("cd x && exit 3")]
    [InlineData("cd x && export A=1")]
    [InlineData("cd x && A=1")]
    [InlineData("cd x && a[0]=1")]
    [InlineData("cd x && a+=1")]
    [InlineData("cd x && $CMD")]
    [InlineData("cd x && \"node\" a")]
    [InlineData("cd x && ~/run")]
    [InlineData("cd x && ./r*n")]
    [InlineData("cd x && -a")]
    [InlineData("cd x && >out node a")]
    [InlineData("A=1 >out B=2 node a")]
    [InlineData("PATH=/x node a")]
    [InlineData("cat <<EOF\nhi\nEOF\nnode a")]
    [InlineData("cat <<<x; node a")]
    [InlineData("node a >| x")]
    [InlineData("node a &> x")]
    [InlineData("node <(ls)")]
    [InlineData("node `ls`")]
    [InlineData("node \"`ls`\"")]
    [InlineData("node $(ls $(pwd))")]
    [InlineData("node $(echo \")\")")]
    [InlineData("node ${A:-\"}\"}")]
    [InlineData("node $'a\\'b' ; node b")]
    [InlineData("node a # comment")]
    [InlineData("# comment; node a")]
    [InlineData("node a \\\n b")]
    [InlineData("node 'a")]
    [InlineData("node \"a")]
    [InlineData("node a &&")]
    [InlineData("node a && ;")]
    [InlineData("; node a")]
    [InlineData("node a;; node b")]
    [InlineData("cd x &&\nnode a")]
    [InlineData("cd x\r\nnode a")]
    [InlineData("time node a")]
    [InlineData("coproc node a")]
    [InlineData("wait; kill 1")]
    [InlineData("node a; \"$@\"")]
    [InlineData("\\")]
    [InlineData("node a \\")]
    [InlineData("$")]
    [InlineData("a=\"")]
    [InlineData("node ${")]
    [InlineData("node $(")]
    public void Line_StaysAsItIs_InAnyDoubt(string line) => Assert.Equal(line, ShellLine.Rewrite(line));

    [Fact]
    public void AppArguments_AreStillAtTheEnd() =>
        Assert.Equal("cd x && exec node a \"$@\"", Reading.App("script: 'cd x && node a', args: ['b c']").Command.Program);

    /// <summary>Any text: never an exception, and nothing but one `exec ` is ever put in.</summary>
    [Fact]
    public void AnyText_IsLeftOrGetsOneExec()
    {
        const string Alphabet = "ab =;&\n$({'\"\\`>#<|)}";
        var state = 12345u;
        for (var round = 0; round < 200_000; round++)
        {
            var text = new char[round % 12];
            for (var i = 0; i < text.Length; i++)
            {
                state = (state * 1664525) + 1013904223;
                text[i] = Alphabet[(int)(state >> 16) % Alphabet.Length];
            }

            var line = new string(text);
            var after = ShellLine.Rewrite(line);
            var at = after.IndexOf("exec ", StringComparison.Ordinal);
            Assert.True(after == line || after.Remove(at, 5) == line, line);
        }
    }
}
