using System.Numerics;

namespace Init.Core.Schedules;

/// <summary>
/// The local times that a cron pattern names. Knows the calendar and no zone: <see cref="Schedule"/> has that.
/// As in vixie cron a day counts when it is in the day-of-month field or in the day-of-week field, if both are given; else it must be in the
/// one that is. A field that begins with `*` (or is `?`) counts as not given.
/// </summary>
public sealed class CronSchedule
{
    /// <summary>The calendar repeats itself: a day that has not come within 400 years never comes. In practice 40 years reach (29 February on one weekday).</summary>
    const int Years = 41;

    internal CronSchedule()
    {
    }

    /// <summary>A bit per second, 0 to 59.</summary>
    internal ulong Seconds { get; init; }

    internal ulong Minutes { get; init; }

    internal ulong Hours { get; init; }

    /// <summary>Bits 1 to 31.</summary>
    internal ulong Days { get; init; }

    /// <summary>Bits 1 to 12.</summary>
    internal ulong Months { get; init; }

    /// <summary>Bits 0 (Sunday) to 6.</summary>
    internal ulong Weekdays { get; init; }

    /// <summary>`L` in the day-of-month field.</summary>
    internal bool LastDay { get; init; }

    /// <summary>`5L`: a bit per weekday whose last in the month counts.</summary>
    internal ulong LastWeekdays { get; init; }

    /// <summary>`5#2`: bit 7 * (n - 1) + weekday for the nth of the month, n from 1 to 5.</summary>
    internal ulong NthWeekdays { get; init; }

    internal bool HasDays { get; init; }

    internal bool HasWeekdays { get; init; }

    /// <summary>The hour field names every hour, or begins with `*`: fires by real time, in a repeated hour too. See <see cref="Schedule"/>.</summary>
    public bool IsEveryHour { get; internal init; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">Five fields, six with seconds first, or a macro such as `@daily`.</param>
    /// <param name="schedule">Null when it is wrong.</param>
    /// <param name="problem">What is wrong, where, and what to write instead; null when nothing is.</param>
    public static bool TryParse(string text, out CronSchedule? schedule, out CronProblem? problem) => CronParser.TryRead(text, out schedule, out problem);

    /// <summary>The first local time after another that the pattern names; whole seconds. Null when there is none.</summary>
    public DateTime? NextAfter(DateTime local)
    {
        if (local.Year >= DateTime.MaxValue.Year - Years)
        {
            return null;
        }

        var at = new DateTime(local.Ticks - (local.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        if (IsDay(at) && TimeFrom(at) is { } today)
        {
            return at.Date + today;
        }

        var first = new TimeSpan(BitOperations.TrailingZeroCount(Hours), BitOperations.TrailingZeroCount(Minutes), BitOperations.TrailingZeroCount(Seconds));
        var last = at.AddYears(Years);
        for (var day = at.Date.AddDays(1); day < last; day = NextDay(day))
        {
            if (IsDay(day))
            {
                return day + first;
            }
        }

        return null;
    }

    /// <summary>True when the pattern names this local second.</summary>
    public bool Names(DateTime local) => IsDay(local)
        && Has(Hours, local.Hour) && Has(Minutes, local.Minute) && Has(Seconds, local.Second);

    /// <summary>A month that is not named is passed in one step.</summary>
    DateTime NextDay(DateTime day) => Has(Months, day.Month) ? day.AddDays(1) : new DateTime(day.Year, day.Month, 1).AddMonths(1);

    bool IsDay(DateTime day)
    {
        if (!Has(Months, day.Month))
        {
            return false;
        }

        if (HasDays && HasWeekdays)
        {
            return IsDayOfMonth(day) || IsDayOfWeek(day);
        }

        // A field such as */2 is not "given", and yet it narrows.
        return IsDayOfMonth(day) && IsDayOfWeek(day);
    }

    bool IsDayOfMonth(DateTime day) => Has(Days, day.Day) || (LastDay && day.Day == DateTime.DaysInMonth(day.Year, day.Month));

    bool IsDayOfWeek(DateTime day)
    {
        var weekday = (int)day.DayOfWeek;
        return Has(Weekdays, weekday)
            || Has(NthWeekdays, ((day.Day - 1) / 7 * 7) + weekday)
            || (Has(LastWeekdays, weekday) && day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month));
    }

    /// <summary>The first named time of a day that is not before this one.</summary>
    TimeSpan? TimeFrom(DateTime at)
    {
        for (var hour = From(Hours, at.Hour); hour < 24; hour = From(Hours, hour + 1))
        {
            var isSame = hour == at.Hour;
            for (var minute = From(Minutes, isSame ? at.Minute : 0); minute < 60; minute = From(Minutes, minute + 1))
            {
                var second = From(Seconds, isSame && minute == at.Minute ? at.Second : 0);
                if (second < 60)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }

        return null;
    }

    static bool Has(ulong mask, int bit) => ((mask >> bit) & 1) != 0;

    /// <summary>The lowest bit that is not below; 64 when there is none.</summary>
    static int From(ulong mask, int bit) => bit > 63 ? 64 : BitOperations.TrailingZeroCount(mask & (ulong.MaxValue << bit));
}
