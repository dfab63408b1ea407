namespace Init.Core.Schedules;

/// <summary>
/// When something is due: a pattern in a time zone. The rule for clocks that are put forward and back:
/// a pattern that names hours (`30 2 * * *`) fires when local time passes a named time for the first time. So a time that is left out
/// fires at the first moment after the gap (all left-out times of a gap together once), and a time that comes twice fires the first time.
/// A pattern for every hour (`*/10 * * * *`; the hour field begins with `*` or names all 24) fires at every real moment whose local time
/// it names: nothing is made up for after a gap, and in a repeated hour it fires again.
/// Zones are taken to change their offset at most once in two days.
/// </summary>
public sealed class Schedule
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly CronSchedule _pattern;
    readonly TimeZoneInfo _zone;

    /// <param name="text">The pattern as it was written, without its zone: for people.</param>
    /// <param name="pattern">The same, read.</param>
    /// <param name="zone">Where its times are local.</param>
    public Schedule(string text, CronSchedule pattern, TimeZoneInfo zone)
    {
        Text = text;
        _pattern = pattern;
        _zone = zone;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>Name of the zone: "Europe/Berlin", "UTC".</summary>
    public string Zone => _zone.Id;

    /// <summary>True when the other fires at the same times for certain.</summary>
    public bool IsSameAs(Schedule? other) => other is not null && other.Text == Text && other.Zone == Zone;

    /// <summary>The first moment after another at which it fires.</summary>
    /// <param name="utc">Wall time in UTC.</param>
    /// <returns>In UTC, whole seconds. Null when it never fires again.</returns>
    public DateTime? NextAfter(DateTime utc) =>
        (_pattern.IsEveryHour ? NextReal(utc) : NextNamed(utc)) is { } next ? DateTime.SpecifyKind(next, DateTimeKind.Utc) : null;

    /// <summary>Goes through the stretches of one offset until one holds a named time.</summary>
    DateTime? NextReal(DateTime utc)
    {
        var local = utc + Offset(utc);
        while (true)
        {
            var offset = Offset(utc);
            if (_pattern.NextAfter(local) is not { } named)
            {
                return null;
            }

            var at = named - offset;
            var change = NextChange(utc, at);
            if (change is null)
            {
                return at;
            }

            // From the first second of the next stretch, which counts itself.
            utc = change.Value;
            local = utc + Offset(utc) - TimeSpan.FromSeconds(1);
        }
    }

    DateTime? NextNamed(DateTime utc)
    {
        var passed = utc + Offset(utc);
        var before = Offset(utc - Day);
        if (before > Offset(utc))
        {
            // The clock was put back a while ago: what it showed before that does not count again.
            var shown = FirstWith(utc - Day, utc, Offset(utc)) + before - TimeSpan.FromTicks(1);
            passed = shown > passed ? shown : passed;
        }

        return _pattern.NextAfter(passed) is { } named ? FirstMomentOf(named) : null;
    }

    /// <summary>The first moment at which local time is this, or later.</summary>
    DateTime FirstMomentOf(DateTime local)
    {
        var early = Offset(local - Day);
        var late = Offset(local + Day);
        var at = local - early;
        if (early == late || Offset(at) == early)
        {
            return at;
        }

        var then = local - late;
        return Offset(then) == late ? then : FirstWith(then, at, late);
    }

    /// <summary>The first change of the offset after a moment and not after another; looks at each day.</summary>
    DateTime? NextChange(DateTime after, DateTime until)
    {
        var offset = Offset(after);
        for (var from = after; from < until;)
        {
            var to = until - from > Day ? from + Day : until;
            if (Offset(to) != offset)
            {
                return FirstWith(from, to, Offset(to));
            }

            from = to;
        }

        return null;
    }

    /// <summary>The first second with an offset that holds at <paramref name="to"/> and not yet at <paramref name="from"/>.</summary>
    DateTime FirstWith(DateTime from, DateTime to, TimeSpan offset)
    {
        var (low, high) = (from.Ticks / TimeSpan.TicksPerSecond, (to.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
        while (low + 1 < high)
        {
            var middle = (low + high) / 2;
            if (Offset(new DateTime(middle * TimeSpan.TicksPerSecond, DateTimeKind.Utc)) == offset)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return new DateTime(high * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
    }

    TimeSpan Offset(DateTime utc) => _zone.GetUtcOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
