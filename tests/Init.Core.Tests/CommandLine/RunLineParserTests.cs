namespace Init.Core.Tests.CommandLine;

/// <summary>The words of a start.</summary>
public sealed class RunLineParserTests
{
    /// <summary>Words, and what they mean; the agreement test has them too.</summary>
    public static TheoryData<string, string> Understood => new()
    {
        { "ecosystem.json", "ecosystem.json" },
        { "run ecosystem.json", "ecosystem.json" },
        { "check ecosystem.json", "check ecosystem.json" },
        { "check ecosystem --print --only a", "check ecosystem only=a print=" },
        { "-", "-" },
        { "run node", "node" },
        { "./run", "./run" },
        { "server.js -i 2 -- --port 3000", "server.js instances=2 -- --port 3000" },
        { "server.js -i2", "server.js instances=2" },
        { "server.js -i=2", "server.js instances=2" },
        { "server.js -imax -nweb", "server.js instances=max name=web" },
        { "server.js -i -1", "server.js instances=-1" },
        { "--instances 2 server.js", "server.js instances=2" },
        { "--instances=2 --env production server.js", "server.js env=production instances=2" },
        { "server.js --no-autorestart --essential", "server.js essential= no-autorestart=" },
        { "server.js --node-args --watch", "server.js interpreter-args=--watch" },
        { "server.js --node-args --inspect", "server.js interpreter-args=--inspect" },
        { "server.js --interpreter-args=--max-old-space-size=512", "server.js interpreter-args=--max-old-space-size=512" },
        { "server.js --node-args '--a --b'", "server.js interpreter-args=--a --b" },
        { "server.js --cron-restart '0 3 * * *'", "server.js cron=0 3 * * *" },
        { "server.js --stop-exit-codes 1,2 --only a,b", "server.js only=a,b stop-exit-codes=1,2" },
        { "e.json --health off --socket /run/x.sock", "e.json health=off socket=/run/x.sock" },
        { "e.json --health=127.0.0.1:80", "e.json health=127.0.0.1:80" },
        { "e.json --env ''", "e.json env=" },
        { "e.json --env:prod", "e.json env=prod" },
        { "e.json --output - -e /tmp/e", "e.json error=/tmp/e output=-" },
        { "run @scope/app", "@scope/app" },
        { "run a.js --", "a.js" },
        { "run a.js -- run --help -- x", "a.js -- run --help -- x" },
        { "run ls", "ls" },
        { "run sh -- -c 'echo $HOME'", "sh -- -c echo $HOME" },
    };

    /// <summary>Words that start nothing, and a part of what is said.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "server.js --instnces 2", "--instnces: unknown option; did you mean --instances?" },
        { "--instnces 2 server.js", "did you mean --instances?" },
        { "server.js --autorestart", "did you mean --no-autorestart?" },
        { "server.js --zzz", "--zzz: unknown option; see pminit run --help" },
        { "server.js -z", "-z: unknown option" },
        { "check e.json --print=x", "--print takes no value" },
        { "server.js --watch=true", "--watch takes no value" },
        { "server.js --instances", "--instances needs a value: --instances N|max" },
        { "server.js --instances -- 2", "--instances needs a value" },
        { "server.js --env --health off", "--env needs a value" },
        { "server.js --env --health=off", "--env needs a value" },
        { "server.js --name -x", "--name needs a value" },
        { "server.js --name --nonsense", "--name needs a value" },
        { "server.js --env a --env b", "--env is given twice" },
        { "server.js --node-args a --interpreter-args b", "--interpreter-args is given twice" },
        { "server.js other.js", "\"other.js\" is one word too many after \"server.js\"; arguments of the app follow --: server.js -- other.js" },
        { "run", "is missing; see pminit run --help" },
        { "run --instances 2", "is missing" },
        { "run -- sleep 1", "is missing" },
        { "check", "is missing; see pminit check --help" },
        { "server.js --print", "unknown option" },
        { "server.js --web", "unknown option" },
    };

    [Theory]
    [MemberData(nameof(Understood))]
    public void Line_IsUnderstood(string words, string expected)
    {
        var reading = CommandLines.Read(words);

        Assert.Null(reading.Problem);
        Assert.Equal(expected, CommandLines.Describe(reading.Line!));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Line_IsRefused_WithTheReason(string words, string part)
    {
        var reading = CommandLines.Read(words);

        Assert.Null(reading.Line);
        Assert.Contains(part, reading.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", reading.Problem!, StringComparison.Ordinal);
    }

    /// <summary>Help, verbs, init mode and what no file is named in.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("server.js -h")]
    [InlineData("ls")]
    [InlineData("ls --json")]
    [InlineData("health --live")]
    [InlineData("server")]
    [InlineData("--version")]
    [InlineData("--env production")]
    [InlineData("--env a.json")]
    [InlineData("--health off -- node x.js")]
    [InlineData("-- node x.js")]
    public void Line_IsLeftToTheFullParser(string words)
    {
        var reading = CommandLines.Read(words);

        Assert.Null(reading.Line);
        Assert.Null(reading.Problem);
    }

    /// <summary>What the full parser sees otherwise: `--env=$PROFILE` with nothing in it is a value, and an empty word is none.</summary>
    [Fact]
    public void Emptiness_IsAValue_AndNoWord()
    {
        Assert.Equal("e.json env=", CommandLines.Describe(CommandLines.Read("e.json --env=").Line!));
        Assert.Contains("empty", CommandLines.Read("run ''").Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", true)]
    [InlineData("run --zzz", false)]
    public void MissingWord_IsTold(string words, bool expected) => Assert.Equal(expected, CommandLines.Read(words).LacksWord);
}
