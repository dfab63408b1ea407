using Init.Core.Schedules;

namespace Init.Core.Tests.Schedules;

/// <summary>What a pattern names, and what is said of one that names nothing.</summary>
public sealed class CronParserTests
{
    /// <summary>The first three local times after the start of 2026, a Thursday.</summary>
    [Theory]
    [InlineData("* * * * *", "01-01 00:01:00, 01-01 00:02:00, 01-01 00:03:00")]
    [InlineData("* * * * * *", "01-01 00:00:01, 01-01 00:00:02, 01-01 00:00:03")]
    [InlineData("*/20 * * * * *", "01-01 00:00:20, 01-01 00:00:40, 01-01 00:01:00")]
    [InlineData("5/25 * * * *", "01-01 00:05:00, 01-01 00:30:00, 01-01 00:55:00")]
    [InlineData("10-14/2,50 7 * * *", "01-01 07:10:00, 01-01 07:12:00, 01-01 07:14:00")]
    [InlineData("  0\t3  * * * ", "01-01 03:00:00, 01-02 03:00:00, 01-03 03:00:00")]
    [InlineData("0 0 * * 7", "01-04 00:00:00, 01-11 00:00:00, 01-18 00:00:00")]
    [InlineData("0 0 * * 0", "01-04 00:00:00, 01-11 00:00:00, 01-18 00:00:00")]
    [InlineData("0 0 * * SAT-Mon", "01-03 00:00:00, 01-04 00:00:00, 01-05 00:00:00")]
    [InlineData("0 0 * * 5-7", "01-02 00:00:00, 01-03 00:00:00, 01-04 00:00:00")]
    [InlineData("0 0 ? feb-JUL sun", "02-01 00:00:00, 02-08 00:00:00, 02-15 00:00:00")]
    [InlineData("0 0 13 * FRI", "01-02 00:00:00, 01-09 00:00:00, 01-13 00:00:00")]
    [InlineData("0 0 */10 * FRI", "05-01 00:00:00, 07-31 00:00:00, 08-21 00:00:00")]
    [InlineData("0 0 1 * ?", "02-01 00:00:00, 03-01 00:00:00, 04-01 00:00:00")]
    [InlineData("0 0 L * *", "01-31 00:00:00, 02-28 00:00:00, 03-31 00:00:00")]
    [InlineData("0 0 15,L 2 *", "02-15 00:00:00, 02-28 00:00:00, 2027-02-15 00:00:00")]
    [InlineData("0 0 * * 5L", "01-30 00:00:00, 02-27 00:00:00, 03-27 00:00:00")]
    [InlineData("0 0 * * FRI#2", "01-09 00:00:00, 02-13 00:00:00, 03-13 00:00:00")]
    [InlineData("0 0 * * 5#5", "01-30 00:00:00, 05-29 00:00:00, 07-31 00:00:00")]
    [InlineData("0 0 * * 7#l", "01-25 00:00:00, 02-22 00:00:00, 03-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2028-02-29 00:00:00, 2032-02-29 00:00:00, 2036-02-29 00:00:00")]
    [InlineData("0 0 31 * *", "01-31 00:00:00, 03-31 00:00:00, 05-31 00:00:00")]
    [InlineData("59 59 23 31 12 *", "12-31 23:59:59, 2027-12-31 23:59:59, 2028-12-31 23:59:59")]
    [InlineData("@hourly", "01-01 01:00:00, 01-01 02:00:00, 01-01 03:00:00")]
    [InlineData("@daily", "01-02 00:00:00, 01-03 00:00:00, 01-04 00:00:00")]
    [InlineData("@Midnight", "01-02 00:00:00, 01-03 00:00:00, 01-04 00:00:00")]
    [InlineData("@weekly", "01-04 00:00:00, 01-11 00:00:00, 01-18 00:00:00")]
    [InlineData("@monthly", "02-01 00:00:00, 03-01 00:00:00, 04-01 00:00:00")]
    [InlineData("@yearly", "2027-01-01 00:00:00, 2028-01-01 00:00:00, 2029-01-01 00:00:00")]
    [InlineData(" @annually ", "2027-01-01 00:00:00, 2028-01-01 00:00:00, 2029-01-01 00:00:00")]
    public void Pattern_NamesTheseTimes(string pattern, string expected)
    {
        Assert.True(CronSchedule.TryParse(pattern, out var schedule, out var problem), problem?.ToString());
        var times = new List<string>();
        var at = new DateTime(2026, 1, 1);
        for (var i = 0; i < 3; i++)
        {
            at = schedule!.NextAfter(at)!.Value;
            times.Add(at.ToString(at.Year == 2026 ? "MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss"));
        }

        Assert.Equal(expected, string.Join(", ", times));
    }

