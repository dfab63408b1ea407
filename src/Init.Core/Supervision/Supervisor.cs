using System.Collections.Immutable;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// All workers of an ecosystem: routes events to their machines, knows the next deadline, forwards signals, and decides when the container
/// ends and with which code (Supervisor.Shutdown.cs). As pure as the machine: what it wishes comes out as effects, and results come
/// back as events. Effects must be carried out in order, and the answer to a Spawn must come before any other event.
/// Nothing here throws for an event; the exceptions of the lookups are for callers that name a worker that does not exist.
/// </summary>
public sealed partial class Supervisor
{
    readonly Dictionary<WorkerId, Slot> _slotOf = [];

    /// <summary>In file order, the instances of an app beside one another; what is about to leave comes last.</summary>
    readonly List<Slot> _slots = [];

    Ecosystem _ecosystem;
    int _nextId;

    /// <summary>Slots that are neither Down nor Failed.</summary>
    int _active;

    /// <summary>A slot has come to an end since the last look at the whole.</summary>
    bool _someEnded;

    /// <summary>When the apps are started; Never once they are.</summary>
    Instant _startAt = Instant.Never;

    Instant _nextDeadline = Instant.Never;
    bool _nextDeadlineIsStale;

    /// <summary>Makes the slots; nothing runs before <see cref="Begin"/>.</summary>
    /// <param name="ecosystem">Validated: names are unique.</param>
    public Supervisor(Ecosystem ecosystem)
    {
        _ecosystem = ecosystem;
        foreach (var app in ecosystem.Apps)
        {
            for (var index = 0; index < app.Instances; index++)
            {
                _ = AddSlot(app, index);
            }
        }
    }

    /// <summary>What runs, or is about to.</summary>
    public Ecosystem Ecosystem => _ecosystem;

    /// <summary>An orderly stop is under way, or over.</summary>
    public bool IsShuttingDown => _isShuttingDown;

