using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Termination;

namespace Init.Core.Supervision;

/// <summary>
/// Signals to pminit itself, the orderly stop, and the end of the container.
/// SIGTERM and SIGINT: apps with a `shutdown_delay` serve on for so long, then all stop in the order of their dependencies. A second signal ends the
/// delays, where one runs; else it kills, as the end of `shutdown_timeout` does. The verb `shutdown` is none of the two: as a preStop hook it comes just before the first.
/// Exit codes: an orderly stop by signal gives 0, whatever failed before it, or 137 when a worker had to be killed during it. An essential app that
/// ended for good, or a task that failed, gives its own code, and so does, when no app is left, the first worker that failed. A failed worker's code is what a
/// shell would say of its last exit; 1 when that was a success (given up although each exit was 0), and when pminit had stopped it because it was ill.
/// An app has ended for good when all its instances have ended, by plan or by failure: while one of them lives, it serves. An instance that
/// an operator stopped can be started again, so it keeps its app from having ended. A scheduled job never has: the container stays for it.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>128 + SIGKILL: the stop was not orderly for everyone.</summary>
    const int KilledCode = 137;

    /// <summary>We stopped it because it was ill: its own code answers our signal, and 143 would look like an orderly stop.</summary>
    const int RemedyCode = 1;

    bool _isShuttingDown;
    bool _isHurried;
    bool _hasExited;

    /// <summary>SIGTERM and SIGINT so far; the second one hurries.</summary>
    int _stopSignals;

    /// <summary>The code of the essential app that caused the shutdown; null when a signal did.</summary>
    int? _essentialCode;

    /// <summary>The failure behind <see cref="_essentialCode"/>; null where that was a success.</summary>
    TerminationCause? _essentialCause;

    /// <summary>A worker ended by SIGKILL during the shutdown.</summary>
    bool _neededKill;

    /// <summary>The first of those.</summary>
    TerminationCause? _killed;

    Instant _shutdownDeadline = Instant.Never;

    long _failures;

    void OnSignal(Signal signal, Instant now, List<Effect> effects)
    {
        if (signal == Signal.Term || signal == Signal.Int)
        {
            OnStopSignal(signal, now, effects);
        }
        else if (signal == Signal.Hup)
        {
            ReadAgain(effects);
        }
        else if (signal == Signal.Usr2)
        {
            ReloadAll(effects);
        }
        else if (!signal.IsForwardable || signal == Signal.Tstp || signal == Signal.Ttin || signal == Signal.Ttou)
        {
            Say(effects, EventName.SignalIgnored, LogLevel.Debug,
                $"{signal} ignored: it concerns pminit alone", new LogField("signal", signal.ToString()));
        }
        else
        {
            Forward(signal, now, effects);
        }
    }

    void ReadAgain(List<Effect> effects)
    {
        if (_isShuttingDown)
        {
            Say(effects, EventName.SignalIgnored, LogLevel.Warn, $"{Signal.Hup} ignored: a shutdown is under way", new LogField("signal", Signal.Hup.ToString()));
            return;
        }

        effects.Add(new Effect.ReadConfig());
    }

    void Forward(Signal signal, Instant now, List<Effect> effects)
    {
        var send = new WorkerEvent.SendSignal(signal);
        var count = 0;
        foreach (var slot in _slots)
        {
            if (slot.State.Pid != 0)
            {
                StepSlot(slot, send, now, effects);
                count++;
            }
        }

        Say(effects, EventName.SignalForwarded, LogLevel.Debug, $"{signal} forwarded to {count} workers",
            new LogField("signal", signal.ToString()), new LogField("count", count));
    }

    void OnStopSignal(Signal signal, Instant now, List<Effect> effects)
    {
        _stopSignals = Math.Min(_stopSignals + 1, 2);
        if (!_isShuttingDown)
        {
            BeginShutdown($"{signal} received", mayServeOn: true, now, effects);
        }
        else if (_stopSignals == 1)
        {
            // An essential app has ended and now the orchestrator asks too: it still grants its usual grace.
            Say(effects, EventName.SignalIgnored, LogLevel.Info, $"{signal} received: a shutdown is under way already",
                new LogField("signal", signal.ToString()));
        }
        else if (EndDelays())
        {
            Say(effects, EventName.ShutdownHurried, LogLevel.Info, $"shutdown_delay cut short: {signal} received again", new LogField("reason", $"{signal} received again"));
        }
        else
        {
            HurryShutdown($"{signal} received again", now, effects);
        }
    }

    /// <param name="reason">For people.</param>
    /// <param name="mayServeOn">`shutdown_delay` holds: who asked for the stop takes traffic away meanwhile. An app that ends the container by its own end does not.</param>
    /// <param name="now">The time of this turn.</param>
    /// <param name="effects">Effects are appended.</param>
    void BeginShutdown(string reason, bool mayServeOn, Instant now, List<Effect> effects)
    {
        _isShuttingDown = true;
        _startAt = Instant.Never;
        DropSchedules();
        DropReloads();
        EndWatches(effects);
        Say(effects, EventName.ShutdownStarted, LogLevel.Info, $"shutdown: {reason}", new LogField("reason", reason));
        if (_ecosystem.Settings.ShutdownTimeout is { } timeout)
        {
            _shutdownDeadline = now + timeout;
            _nextDeadlineIsStale = true;
        }

        RetireAll(mayServeOn, now, effects);
    }

    /// <summary>Once is enough: after it nothing drains any more.</summary>
    void HurryShutdown(string reason, Instant now, List<Effect> effects)
    {
        _shutdownDeadline = Instant.Never;
        _nextDeadlineIsStale = true;
        if (_isHurried)
        {
            return;
        }

        _isHurried = true;
        Say(effects, EventName.ShutdownHurried, LogLevel.Warn, $"shutdown hurried: {reason}", new LogField("reason", reason));
        StopRetired(now, effects);
        ToAll(new WorkerEvent.Hurry(), now, effects);
    }

    /// <summary>Keeps what the exit code needs when a slot has changed its phase.</summary>
    void RememberEnd(Slot slot, Phase before, in WorkerState after)
    {
        var isFailed = after.Phase == Phase.Failed;
        slot.FailedAs = isFailed ? ++_failures : 0;
        slot.FailedCode = !isFailed ? 0 : after.Fault is null ? FailureCode(after.LastExit) : RemedyCode;
        slot.IsAbandoned = false;
        if (!IsActive(after.Phase))
        {
            _someEnded = true;

            // A slot that was waiting or failed may still remember the kill of an earlier process.
            if (_isShuttingDown && before == Phase.Killing && after.WasKilled)
            {
                _neededKill = true;
                _killed ??= CauseOf("the stop took too long and had to kill", slot);
            }
        }
    }

    /// <summary>Looks at the whole after each step: has an essential app ended, is nothing left?</summary>
    void Conclude(Instant now, List<Effect> effects)
    {
        if (_someEnded)
        {
            RemoveGone();
        }

        GoOnInOrder(now, effects);
        GoOnRolling(now, effects);
        GoOnReloading(now, effects);
        AbandonHopeless(now, effects);
        if (_someEnded && !_isShuttingDown && FindEndedEssential() is { } app)
        {
            var failure = FirstFailure(app.Name);
            var reason = app.Essential ? $"essential app {app.Name} has ended" : $"task {app.Name} has failed";
            _essentialCode = failure?.FailedCode ?? 0;
            _essentialCause = failure is null ? null : CauseOf(reason, failure);
            BeginShutdown(reason, mayServeOn: false, now, effects);
        }

        _someEnded = false;
        ReleaseHeld(now, effects);
        StopInOrder(now, effects);
        var mayStay = !_isShuttingDown && (_startAt.IsSet || !_ecosystem.Settings.ExitsWithoutApps || HasJobs() || AwaitsChange());
        if (_active > 0 || mayStay)
        {
            return;
        }

        var first = _isShuttingDown ? null : FirstFailure(null);
        var code = _essentialCode ?? (_isShuttingDown ? (_neededKill ? KilledCode : 0) : first?.FailedCode ?? 0);
        var cause = _essentialCode is not null ? _essentialCause : _isShuttingDown ? _killed : first is null ? null : CauseOf("no app is left", first);
        var why = _isShuttingDown ? "shutdown finished" : "no app is left";
        _hasExited = true;
        _isShuttingDown = true;
        _shutdownDeadline = Instant.Never;
        DropSchedules();
        EndWatches(effects);
        Say(effects, EventName.ShutdownFinished, LogLevel.Info, $"{why}: exiting with code {code}", new LogField("code", code));
        effects.Add(new Effect.Exit(code, cause));
    }

    /// <summary>Of several that ended in one step the one that failed first: the others may have failed because of it.</summary>
    AppSpec? FindEndedEssential()
    {
        AppSpec? found = null;
        var foundAs = long.MaxValue;
        foreach (var app in _ecosystem.Apps)
        {
            if (app.IsJob || (!(app.Essential && HasEndedForGood(app.Name)) && !(app.EssentialOnFailure && HasFailed(app.Name))))
            {
                continue;
            }

            var failedAs = FirstFailure(app.Name)?.FailedAs ?? 0;
            if (failedAs < foundAs)
            {
                (found, foundAs) = (app, failedAs);
            }
        }

        return found;
    }

    bool HasEndedForGood(string app)
    {
        foreach (var slot in _slots)
        {
            if (slot.Worker.App == app && !slot.IsLeaving && slot.State.Phase != Phase.Failed && !slot.State.EndedByPlan)
            {
                return false;
            }
        }

        return true;
    }

    bool HasFailed(string app)
    {
        for (var index = 0; _slotOf.TryGetValue(new WorkerId(app, index), out var slot); index++)
        {
            if (slot.State.Phase == Phase.Failed && !slot.IsLeaving)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Null when nothing of it has failed.</summary>
    /// <param name="app">Only this app's workers; null for all.</param>
    Slot? FirstFailure(string? app)
    {
        Slot? first = null;
        foreach (var slot in _slots)
        {
            if (slot.FailedAs != 0 && (app is null || slot.Worker.App == app) && (first is null || slot.FailedAs < first.FailedAs))
            {
                first = slot;
            }
        }

        return first;
    }

    /// <summary>Of a slot that never ran because a dependency had failed, the blame is the dependency's: it failed first.</summary>
    TerminationCause CauseOf(string reason, Slot slot)
    {
        var culprit = slot;
        if (slot.IsAbandoned)
        {
            foreach (var other in _slots)
            {
                if (other.FailedAs != 0 && !other.IsAbandoned && (culprit.IsAbandoned || other.FailedAs < culprit.FailedAs))
                {
                    culprit = other;
                }
            }
        }

        return new TerminationCause(reason, culprit.Worker) { Status = culprit.State.LastExit, Problem = culprit.Problem, Fault = culprit.State.Fault };
    }

    /// <summary>1 where the last exit was a success, and where nothing ever ran.</summary>
    static int FailureCode(ExitStatus? last) => last?.ShellCode is { } code and not 0 ? code : 1;
}
