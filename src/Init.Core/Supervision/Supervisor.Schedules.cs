using System.Globalization;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Schedules;

namespace Init.Core.Supervision;

/// <summary>
/// What is due by the wall clock. A job (no autorestart) is started; what a run that is not over yet means for the next one, the job says.
/// Any other app is restarted, one instance after another: the next one goes when the one before is ready again.
/// Wall time is what the last ClockSet says of the monotonic clock; without one nothing is due.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>Two readings of two clocks differ by less than this although nobody has set one.</summary>
    static readonly TimeSpan ClockNoise = TimeSpan.FromMilliseconds(10);

    /// <summary>In file order.</summary>
    readonly List<Timetable> _timetables = [];

    WallClock? _wallClock;

    /// <summary>Some app has a schedule: the wall clock matters.</summary>
    public bool HasSchedules => _timetables.Count > 0;

    /// <summary>Makes the timetables those of the ecosystem; one that stays the same goes on as it was.</summary>
    void ArrangeSchedules(Instant now)
    {
        var before = _timetables.ToArray();
        _timetables.Clear();
        _nextDeadlineIsStale = true;
        foreach (var app in _ecosystem.Apps)
        {
            if (app.Schedule is not { } schedule)
            {
                continue;
            }

            var table = Array.Find(before, old => old.App == app.Name && old.Schedule.IsSameAs(schedule));
            if (table is null)
            {
                table = new Timetable(app.Name, schedule);
                if (_wallClock is { } clock)
                {
                    table.SetClock(clock, now);
                }
            }

            _timetables.Add(table);
        }
    }

    void OnClockSet(WallClock clock, Instant now)
    {
        if (_wallClock is { } known && known.Ahead(clock).Duration() < ClockNoise)
        {
            return;
        }

        _wallClock = clock;
        _nextDeadlineIsStale = true;
        foreach (var table in _timetables)
        {
            table.SetClock(clock, now);
        }
    }

    void FireSchedules(Instant now, List<Effect> effects)
    {
        foreach (var table in _timetables)
        {
            if (table.Deadline <= now && _wallClock is { } clock)
            {
                table.Advance(clock, now);
                _nextDeadlineIsStale = true;

                // Before the first start (`--delay`) there is nothing to restart, and what waits to be started is about to be.
                if (!_startAt.IsSet)
                {
                    Fire(table, now, effects);
                }
            }
        }
    }

    void Fire(Timetable table, Instant now, List<Effect> effects)
    {
        var next = table.Next?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "never";
        SayOf(new WorkerId(table.App, 0), effects, EventName.ScheduleDue, LogLevel.Info, $"due by schedule {table.Schedule.Text} ({table.Schedule.Zone}); next {next}",
            new LogField("next_run", next));
        if (AppOf(table.App) is not { } app)
        {
            return;
        }

        if (app.CanOverlap)
        {
            ReloadBySchedule(table, effects);
        }
        else if (!app.IsJob)
        {
            BeginRoll(table, now, effects);
        }
        else if (app.Concurrency == ConcurrencyPolicy.Allow)
        {
            RunBeside(app, now, effects);
        }
        else
        {
            RunAll(app, now, effects);
        }
    }

    void RunAll(AppSpec job, Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            if (slot.Worker.App != job.Name || slot.IsLeaving)
            {
                continue;
            }

            if (!slot.State.HasProcess)
            {
                StartSlot(slot, now, effects);
            }
            else if (job.Concurrency == ConcurrencyPolicy.Replace)
            {
                StepSlot(slot, new WorkerEvent.Restart(), now, effects);
            }
            else
            {
                SayOf(slot.Worker, effects, EventName.ScheduleSkipped, LogLevel.Warn, "this run is skipped: the one before has not ended");
            }
        }
    }

    /// <summary>Where old and new can serve side by side nobody need notice.</summary>
    void ReloadBySchedule(Timetable table, List<Effect> effects)
    {
        if (_rollouts.Exists(one => one.App == table.App))
        {
            SayOf(new WorkerId(table.App, 0), effects, EventName.ScheduleSkipped, LogLevel.Warn, "this restart is skipped: a reload is not over");
            return;
        }

        foreach (var slot in _slots)
        {
            if (slot.Worker.App == table.App && !slot.IsLeaving)
            {
                Enqueue(slot);
            }
        }
    }

    /// <summary>One run, in the first instance that has none; one that waits for its dependencies has its run before it.</summary>
    void RunBeside(AppSpec job, Instant now, List<Effect> effects)
    {
        for (var index = 0; _slotOf.TryGetValue(new WorkerId(job.Name, index), out var slot); index++)
        {
            if (!slot.IsLeaving && slot.State.Phase is Phase.Down or Phase.Failed)
            {
                StartSlot(slot, now, effects);
                return;
            }
        }

        SayOf(new WorkerId(job.Name, 0), effects, EventName.ScheduleSkipped, LogLevel.Warn, $"this run is skipped: all {job.Instances} instances have a run that has not ended");
    }

    void BeginRoll(Timetable table, Instant now, List<Effect> effects)
    {
        if (table.Rolling >= 0)
        {
            SayOf(new WorkerId(table.App, table.Rolling), effects, EventName.ScheduleSkipped, LogLevel.Warn,
                "this restart is skipped: the one before is not over, as this instance is not ready again");
            return;
        }

        table.Rolling = 0;
        table.Replaced = -1;
        GoOnRolling(table, now, effects);
    }

    /// <summary>After each event: is the instance that was restarted ready again?</summary>
    void GoOnRolling(Instant now, List<Effect> effects)
    {
        foreach (var table in _timetables)
        {
            GoOnRolling(table, now, effects);
        }
    }

    void GoOnRolling(Timetable table, Instant now, List<Effect> effects)
    {
        while (table.Rolling >= 0)
        {
            if (!_slotOf.TryGetValue(new WorkerId(table.App, table.Rolling), out var slot) || slot.IsLeaving)
            {
                table.Rolling = -1;
                return;
            }

            if (table.Replaced < 0)
            {
                if (slot.State.Phase is Phase.Starting or Phase.Draining or Phase.Killing or Phase.Held)
                {
                    SayOf(slot.Worker, effects, EventName.ScheduleSkipped, LogLevel.Warn, "not restarted by schedule: it is still being started or stopped");
                    table.Rolling++;
                    continue;
                }

                table.Replaced = slot.State.Incarnation;
                if (slot.State.Phase is Phase.Down or Phase.Failed)
                {
                    StartSlot(slot, now, effects);
                }
                else
                {
                    StepSlot(slot, new WorkerEvent.Restart(), now, effects);
                }

                return;
            }

            if (slot.State.Phase is Phase.Down or Phase.Failed)
            {
                StopRoll(table, slot, effects);
                return;
            }

            if (slot.State.Phase != Phase.Ready || slot.State.Incarnation == table.Replaced)
            {
                return;
            }

            table.Rolling++;
            table.Replaced = -1;
        }
    }

    /// <summary>A restart must not take down one instance after another when they do not come back.</summary>
    void StopRoll(Timetable table, Slot slot, List<Effect> effects)
    {
        if (_slotOf.ContainsKey(new WorkerId(table.App, table.Rolling + 1)))
        {
            SayOf(slot.Worker, effects, EventName.ScheduleSkipped, LogLevel.Error,
                "the restart by schedule ends here: this instance did not come up again; those after it stay as they are");
        }

        table.Rolling = -1;
    }

    /// <summary>Nothing is due any more.</summary>
    void DropSchedules()
    {
        _timetables.Clear();
        _nextDeadlineIsStale = true;
    }

    /// <summary>The container waits for what is still to be run.</summary>
    bool HasJobs()
    {
        foreach (var app in _ecosystem.Apps)
        {
            if (app.IsJob || (app.Schedule is not null && !app.AutoStart))
            {
                return true;
            }
        }

        return false;
    }

    DateTime? NextRunOf(string app) => _timetables.Find(table => table.App == app)?.Next;

    static void SayOf(WorkerId worker, List<Effect> effects, EventName name, LogLevel level, string message, params ReadOnlySpan<LogField> fields) =>
        effects.Add(new Effect.Report(new LogEvent(name, level, message) { Worker = worker, Fields = [.. fields] }));
}