    /// <summary>
    /// No shutdown runs, and every worker is Ready except tasks, scheduled jobs, those that ended by their own plan, and those that nobody has started
    /// (`autostart: false`). A worker that an operator stopped, that was given up, or that waits for a dependency, makes the whole not ready.
    /// </summary>
    public bool IsReady
    {
        get
        {
            if (_isShuttingDown)
            {
                return false;
            }

            foreach (var slot in _slots)
            {
                if (!slot.IsFine)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>When the next Tick is needed; <see cref="Instant.Never"/> when only an event can change anything. Cached between steps.</summary>
    public Instant NextDeadline
    {
        get
        {
            if (_nextDeadlineIsStale)
            {
                _nextDeadline = Instant.Min(Instant.Min(_shutdownDeadline, _startAt), _guard.NextLook);
                var isMeasured = false;
                foreach (var slot in _slots)
                {
                    _nextDeadline = Instant.Min(_nextDeadline, Instant.Min(slot.State.Deadline, slot.KeepUntil));
                    isMeasured |= IsMeasured(slot);
                    if (IsProbed(slot))
                    {
                        _nextDeadline = Instant.Min(_nextDeadline, slot.Probe!.Deadline);
                    }

                    if (IsSought(slot))
                    {
                        _nextDeadline = Instant.Min(_nextDeadline, slot.LookAt);
                    }
                }

                if (isMeasured)
                {
                    _nextDeadline = Instant.Min(_nextDeadline, _lastSample + SampleEvery);
                }

                foreach (var table in _timetables)
                {
                    _nextDeadline = Instant.Min(_nextDeadline, table.Deadline);
                }

                foreach (var watched in _watched)
                {
                    _nextDeadline = Instant.Min(_nextDeadline, watched.Deadline);
                }

                _nextDeadlineIsStale = false;
            }

            return _nextDeadline;
        }
    }

    /// <summary>Whether there is such a worker.</summary>
    public bool Knows(WorkerId worker) => _slotOf.ContainsKey(worker);

    /// <summary>The app a worker belongs to.</summary>
    /// <exception cref="KeyNotFoundException">There is no such worker.</exception>
    public AppSpec SpecOf(WorkerId worker) => _slotOf[worker].Spec;

    /// <summary>The settings that one process of a worker is, or was just, started with.</summary>
    /// <exception cref="KeyNotFoundException">There is no such worker.</exception>
    public AppSpec SpecOf(WorkerId worker, int incarnation) => SlotOf(worker, incarnation)?.Spec ?? _slotOf[worker].Spec;

    /// <summary>That process is, or is about to become, one of the worker's own: in use, starting or ending.</summary>
    public bool IsLive(WorkerId worker, int incarnation) => SlotOf(worker, incarnation) is { State.HasProcess: true };

    /// <summary>An instance of the app has a process, or is to have one before long.</summary>
    public bool IsActive(string app) => _slots.Exists(slot => slot.Worker.App == app && IsActive(slot.State.Phase));

    /// <summary>It has not taken over: the worker has another process that counts.</summary>
    public bool IsSuccessor(WorkerId worker, int incarnation) => SlotOf(worker, incarnation) is { Role: SlotRole.Successor };

    /// <summary>The worker's number (pm2: `pm_id`), which no other worker ever has.</summary>
    /// <exception cref="KeyNotFoundException">There is no such worker.</exception>
    public int IdOf(WorkerId worker) => _slotOf[worker].Id;

    /// <summary>All workers as they are now.</summary>
    public StatusSnapshot Snapshot()
    {
        var workers = ImmutableArray.CreateBuilder<WorkerStatus>(_slots.Count);
        foreach (var slot in _slots)
        {
            workers.Add(new WorkerStatus(slot.Id, slot.Worker, slot.Spec, slot.State, slot.IsLeaving, slot.IsLeaving ? null : NextRunOf(slot.Worker.App))
            {
                IsFine = slot.IsFine,
                Health = slot.Probe?.Status,
                WaitingFor = slot.State.Phase == Phase.Held ? Unmet(slot.Spec) : [],
                IsBeside = slot.Role != SlotRole.Worker,
                IsReplacing = slot.IsReplacing,
                IsBehind = slot.IsBehind,
                ReloadProblem = slot.ReloadProblem,
            });
        }

        return new StatusSnapshot(workers.MoveToImmutable(), IsShuttingDown, IsReady);
    }

    /// <summary>
    /// Starts every instance of every app, in file order, at once or after the settings' delay; those with dependencies when these are
    /// there. Call once, first.
    /// </summary>
    /// <param name="now">The time of this turn.</param>
    /// <param name="effects">Effects are appended.</param>
    public void Begin(Instant now, List<Effect> effects)
    {
        _lastSample = now;
        ArrangeSchedules(now);
        if (_ecosystem.Settings.StartDelay > TimeSpan.Zero)
        {
            _startAt = now + _ecosystem.Settings.StartDelay;
            _nextDeadlineIsStale = true;
            return;
        }

        StartAll(now, effects);
        Conclude(now, effects);
    }

    /// <summary>Decides one event. Never throws; after the Exit effect it does nothing.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="now">The time of this turn; never earlier than that of the turn before.</param>
    /// <param name="effects">Effects are appended in the order in which they must be carried out.</param>
    public void Step(SupervisorEvent e, Instant now, List<Effect> effects)
    {
        if (_hasExited)
        {
            return;
        }

        switch (e)
        {
            case SupervisorEvent.ToWorker to:
                OnToWorker(to, now, effects);
                break;
            case SupervisorEvent.Operate operate:
                OnOperate(operate, now, effects);
                break;
            case SupervisorEvent.Shutdown when !_isShuttingDown:
                BeginShutdown("asked for by pminit shutdown", mayServeOn: true, now, effects);
                break;
            case SupervisorEvent.Shutdown:
                break;
            case SupervisorEvent.SignalReceived received:
                OnSignal(received.Signal, now, effects);
                break;
            case SupervisorEvent.Reconfigure reconfigure:
                OnReconfigure(reconfigure.Ecosystem, now, effects);
                break;
            case SupervisorEvent.Scale scale:
                OnScale(scale, now, effects);
                break;
            case SupervisorEvent.Reload reload:
                OnReload(reload.Workers, effects);
                break;
            case SupervisorEvent.MemorySampled sampled:
                OnMemorySampled(sampled, now, effects);
                break;
            case SupervisorEvent.MemoryNotice:
                OnMemoryNotice(now, effects);
                break;
            case SupervisorEvent.MemoryRead read:
                OnMemoryRead(read, now, effects);
                break;
            case SupervisorEvent.OomKilled killed:
                OnOomKilled(killed, effects);
                break;
            case SupervisorEvent.ListenersSeen seen:
                OnListenersSeen(seen.Found, now, effects);
                break;
            case SupervisorEvent.Checked done:
                OnChecked(done, now, effects);
                break;
            case SupervisorEvent.ClockSet set:
                OnClockSet(set.Clock, now);
                break;
            case SupervisorEvent.FilesChanged changed:
                OnFilesChanged(changed, now);
                break;
            case SupervisorEvent.Tick:
                OnTick(now, effects);
                break;
            default:
                Say(effects, EventName.InternalError, LogLevel.Error, "unknown supervisor event");
                break;
        }

        Conclude(now, effects);
    }

    void OnToWorker(SupervisorEvent.ToWorker to, Instant now, List<Effect> effects)
    {
        var incarnation = WorkerMachine.IncarnationOf(to.Event);
        var slot = (incarnation is { } one ? SlotOf(to.Worker, one) : null) ?? _slotOf.GetValueOrDefault(to.Worker);
        if (slot is null)
        {
            Say(effects, EventName.InternalError, LogLevel.Error, $"event for unknown worker {to.Worker}");
            return;
        }

        Ask(slot, to.Event, now, effects);
    }

    void OnTick(Instant now, List<Effect> effects)
    {
        if (now < NextDeadline)
        {
            return;
        }

        if (_startAt <= now)
        {
            _startAt = Instant.Never;
            StartAll(now, effects);
        }

        var passed = new WorkerEvent.DeadlinePassed();
        foreach (var slot in _slots)
        {
            if (slot.State.Deadline <= now)
            {
                StepSlot(slot, passed, now, effects);
            }
        }

        AskForMemory(now, effects);
        LookAtMemory(now, effects);
        LookForListeners(now, effects);
        Check(now, effects);
        FireSchedules(now, effects);
        FollowChanges(now, effects);
        if (_shutdownDeadline <= now)
        {
            HurryShutdown("shutdown_timeout has passed", now, effects);
        }
    }

    /// <summary>Null when no slot of the worker has this process (any more).</summary>
    Slot? SlotOf(WorkerId worker, int incarnation)
    {
        if (!_slotOf.TryGetValue(worker, out var slot) || slot.State.Incarnation == incarnation)
        {
            return slot;
        }

        foreach (var other in _slots)
        {
            if (other.Worker == worker && other.State.Incarnation == incarnation)
            {
                return other;
            }
        }

        return null;
    }

    void ToAll(WorkerEvent e, Instant now, List<Effect> effects)
    {
        foreach (var slot in _slots)
        {
            StepSlot(slot, e, now, effects);
        }
    }

    Slot AddSlot(AppSpec app, int index)
    {
        var slot = new Slot(_nextId++, new WorkerId(app.Name, index), app);
        _slots.Add(slot);
        _slotOf.Add(slot.Worker, slot);
        return slot;
    }

    /// <summary>The only place where a slot's state changes.</summary>
    void StepSlot(Slot slot, WorkerEvent e, Instant now, List<Effect> effects)
    {
        if (slot.IsReplacing)
        {
            Overrule(slot, e);
        }

        var before = slot.State;
        var after = WorkerMachine.Step(before, e, now, slot.Worker, slot.Spec, effects);
        slot.State = after;
        if (slot.IsBehind && e is WorkerEvent.Start or WorkerEvent.Restart && after.Phase != Phase.Ready && AppOf(slot.Worker.App) is { } app)
        {
            // Somebody wants a new process, and the new one goes by the file. Only now: the stop signal was that of the settings that the old one was started with.
            GoBy(app, slot, now, effects);
        }

        if (before.Incarnation == 0 && after.Incarnation != 0)
        {
            BeginWatch(AppOf(slot.Worker.App) ?? slot.Spec, effects);
        }

        slot.Problem = e is WorkerEvent.Spawned ? null : e is WorkerEvent.SpawnFailed failed ? failed.Detail : slot.Problem;
        _nextDeadlineIsStale = true;
        _heldAreStale |= before.Phase != after.Phase || before.Pid != after.Pid;
        if (before.Pid != after.Pid)
        {
            slot.LookAt = now + FirstLook;
        }

        FollowWithProbe(slot, before, now, effects);
        if (after.Phase is not (Phase.Starting or Phase.Ready))
        {
            slot.KeepUntil = Instant.Never;
        }

        if (before.Phase != after.Phase)
        {
            _held += (after.Phase == Phase.Held ? 1 : 0) - (before.Phase == Phase.Held ? 1 : 0);
            _active += (IsActive(after.Phase) ? 1 : 0) - (IsActive(before.Phase) ? 1 : 0);
            RememberEnd(slot, before.Phase, after);
        }
    }

    static bool IsActive(Phase phase) => phase is not (Phase.Down or Phase.Failed);

    static void Say(List<Effect> effects, EventName name, LogLevel level, string message, params ReadOnlySpan<LogField> fields) =>
        effects.Add(new Effect.Report(new LogEvent(name, level, message) { Fields = [.. fields] }));
}
