using System.Globalization;
using Init.Core.Control;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Net;

namespace Init.Linux.Runtime;

/// <summary>
/// start, stop, restart, scale, reset, signal, shutdown: turns a request into events for the supervisor, and tells the client when what it asked for has
/// come to be (`Settlement`). Nothing waits: the host asks after every turn that decided something.
/// </summary>
public sealed class WorkerVerbs(Supervisor supervisor, EventQueue queue) : IWorkerVerbs
{
    readonly List<(Settlement What, Action<string, bool>? Progress, Action<VerbOutcome> Done)> _open = [];

    /// <summary>They wait for what the file brings, which is known when it has been applied.</summary>
    readonly List<Action<VerbOutcome>> _followers = [];

    /// <inheritdoc/>
    public bool Takes(Verb verb) => verb == Commands.Start || verb == Commands.Stop || verb == Commands.Restart || verb == Commands.Reload || verb == Commands.Scale
        || verb == Commands.Reset || verb == Commands.Signal || verb == Commands.Shutdown;

    /// <inheritdoc/>
    public void Begin(ControlRequest request, Action<string, bool> progress, Action<VerbOutcome> done)
    {
        if (request.Verb == Commands.Shutdown)
        {
            queue.Tell(new SupervisorEvent.Shutdown());
            done(new VerbOutcome(0, "shutting down\n"));
            return;
        }

        if (supervisor.IsShuttingDown)
        {
            done(new VerbOutcome(ExitCodes.No, "a shutdown is under way"));
            return;
        }

        if (request.Verb == Commands.Scale)
        {
            Scale(request, done);
            return;
        }

        var workers = Selector.Find(request["target"] ?? "", supervisor.Snapshot().Workers, out var problem);
        if (problem is not null)
        {
            done(new VerbOutcome(ExitCodes.No, problem));
        }
        else if (request.Verb == Commands.Signal)
        {
            Send(request["signal"] ?? "", workers, done);
        }
        else if (request.Verb == Commands.Reset)
        {
            foreach (var worker in workers)
            {
                Tell(worker, new WorkerEvent.Reset());
            }

            done(new VerbOutcome(0, $"reset {workers.Count} {(workers.Count == 1 ? "worker" : "workers")}\n"));
        }
        else if (request.Verb == Commands.Reload)
        {
            Reload(request, workers, progress, done);
        }
        else
        {
            Change(request, workers, done);
        }
    }

    /// <inheritdoc/>
    public void Follow(Action<VerbOutcome> done) => _followers.Add(done);

