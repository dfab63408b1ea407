using Init.Core.Model;
using Init.Core.Schedules;

namespace Init.Core.Supervision;

/// <summary>One app's schedule: when it is due next, and how far a restart of its instances has come.</summary>
sealed class Timetable(string app, Schedule schedule)
{
    /// <summary>
    /// A step of the wall clock up to this (NTP makes them) neither loses nor repeats a fire. After a larger one the schedule goes by the new time:
    /// what was passed over is not made up for, what comes again fires again.
    /// </summary>
    static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>When it was due last, in UTC.</summary>
    DateTime _last = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

    public string App { get; } = app;

    public Schedule Schedule { get; } = schedule;

    /// <summary>In UTC; null while the wall clock is unknown.</summary>
    public DateTime? Next { get; private set; }

    /// <summary>The same on the monotonic clock; Never for null.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>The instance that is being restarted, or is next; -1 when no restart is under way.</summary>
    public int Rolling { get; set; } = -1;

    /// <summary>The process that the instance had when it was asked to restart; -1 when it was not asked yet.</summary>
    public int Replaced { get; set; } = -1;

    /// <summary>The wall clock is known, or was set.</summary>
    public void SetClock(WallClock clock, Instant now)
    {
        var wall = clock.At(now);
        var isDue = Next <= wall && wall - Next <= Slack;
        if (!isDue)
        {
            Next = Schedule.NextAfter(_last > wall && _last - wall <= Slack ? _last : wall);
        }

        Deadline = Next is { } next ? clock.InstantOf(next) : Instant.Never;
    }

    /// <summary>It is due: from here on the next time counts. What was slept over is one fire.</summary>
    public void Advance(WallClock clock, Instant now)
    {
        var wall = clock.At(now);
        _last = Next is { } due ? due : wall;
        Next = Schedule.NextAfter(_last > wall ? _last : wall);
        Deadline = Next is { } next ? clock.InstantOf(next) : Instant.Never;
    }
}
