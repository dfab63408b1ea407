using System.Globalization;
using Init.Core.Schedules;

namespace Init.Core.Tests.Schedules;

/// <summary>Patterns in zones, above all where clocks are put forward and back.</summary>
public sealed class ScheduleTests
{
    [Theory]
    // Berlin 2026: forward on 29 March at 01:00 UTC (02:00 to 03:00), back on 25 October at 01:00 UTC (03:00 to 02:00).
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T02:00:00Z", "03-29 01:00:00, 03-30 00:30:00")]
    [InlineData("0,30 2 * * *", "Europe/Berlin", "2026-03-28T02:00:00Z", "03-29 01:00:00, 03-30 00:00:00")]
    [InlineData("30 2,3 * * *", "Europe/Berlin", "2026-03-28T03:00:00Z", "03-29 01:00:00, 03-29 01:30:00")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-03-28T02:30:00Z", "03-29 01:00:00, 03-30 01:00:00")]
    [InlineData("0 2,3 * * *", "Europe/Berlin", "2026-03-28T02:30:00Z", "03-29 01:00:00, 03-30 00:00:00")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "03-29 00:30:00, 03-29 01:30:00")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "10-25 00:30:00, 10-26 01:30:00")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", "10-26 01:30:00, 10-27 01:30:00")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", "10-26 01:30:00, 10-27 01:30:00")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "10-25 00:30:00, 10-25 01:30:00")]
    [InlineData("*/20 0-23 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "10-25 00:40:00, 10-25 01:00:00")]
    [InlineData("*/30 1-3 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "10-25 02:00:00, 10-25 02:30:00")]
    [InlineData("0 30 2 29 3 *", "Europe/Berlin", "2025-12-01T00:00:00Z", "03-29 01:00:00, 2027-03-29 00:30:00")]
    // New York 2026: forward on 8 March at 07:00 UTC, back on 1 November at 06:00 UTC.
    [InlineData("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", "03-08 07:00:00, 03-09 06:30:00")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "11-01 05:30:00, 11-02 06:30:00")]
    [InlineData("30 1 * * * *", "America/New_York", "2026-11-01T05:30:00Z", "11-01 06:01:30, 11-01 07:01:30")]
    // Lord Howe moves by half an hour: 5 April back at 15:00 UTC of the 4th, 4 October forward at 15:30 UTC of the 3rd.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "10-03 15:30:00, 10-04 15:15:00")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", "04-04 14:45:00, 04-05 15:15:00")]
    // Half hours in the zone itself, and no zone at all.
    [InlineData("0 6 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", "01-01 00:30:00, 01-02 00:30:00")]
    [InlineData("0 6 * * *", "UTC", "2026-01-01T06:00:00Z", "01-02 06:00:00, 01-03 06:00:00")]
    public void Schedule_FiresAt(string pattern, string zone, string after, string expected)
    {
        var schedule = Of(pattern, zone);
        var at = DateTime.Parse(after, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        var times = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            at = schedule.NextAfter(at)!.Value;
            Assert.Equal(DateTimeKind.Utc, at.Kind);
            times.Add(at.ToString(at.Year == 2026 ? "MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        }

        Assert.Equal(expected, string.Join(", ", times));
    }

    /// <summary>Second by second through the days around every change of seven years, against the rule as it is written down.</summary>
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Sydney")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("America/Santiago")]
    public void EveryFire_IsThatOfASecondBySecondClock(string zoneName)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
        string[] patterns =
        [
            "30 2 * * *", "0,30 1-3 * * *", "*/15 * * * *", "15 30 */2 * * *", "0 0 * * *", "*/10 2 * * *", "59 59 23 * * *", "5 0-22 * * *",
            "0 0-23 * * *", "7 * 2 * * *", "0 3 * * SUN", "45 1 L * *",
        ];
        var schedules = patterns.Select(pattern => Of(pattern, zoneName)).ToList();
        var read = patterns.Select(Read).ToList();
        var changes = Changes(zone);
        Assert.InRange(changes.Count, 12, 16);
        foreach (var change in changes)
        {
            var (start, end) = (change.AddHours(-26), change.AddHours(26));
            var expected = Clock(zone, read, start, end);
            for (var i = 0; i < patterns.Length; i++)
            {
                var fires = new List<DateTime>();
                for (var at = start; (at = schedules[i].NextAfter(at)!.Value) <= end;)
                {
                    fires.Add(at);
                }

                Assert.True(expected[i].SequenceEqual(fires), $"{patterns[i]} around {change:s}: {string.Join(' ', expected[i].Except(fires).Concat(fires.Except(expected[i])).Select(t => t.ToString("s")))}");

                // Asked from any moment, not only from the last fire.
                var moment = change.AddMinutes(-100 + (17 * i));
                var next = schedules[i].NextAfter(moment)!.Value;
                Assert.Equal(expected[i].FirstOrDefault(t => t > moment), next <= end ? next : default);
            }
        }
    }

    [Fact]
    public void SameSchedule_IsTheSamePatternInTheSameZone()
    {
        Assert.True(Of("0 3 * * *", "UTC").IsSameAs(Of("0 3 * * *", "UTC")));
        Assert.False(Of("0 3 * * *", "UTC").IsSameAs(Of("0 4 * * *", "UTC")));
        Assert.False(Of("0 3 * * *", "UTC").IsSameAs(Of("0 3 * * *", "Europe/Berlin")));
        Assert.False(Of("0 3 * * *", "UTC").IsSameAs(null));
    }

    [Fact]
    public void RareDay_IsFoundAcrossManyChanges()
    {
        var after = new DateTime(2028, 3, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal("2032-02-28T23:00:00", Of("0 */12 29 2 *", "Europe/Berlin").NextAfter(after)!.Value.ToString("s"));
    }

    /// <summary>For each pattern when a clock that is looked at every second fires: by what it shows now, or by what it has passed for the first time.</summary>
    static List<DateTime>[] Clock(TimeZoneInfo zone, List<CronSchedule> patterns, DateTime start, DateTime end)
    {
        var fires = patterns.Select(_ => new List<DateTime>()).ToArray();
        var highest = start + zone.GetUtcOffset(start);
        for (var at = start.AddSeconds(1); at <= end; at = at.AddSeconds(1))
        {
            var shown = at + zone.GetUtcOffset(at);
            for (var i = 0; i < patterns.Count; i++)
            {
                if (patterns[i].IsEveryHour ? patterns[i].Names(shown) : Passes(patterns[i], highest, shown))
                {
                    fires[i].Add(at);
                }
            }

            highest = shown > highest ? shown : highest;
        }

        return fires;
    }

    static bool Passes(CronSchedule pattern, DateTime highest, DateTime shown)
    {
        for (var local = highest.AddSeconds(1); local <= shown; local = local.AddSeconds(1))
        {
            if (pattern.Names(local))
            {
                return true;
            }
        }

        return false;
    }

    static List<DateTime> Changes(TimeZoneInfo zone)
    {
        var changes = new List<DateTime>();
        var at = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (; at.Year < 2031; at = at.AddMinutes(30))
        {
            if (zone.GetUtcOffset(at) != zone.GetUtcOffset(at.AddMinutes(-30)))
            {
                changes.Add(at);
            }
        }

        return changes;
    }

    internal static Schedule Of(string pattern, string zone) => new(pattern, Read(pattern), TimeZoneInfo.FindSystemTimeZoneById(zone));

    static CronSchedule Read(string pattern)
    {
        Assert.True(CronSchedule.TryParse(pattern, out var schedule, out var problem), problem?.ToString());
        return schedule!;
    }
}