    /// <summary>Looks what has settled. Cheap when nobody waits.</summary>
    public void Settle()
    {
        if (_open.Count == 0 && _followers.Count == 0)
        {
            return;
        }

        var snapshot = supervisor.Snapshot();
        foreach (var done in _followers)
        {
            var settlement = new Settlement();
            settlement.AddReloads(snapshot);
            _open.Add((settlement, null, done));
        }

        _followers.Clear();
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var (what, progress, done) = _open[i];
            if (what.Look(snapshot, progress) is { } outcome)
            {
                _open.RemoveAt(i);
                done(outcome);
            }
        }
    }

    void Change(ControlRequest request, List<WorkerStatus> workers, Action<VerbOutcome> done)
    {
        var (what, wanted) = request.Verb == Commands.Stop ? (Operation.Stop, Wanted.Down)
            : request.Verb == Commands.Start ? (Operation.Start, Wanted.Up)
            : (Operation.Restart, Wanted.Fresh);
        var settlement = new Settlement();
        foreach (var worker in workers)
        {
            settlement.Add(worker.Worker, wanted, worker.State.Incarnation);
        }

        queue.Tell(new SupervisorEvent.Operate(what, [.. workers.ConvertAll(static one => one.Worker)]));
        Wait(settlement, request, done);
    }

    /// <summary>Without a name, only what is meant to be up; who names a stopped one wants it up.</summary>
    void Reload(ControlRequest request, List<WorkerStatus> workers, Action<string, bool> progress, Action<VerbOutcome> done)
    {
        var isAll = request["target"] == "all";
        var chosen = workers.FindAll(one => !one.Spec.IsTask && !one.Spec.IsJob && (!isAll || one.Goal == Goal.Up || one.Phase == Phase.Failed));
        if (chosen.Count == 0)
        {
            done(new VerbOutcome(ExitCodes.No, "none of these can be reloaded: tasks and scheduled jobs run to their end, and what is stopped has to be started"));
            return;
        }

        var settlement = new Settlement();
        var told = "";
        foreach (var worker in chosen)
        {
            if (!worker.Spec.CanOverlap && worker.Phase == Phase.Ready && worker.Worker.App != told)
            {
                told = worker.Worker.App;
                progress($"{told}: each instance is stopped before its new process starts, since its sockets are its own (exec_mode is \"fork\")", true);
            }

            settlement.Add(worker.Worker, Wanted.Reloaded, worker.State.Incarnation);
        }

        queue.Tell(new SupervisorEvent.Reload([.. chosen.ConvertAll(static one => one.Worker)]));
        Wait(settlement, request, done, progress);
    }

    void Scale(ControlRequest request, Action<VerbOutcome> done)
    {
        var name = request["app"] ?? "";
        var app = supervisor.Ecosystem.AppsByName().GetValueOrDefault(name);
        if (app is null)
        {
            done(new VerbOutcome(ExitCodes.No, $"there is no app \"{name}\"; there are {supervisor.Ecosystem.Apps.Join(static one => one.Name)}"));
            return;
        }

        if (CountOf(request["count"] ?? "", app.Instances) is not { } count)
        {
            done(new VerbOutcome(ExitCodes.Usage, $"scale {name} to what? Write a number from 1 to {AppSpec.MostInstances}, +n or -n (now {app.Instances}); for none, use stop"));
            return;
        }

        if (app.IsTask)
        {
            done(new VerbOutcome(ExitCodes.No, $"{name} is a task: it runs once and cannot be scaled"));
            return;
        }

        if (count == app.Instances)
        {
            done(new VerbOutcome(0, $"{name} has {count} {(count == 1 ? "instance" : "instances")} already\n"));
            return;
        }

        queue.Tell(new SupervisorEvent.Scale(name, count));
        if (app.IsJob || !app.AutoStart)
        {
            done(new VerbOutcome(0, $"{name} has {count} {(count == 1 ? "instance" : "instances")} now\n"));
            return;
        }

        var settlement = new Settlement();
        for (var index = Math.Min(count, app.Instances); index < Math.Max(count, app.Instances); index++)
        {
            settlement.Add(new WorkerId(name, index), count > app.Instances ? Wanted.Up : Wanted.Gone, 0);
        }

        Wait(settlement, request, done);
    }

    void Send(string word, List<WorkerStatus> workers, Action<VerbOutcome> done)
    {
        if (!Signal.TryParse(word, out var signal))
        {
            done(new VerbOutcome(ExitCodes.Usage, $"\"{word}\" is no signal; write a name such as SIGHUP or a number from 1 to 64"));
            return;
        }

        var sent = 0;
        foreach (var worker in workers)
        {
            if (worker.Pid != 0)
            {
                Tell(worker, new WorkerEvent.SendSignal(signal));
                sent++;
            }
        }

        done(sent == 0 ? new VerbOutcome(ExitCodes.No, "none of these workers has a process") : new VerbOutcome(0, $"sent {signal} to {sent} {(sent == 1 ? "worker" : "workers")}\n"));
    }

    void Wait(Settlement settlement, ControlRequest request, Action<VerbOutcome> done, Action<string, bool>? progress = null)
    {
        if (request["no-wait"] is not null)
        {
            done(new VerbOutcome(0, "asked\n"));
        }
        else
        {
            _open.Add((settlement, progress, done));
        }
    }

    void Tell(in WorkerStatus worker, WorkerEvent what) => queue.Tell(new SupervisorEvent.ToWorker(worker.Worker, what));

    /// <summary>"4", "+2", "-1"; null when it is none of these, or leads out of the range.</summary>
    static int? CountOf(string word, int now)
    {
        if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var count = word[0] is '+' or '-' ? (long)now + number : number;
        return count is >= 1 and <= AppSpec.MostInstances ? (int)count : null;
    }
}
