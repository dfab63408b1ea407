using System.Globalization;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Watch;

namespace Init.Core.Supervision;

/// <summary>
/// `watch`: changed files restart an app, once it has been quiet for `watch_delay`. All instances at once: half of them with the old code would help nobody.
/// Also what has failed, ended by its own plan or waits for its next try goes again, for a change may be what mends it (so a container stays for such an app);
/// what an operator has stopped, or nobody has started, stays. A process that is on its way down already has a successor, which will see the change.
/// A watch begins with the first process of its app, so that nothing is looked through before apps start.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>Apps that are watched, as the outside was told.</summary>
    readonly List<WatchedApp> _watched = [];

    /// <summary>What the outside was told of one app, and what it tells.</summary>
    sealed class WatchedApp(string name, WatchSpec watch, string? cwd)
    {
        public string Name { get; } = name;

        public WatchSpec Watch { get; set; } = watch;

        public string? Cwd { get; set; } = cwd;

        /// <summary>Null: nothing has changed since the last restart.</summary>
        public ChangeBurst? Burst { get; set; }

        public Instant Deadline => Burst?.Deadline ?? Instant.Never;
    }

    void BeginWatch(AppSpec app, List<Effect> effects)
    {
        if (!app.Watch.IsOn || _isShuttingDown || WatchOf(app.Name) is not null)
        {
            return;
        }

        _watched.Add(new WatchedApp(app.Name, app.Watch, app.Cwd));
        effects.Add(new Effect.WatchFiles(app.Name, app.Watch, app.Cwd));
    }

    /// <summary>The file was read again.</summary>
    void ArrangeWatches(List<Effect> effects)
    {
        foreach (var watched in _watched.ToArray())
        {
            var app = AppOf(watched.Name);
            if (app is not { Watch.IsOn: true } || !HasRun(watched.Name))
            {
                _ = _watched.Remove(watched);
                _nextDeadlineIsStale = true;
                effects.Add(new Effect.WatchFiles(watched.Name, WatchSpec.None, null));
                continue;
            }

            if (!app.Watch.IsSameAs(watched.Watch) || app.Cwd != watched.Cwd)
            {
                effects.Add(new Effect.WatchFiles(app.Name, app.Watch, app.Cwd));
            }

            watched.Watch = app.Watch;
            watched.Cwd = app.Cwd;
        }

        foreach (var slot in _slots)
        {
            if (slot.State.Incarnation != 0 && !slot.IsLeaving)
            {
                BeginWatch(AppOf(slot.Worker.App) ?? slot.Spec, effects);
            }
        }
    }

    /// <summary>An instance that stays has had a process: of several, the one that ran may be the one that leaves.</summary>
    bool HasRun(string app) => _slots.Exists(slot => slot.Worker.App == app && !slot.IsLeaving && slot.State.Incarnation != 0);

    void EndWatches(List<Effect> effects)
    {
        foreach (var watched in _watched)
        {
            effects.Add(new Effect.WatchFiles(watched.Name, WatchSpec.None, null));
        }

        _watched.Clear();
        _nextDeadlineIsStale = true;
    }

    /// <summary>What the kernel told before a watch ended may come after it.</summary>
    void OnFilesChanged(SupervisorEvent.FilesChanged changed, Instant now)
    {
        if (WatchOf(changed.App) is { } watched)
        {
            watched.Burst ??= new ChangeBurst();
            watched.Burst.Add(changed.Path, changed.Count, now, watched.Watch.Delay);
            _nextDeadlineIsStale = true;
        }
    }

    void FollowChanges(Instant now, List<Effect> effects)
    {
        // By index: what starts now may be watched from now on.
        for (var i = 0; i < _watched.Count; i++)
        {
            if (_watched[i].Burst is { } burst && burst.Deadline <= now)
            {
                _watched[i].Burst = null;
                _nextDeadlineIsStale = true;
                FollowChange(_watched[i].Name, burst, now, effects);
            }
        }
    }

    void FollowChange(string app, ChangeBurst burst, Instant now, List<Effect> effects)
    {
        var more = burst.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {burst.Count - 1} more") : "";
        SayOf(new WorkerId(app, 0), effects, EventName.FileChanged, LogLevel.Info, $"changed: {burst.Path}{more}",
            new LogField("path", burst.Path), new LogField("changes", burst.Count));
        foreach (var slot in _slots)
        {
            if (slot.Worker.App == app && !slot.IsLeaving)
            {
                RestartChanged(slot, now, effects);
            }
        }

        // What failed with the app gets another chance with it, and so on down the chain.
        while (_slots.Find(slot => slot.IsAbandoned && !slot.IsLeaving && HopelessOf(slot.Spec) is null) is { } slot)
        {
            StartSlot(slot, now, effects);
        }
    }

    void RestartChanged(Slot slot, Instant now, List<Effect> effects)
    {
        if (IsRevivable(slot))
        {
            StartSlot(slot, now, effects);
        }
        else if (slot.State.Goal == Goal.Up && slot.State.Phase is Phase.Starting or Phase.Ready or Phase.Draining or Phase.Killing or Phase.Waiting)
        {
            StepSlot(slot, new WorkerEvent.Restart(), now, effects);
        }
    }

    /// <summary>It has no process, and a change starts it. A run of a job is its schedule's to start.</summary>
    static bool IsRevivable(Slot slot) => slot.State.Phase == Phase.Failed || (slot.State.Phase == Phase.Down && slot.State.EndedByPlan && !slot.Spec.IsJob);

    /// <summary>The container stays for an app that a change may get going again.</summary>
    bool AwaitsChange() => _watched.Count > 0 && _slots.Exists(slot => !slot.IsLeaving && IsRevivable(slot) && WatchOf(slot.Worker.App) is not null);

    WatchedApp? WatchOf(string app) => _watched.Find(one => one.Name == app);

    AppSpec? AppOf(string name)
    {
        foreach (var app in _ecosystem.Apps)
        {
            if (app.Name == name)
            {
                return app;
            }
        }

        return null;
    }
}
