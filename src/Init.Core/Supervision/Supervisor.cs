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
    readonly Ecosystem _ecosystem;
    readonly Dictionary<WorkerId, int> _slotOf = [];

    // Parallel arrays by slot, in file order; the slots of one app are neighbours.
    readonly WorkerId[] _ids;
    readonly AppSpec[] _specs;
    readonly WorkerState[] _states;

    /// <summary>Slots that are neither Down nor Failed.</summary>
    int _active;

    /// <summary>A slot has come to an end since the last look at the whole.</summary>
    bool _someEnded;

    Instant _nextDeadline = Instant.Never;
    bool _nextDeadlineIsStale;

    /// <summary>Makes the slots; nothing runs before <see cref="Begin"/>.</summary>
    /// <param name="ecosystem">Validated: names are unique.</param>
    public Supervisor(Ecosystem ecosystem)
    {
        _ecosystem = ecosystem;
        var count = ecosystem.Apps.Sum(app => app.Instances);
        _ids = new WorkerId[count];
        _specs = new AppSpec[count];
        _states = new WorkerState[count];
        _failedAs = new long[count];

        var slot = 0;
        foreach (var app in ecosystem.Apps)
        {
            for (var index = 0; index < app.Instances; index++, slot++)
            {
                _ids[slot] = new WorkerId(app.Name, index);
                _specs[slot] = app;
                _states[slot] = WorkerState.Initial;
                _slotOf.Add(_ids[slot], slot);
            }
        }
    }

    /// <summary>An orderly stop is under way, or over.</summary>
    public bool IsShuttingDown => _isShuttingDown;

    /// <summary>
    /// No shutdown runs, and every worker is Ready except those that ended by their own plan. A worker that an operator stopped, or
    /// that was given up, makes the whole not ready.
    /// </summary>
    public bool IsReady
    {
        get
        {
            if (_isShuttingDown)
            {
                return false;
            }

            foreach (ref readonly var state in _states.AsSpan())
            {
                if (state.Phase != Phase.Ready && !state.EndedByPlan)
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
                _nextDeadline = _shutdownDeadline;
                foreach (ref readonly var state in _states.AsSpan())
                {
                    _nextDeadline = Instant.Min(_nextDeadline, state.Deadline);
                }

                _nextDeadlineIsStale = false;
            }

            return _nextDeadline;
        }
    }

    /// <summary>The app a worker belongs to.</summary>
    /// <exception cref="KeyNotFoundException">There is no such worker.</exception>
    public AppSpec SpecOf(WorkerId worker) => _specs[_slotOf[worker]];

    /// <summary>All workers as they are now.</summary>
    public StatusSnapshot Snapshot()
    {
        var workers = ImmutableArray.CreateBuilder<WorkerStatus>(_states.Length);
        for (var slot = 0; slot < _states.Length; slot++)
        {
            workers.Add(new WorkerStatus(slot, _ids[slot], _specs[slot], _states[slot]));
        }

        return new StatusSnapshot(workers.MoveToImmutable(), IsShuttingDown, IsReady);
    }

    /// <summary>Starts every instance of every app, in file order. Call once, first.</summary>
    /// <param name="now">The time of this turn.</param>
    /// <param name="effects">Effects are appended.</param>
    public void Begin(Instant now, List<Effect> effects)
    {
        ToAll(new WorkerEvent.Start(), now, effects);
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
            case SupervisorEvent.SignalReceived received:
                OnSignal(received.Signal, now, effects);
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
        if (!_slotOf.TryGetValue(to.Worker, out var slot))
        {
            Say(effects, EventName.InternalError, LogLevel.Error, $"event for unknown worker {to.Worker}");
            return;
        }

        if (_isShuttingDown && to.Event is WorkerEvent.Start or WorkerEvent.Restart)
        {
            Say(effects, EventName.Warning, LogLevel.Warn, $"{to.Worker} is not started: a shutdown is under way");
            return;
        }

        StepSlot(slot, to.Event, now, effects);
    }

    void OnTick(Instant now, List<Effect> effects)
    {
        if (now < NextDeadline)
        {
            return;
        }

        var passed = new WorkerEvent.DeadlinePassed();
        for (var slot = 0; slot < _states.Length; slot++)
        {
            if (_states[slot].Deadline <= now)
            {
                StepSlot(slot, passed, now, effects);
            }
        }

        if (_shutdownDeadline <= now)
        {
            HurryShutdown("shutdown_timeout has passed", now, effects);
        }
    }

    void ToAll(WorkerEvent e, Instant now, List<Effect> effects)
    {
        for (var slot = 0; slot < _states.Length; slot++)
        {
            StepSlot(slot, e, now, effects);
        }
    }

    /// <summary>The only place where a slot changes.</summary>
    void StepSlot(int slot, WorkerEvent e, Instant now, List<Effect> effects)
    {
        var before = _states[slot];
        var after = WorkerMachine.Step(before, e, now, _ids[slot], _specs[slot], effects);
        _states[slot] = after;
        _nextDeadlineIsStale = true;
        if (before.Phase != after.Phase)
        {
            _active += (IsActive(after.Phase) ? 1 : 0) - (IsActive(before.Phase) ? 1 : 0);
            RememberEnd(slot, before.Phase, after);
        }
    }

    static bool IsActive(Phase phase) => phase is not (Phase.Down or Phase.Failed);

    static void Say(List<Effect> effects, EventName name, LogLevel level, string message, params ReadOnlySpan<LogField> fields) =>
        effects.Add(new Effect.Report(new LogEvent(name, level, message) { Fields = [.. fields] }));
}
