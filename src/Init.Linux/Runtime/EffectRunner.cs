using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Termination;
using Init.Linux.Files;
using Init.Linux.Interop;
using Init.Linux.Probes;
using Init.Linux.Readiness;
using Init.Linux.Resources;
using Init.Linux.Stage;

namespace Init.Linux.Runtime;

/// <summary>
/// Carries out what the supervisor wishes, one case per effect. Never steps the supervisor itself: results go to the head of the
/// queue. A failure here is an event or a log line, never an exception: PID 1 goes on.
/// </summary>
public sealed class EffectRunner(
    Supervisor supervisor, Spawner spawner, Reaper reaper, ProcessTree tree, WorkerLogs logs, StageWatch stages, ReadyWatch readiness, LogSink sink, EventQueue queue)
{
    bool _reloadHasEnded;

    /// <summary>Reads the ecosystem file again; null when there was none (one command line).</summary>
    public Action? ReadConfig { get; set; }

    /// <summary>Watches files, or ends that.</summary>
    public Action<Effect.WatchFiles>? WatchFiles { get; set; }

    /// <summary>Looks at the container's memory; null where nothing counts it.</summary>
    public Func<int, int, SupervisorEvent>? ReadMemory { get; set; }

    /// <summary>The pid files of what runs.</summary>
    public PidFiles PidFiles { get; } = new();

    /// <summary>Asks a cluster worker to close its servers; why that is not possible, or null.</summary>
    public Func<int, string?>? DisconnectWorker { get; set; }

    /// <summary>Carries out health checks.</summary>
    public ProbeRunner? Probes { get; set; }

    /// <summary>Whether a reload has ended since the last question.</summary>
    public bool TakeReloadEnd() => (_reloadHasEnded, _reloadHasEnded = false).Item1;

    /// <summary>Set by the Exit effect.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Why, when something failed.</summary>
    public TerminationCause? ExitCause { get; private set; }

    /// <summary>Where that is told; null: nowhere.</summary>
    public TerminationLog? TerminationLog { get; init; }

    /// <summary>Carries out one effect.</summary>
    public void Run(Effect effect)
    {
        switch (effect)
        {
            case Effect.Spawn spawn:
                Spawn(spawn);
                break;
            // A pid is the worker's until we have reaped it; its exit may be reaped already and not decided yet.
            case Effect.SignalLeader signal when reaper.Owns(signal.Pid):
                if (signal.IsStop) // an operator's signal of the same name may be heard and lived with
                {
                    readiness.Clusters.Retire(signal.Pid); // new connections go to others first
                }

                _ = Libc.kill(signal.Pid, signal.Signal.Number);
                break;
            case Effect.KillTree kill when reaper.Owns(kill.Pid):
                readiness.Killed(kill.Pid);
                _ = ProcessTree.Kill(kill.Pid);
                break;
            case Effect.SendShutdown message when reaper.Owns(message.Pid):
                SendShutdown(message);
                break;
            case Effect.Disconnect disconnect:
                Disconnect(disconnect);
                break;
            case Effect.Promote promote:
                Promote(promote);
                break;
            case Effect.SignalLeader or Effect.SendShutdown or Effect.KillTree:
                break;
            case Effect.KillLeftovers leftovers:
                KillLeftovers(leftovers);
                break;
            case Effect.Report report:
                _reloadHasEnded |= report.Event.Name is EventName.ReloadFinished or EventName.ReloadFailed;
                sink.Write(report.Event);
                break;
            case Effect.SampleMemory sample:
                queue.Answer(new SupervisorEvent.MemorySampled(MemorySampler.Sample(sample.Questions)) { IsForGuard = sample.IsForGuard });
                break;
            case Effect.ReadMemory read:
                queue.Answer(ReadMemory?.Invoke(read.ClosePercent, read.AtPercent) ?? new SupervisorEvent.MemoryRead(0, 0, false));
                break;
            case Effect.LookForListeners look:
                queue.Answer(new SupervisorEvent.ListenersSeen(readiness.Listeners.Look(look.Questions)));
                break;
            case Effect.Check check:
                Probes?.Begin(check, supervisor.SpecOf(check.Worker, check.Incarnation), supervisor.IdOf(check.Worker));
                break;
            case Effect.EndCheck end:
                Probes?.End(end);
                break;
            case Effect.ReadConfig when ReadConfig is { } read:
                read();
                break;
            case Effect.ReadConfig:
                sink.Write(new LogEvent(EventName.ConfigRefused, LogLevel.Warn, "there is no file that could be read again: pminit was started without one"));
                break;
            case Effect.WatchFiles watch:
                WatchFiles?.Invoke(watch);
                break;
            case Effect.Exit exit:
                (ExitCode, ExitCause) = (exit.Code, exit.Cause);
                break;
        }
    }

    void Spawn(Effect.Spawn spawn)
    {
        var spec = supervisor.SpecOf(spawn.Worker, spawn.Incarnation);
        readiness.Listeners.BeforeSpawn(spec);
        readiness.Clusters.BeforeSpawn(spec);
        var (process, problem) = TrySpawn(spawn, spec);
        if (process is null)
        {
            queue.Answer(new SupervisorEvent.ToWorker(
                spawn.Worker, new WorkerEvent.SpawnFailed(spawn.Incarnation, problem!.Stage, problem.Errno, problem.Detail)));
            return;
        }

        // Of two processes of one worker the one that serves has the pid file, and the last words.
        var isSuccessor = supervisor.IsSuccessor(spawn.Worker, spawn.Incarnation);
        reaper.Own(process.Pid, spawn.Worker, spawn.Incarnation);
        queue.Answer(new SupervisorEvent.ToWorker(spawn.Worker, new WorkerEvent.Spawned(spawn.Incarnation, process.Pid)));
        if (process.Warning is { } warning)
        {
            sink.Write(new LogEvent(EventName.Warning, LogLevel.Warn, warning) { Worker = spawn.Worker, Pid = process.Pid });
        }

        readiness.Attach(process, spawn.Worker, spawn.Incarnation, spec);
        logs.Attach(spawn.Worker, supervisor.IdOf(spawn.Worker), process, readiness.MatcherOf(process.Pid), TerminationLog?.Follow(spawn.Worker, process.Pid, isSuccessor, supervisor));
        if (!isSuccessor)
        {
            WritePidFile(spawn.Worker, spec, process.Pid);
        }

        stages.Attach(process, spec,
            () => queue.Tell(new SupervisorEvent.ToWorker(spawn.Worker, new WorkerEvent.Executed(spawn.Incarnation))));
    }

    void WritePidFile(WorkerId worker, AppSpec spec, int pid)
    {
        if (PidFiles.Write(spec, worker.Index, pid) is { } unwritten)
        {
            sink.Write(new LogEvent(EventName.Warning, LogLevel.Warn, unwritten) { Worker = worker, Pid = pid });
        }
    }

    (SpawnedProcess? Process, SpawnProblem? Problem) TrySpawn(Effect.Spawn spawn, AppSpec spec)
    {
        var isMarked = WorkerMark.Set(WorkerMark.Of(spawn.Worker, spawn.Incarnation), spec.Process);
        try
        {
            return spawner.Spawn(spec, spawn.Worker.Index, supervisor.IdOf(spawn.Worker), spawn.Incarnation);
        }
        catch (LinuxException error)
        {
            return (null, new SpawnProblem(SpawnStage.Fork, error.Errno, error.Message));
        }
        finally
        {
            if (isMarked)
            {
                WorkerMark.Clear();
            }
        }
    }

    void Promote(Effect.Promote promote)
    {
        TerminationLog?.Promote(promote.Worker, promote.Pid);
        WritePidFile(promote.Worker, supervisor.SpecOf(promote.Worker, promote.Incarnation), promote.Pid);
    }

    /// <summary>Who cannot be asked to close its servers is asked to stop.</summary>
    void Disconnect(Effect.Disconnect disconnect)
    {
        if (!reaper.Owns(disconnect.Pid))
        {
            return;
        }

        if (DisconnectWorker is null || DisconnectWorker(disconnect.Pid) is not null)
        {
            queue.Answer(new SupervisorEvent.ToWorker(disconnect.Worker, new WorkerEvent.Disconnected(disconnect.Incarnation)));
        }
    }

    /// <summary>One that cannot hear the message is asked as any other program.</summary>
    void SendShutdown(Effect.SendShutdown message)
    {
        if (readiness.SendShutdown(message.Pid, onUnheard: () => SignalInPlace(message, LogLevel.Info, "was not read before the channel was closed")) is { } problem)
        {
            SignalInPlace(message, LogLevel.Warn, "could not be sent, " + problem);
        }
    }

    void SignalInPlace(Effect.SendShutdown message, LogLevel level, string problem)
    {
        if (reaper.Owns(message.Pid))
        {
            sink.Write(new LogEvent(EventName.Warning, level, $"shutdown_with_message: the message {problem}; sending {message.Signal} in its place")
            {
                Worker = message.Worker,
                Pid = message.Pid,
            });
            _ = Libc.kill(message.Pid, message.Signal.Number);
        }
    }

    /// <summary>Another process is the worker's now.</summary>
    public void MovePidFile(WorkerId worker, int pid, int to)
    {
        if (PidFiles.Remove(pid))
        {
            _ = PidFiles.Write(supervisor.SpecOf(worker), worker.Index, to); // what is wrong with the path was said at the start
        }
    }

    void KillLeftovers(Effect.KillLeftovers leftovers)
    {
        var killed = tree.KillRest(leftovers.IsLate ? null : leftovers.Pid, leftovers.Worker, leftovers.Incarnation, incarnation => supervisor.IsLive(leftovers.Worker, incarnation));
        if (killed > 0)
        {
            sink.Write(new LogEvent(EventName.LeftoversKilled, LogLevel.Warn, $"killed what {leftovers.Worker} left behind")
            {
                Worker = leftovers.Worker,
                Pid = leftovers.Pid,
                Fields = [new LogField("killed", killed)],
            });
        }
    }
}
