using System.Text;
using Init.Core.Model;
using Init.Linux.Loop;
using Init.Linux.Readiness;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Readiness;

public sealed class LineMatcherTests
{
    /// <summary>Twice as slow with every a.</summary>
    const string Slow = "^(a+)+$";

    static readonly string SlowLine = new string('a', 40) + "!";

    readonly PatternBudget _budget = new(Clock.Now);
    int _matches;
    int _givenUp;

    [Theory]
    [InlineData("^Listening on port \\d+$", "Listening on port 80", true)]
    [InlineData("^Listening on port \\d+$", "not Listening on port 80", false)]
    [InlineData("port", "any part of a line: port 1", true)]
    [InlineData("läuft", "läuft", true)]
    [InlineData("ready", "READY", false)]
    [InlineData("(?i)ready", "READY", true)]
    public void Line_Matches_OrNot(string pattern, string line, bool isMatch)
    {
        var matcher = Matcher(pattern);
        matcher.See("something else"u8);
        matcher.See(Encoding.UTF8.GetBytes(line));
        Assert.Equal((isMatch, isMatch ? 1 : 0, 0), (matcher.IsDone, _matches, _givenUp));
    }

    [Fact]
    public void NothingIsCompared_AfterTheMatch()
    {
        var matcher = Matcher("ready");
        matcher.See("ready"u8);
        matcher.See("ready"u8);
        Assert.Equal((1, 1), (_matches, matcher.Compared));
    }

    [Fact]
    public void BytesThatAreNoText_AreCompared()
    {
        var matcher = Matcher("ready$");
        matcher.See([0xff, 0xfe, (byte)' ', .. "ready"u8]);
        Assert.True(matcher.IsDone);
    }

    [Fact]
    public void SlowPattern_IsGivenUp_AfterAFewLines()
    {
        var matcher = Matcher(Slow);
        for (var i = 0; i < 400; i++)
        {
            matcher.See(Encoding.UTF8.GetBytes(SlowLine));
        }

        matcher.See("aaa"u8); // would match
        Assert.Equal((0, 1), (_matches, _givenUp));
        Assert.InRange(matcher.Compared, 2, 20); // ten, and what is filled up while others have the processor
    }

    [Fact]
    public void SlowPattern_CostsTheSame_HoweverManyInstancesHaveIt()
    {
        var compared = 0;
        for (var instance = 0; instance < 50; instance++)
        {
            var matcher = Matcher(Slow);
            for (var i = 0; i < 20; i++)
            {
                matcher.See(Encoding.UTF8.GetBytes(SlowLine));
            }

            compared += matcher.Compared;
        }

        Assert.Equal((0, 50), (_matches, _givenUp));
        Assert.InRange(compared, 50, 60); // of those after the first one line each
    }

    [Fact]
    public void OneSlowLine_KeepsNoneFromMatching()
    {
        var matcher = Matcher(Slow);
        matcher.See(Encoding.UTF8.GetBytes(SlowLine));
        matcher.See("aaa"u8);
        Assert.Equal((1, 0), (_matches, _givenUp));
    }

    [Fact]
    public void Budget_IsWhatBytesNeed_SomeMore_AndAHundredthOfTheTime()
    {
        var start = new Instant(0);
        var budget = new PatternBudget(start);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(budget.Spend(64 * 1024, TimeSpan.FromMilliseconds(32), start)); // half a microsecond for each byte
        }

        Assert.True(budget.Spend(0, TimeSpan.FromMilliseconds(99), start));
        Assert.False(budget.Spend(0, TimeSpan.FromMilliseconds(5), start));
        Assert.True(budget.Spend(0, TimeSpan.FromMilliseconds(9), start + TimeSpan.FromSeconds(1)));
        Assert.False(budget.Spend(0, TimeSpan.FromMilliseconds(101), start + TimeSpan.FromHours(1))); // never more than at first
    }

    [Fact]
    public void Lines_AreSeenWhole_HoweverTheyArrive_AndTheLastWithoutItsEnd()
    {
        using var bench = new LogBench();
        var (pipe, pump) = bench.Pump();
        pump.Matcher = Matcher("^now ready$");
        pipe.Put("now ");
        bench.Turn();
        pipe.Put("ready? not ");
        pipe.Put("yet\nnow rea");
        bench.TurnUntil(1);
        Assert.Equal(0, _matches);
        pipe.Put("dy");
        pipe.Write.Dispose();
        bench.TurnUntil(2);
        Assert.Equal(1, _matches);
    }

    LineMatcher Matcher(string pattern) => new(pattern, _budget, () => _matches++, () => _givenUp++);
}