    [Theory]
    [InlineData("", "column 1: the pattern is empty")]
    [InlineData("   ", "column 1: the pattern is empty")]
    [InlineData("* * * *", "column 1: 4 fields where 5 or 6 are expected")]
    [InlineData("* * * * * * *", "column 1: 7 fields where 5 or 6 are expected")]
    [InlineData("60 * * * *", "minute, column 1: 60 is above 59")]
    [InlineData("0 24 * * *", "hour, column 3: 24 is above 23")]
    [InlineData("0 0 0 * *", "day of month, column 5: 0 is below 1")]
    [InlineData("0 0 * 13 *", "month, column 7: 13 is above 12")]
    [InlineData("0 0 * * 8", "day of week, column 9: 8 is above 7")]
    [InlineData("0 61 * * * *", "minute, column 3: 61 is above 59")]
    [InlineData("61 0 * * * *", "second, column 1: 61 is above 59")]
    [InlineData("0,5,99 * * * *", "minute, column 5: 99 is above 59")]
    [InlineData("1-99 * * * *", "minute, column 3: 99 is above 59")]
    [InlineData("*/0 * * * *", "minute, column 3: \"0\" is no step")]
    [InlineData("*/x * * * *", "minute, column 3: \"x\" is no step")]
    [InlineData("*/ * * * *", "minute, column 3: \"\" is no step")]
    [InlineData("*/60 * * * *", "minute, column 3: the step 60 is above 59")]
    [InlineData("1,,2 * * * *", "minute, column 3: a value is missing")]
    [InlineData("1, * * * *", "minute, column 3: a value is missing")]
    [InlineData("-5 * * * *", "minute, column 1: a value is missing")]
    [InlineData("5- * * * *", "minute, column 3: a value is missing")]
    [InlineData("+5 * * * *", "minute, column 1: \"+5\" is no minute")]
    [InlineData("5 22-2 * * *", "hour, column 3: the range 22-2 ends before it begins")]
    [InlineData("0 0 * FOO *", "month, column 7: \"FOO\" is no month")]
    [InlineData("0 0 * JANUARY *", "month, column 7: \"JANUARY\" is no month")]
    [InlineData("0 0 * * MO", "day of week, column 9: \"MO\" is no day of week")]
    [InlineData("? * * * *", "minute, column 1: ? stands for any day only")]
    [InlineData("0 0 W * *", "day of month, column 5: \"W\" is no day of month")]
    [InlineData("0 0 5L * *", "day of month, column 5: \"5L\" is no day")]
    [InlineData("0 0 * L *", "month, column 7: \"L\": L and # belong to the day fields")]
    [InlineData("0 0 * * L", "day of week, column 9: L alone is no day of week")]
    [InlineData("0 0 * * 5#6", "day of week, column 11: \"6\" is not 1 to 5")]
    [InlineData("0 0 * * 8L", "day of week, column 9: 8 is above 7")]
    [InlineData("0 0 30 2 *", "day of month, column 5: no month that is named has this day")]
    [InlineData("0 0 0 31 4,6 *", "day of month, column 7: no month that is named has this day")]
    [InlineData("@reboot", "column 1: no macro \"@reboot\" is known")]
    [InlineData(" @often", "column 2: no macro \"@often\" is known")]
    [InlineData("99999999999 * * * *", "minute, column 1: \"99999999999\" is no minute")]
    public void Pattern_IsRefused_WithItsFieldAndColumn(string pattern, string expected)
    {
        Assert.False(CronSchedule.TryParse(pattern, out var schedule, out var problem));
        Assert.Null(schedule);
        Assert.Equal(expected, problem!.ToString());
        Assert.NotEmpty(problem.Remedy);
    }

    /// <summary>Any bytes: an answer, and the next time is the first that the pattern names.</summary>
    [Fact]
    public void AnyPattern_IsReadOrRefused_AndNextIsTheFirst()
    {
        var random = new Supervision.Lcg(7);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = AnyPattern(random);
            if (!CronSchedule.TryParse(pattern, out var schedule, out var problem))
            {
                Assert.InRange(problem!.Column, 1, pattern.Length + 1);
                continue;
            }

            read++;
            var at = new DateTime(2026, 1 + random.Below(12), 1 + random.Below(28), random.Below(24), random.Below(60), random.Below(60));
            var next = schedule!.NextAfter(at)!.Value;
            Assert.True(schedule.Names(next), pattern);
            var between = at.AddSeconds(1);
            for (var step = 0; step < 2000 && between < next; step++, between = between.AddSeconds(1))
            {
                Assert.False(schedule.Names(between), $"{pattern}: {between:s} comes before {next:s}");
            }
        }

        Assert.InRange(read, 1000, 20_000);
    }

    static string AnyPattern(Supervision.Lcg random)
    {
        const string Atoms = "0123456789*/-,?L#";
        string[] fields = ["*", "?", "*/7", "0", "30", "1-5", "5,10", "MON", "JAN-MAR", "L", "5L", "2#3", "22", "12"];
        var words = new List<string>();
        for (var i = 5 + random.Below(2); i > 0; i--)
        {
            words.Add(random.Below(12) == 0 ? $"{Atoms[random.Below(Atoms.Length)]}{Atoms[random.Below(Atoms.Length)]}" : fields[random.Below(fields.Length) % (i > 3 ? 7 : fields.Length)]);
        }

        return string.Join(' ', words);
    }
}
