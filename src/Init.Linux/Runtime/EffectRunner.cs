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
    /// <summary>Reads the ecosystem file again; null when there was none (one command line).</summary>
    public Action? ReadConfig { get; set; }

    /// <summary>Watches files, or ends that.</summary>
    public Action<Effect.WatchFiles>? WatchFiles { get; set; }

    /// <summary>Looks at the container's memory; null where nothing counts it.</summary>
    public Func<int, int, SupervisorEvent>? ReadMemory { get; set; }

    /// <summary>The pid files of what runs.</summary>
    public PidFiles PidFiles { get; } = new();

    /// <summary>Carries out health checks.</summary>
    public ProbeRunner? Probes { get; set; }

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
                _ = Libc.kill(signal.Pid, signal.Signal.Number);
                break;
            case Effect.KillTree kill when reaper.Owns(kill.Pid):
                readiness.Killed(kill.Pid);
                _ = ProcessTree.Kill(kill.Pid);
                break;
            case Effect.SendShutdown message when reaper.Owns(message.Pid):
                SendShutdown(message);
                break;
            case Effect.SignalLeader or Effect.SendShutdown or Effect.KillTree:
                break;
            case Effect.KillLeftovers leftovers:
                KillLeftovers(leftovers);
                break;
            case Effect.Report report:
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
                Probes?.Begin(check, supervisor.SpecOf(check.Worker), supervisor.IdOf(check.Worker));
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
        readiness.Listeners.BeforeSpawn(supervisor.SpecOf(spawn.Worker));
        var (process, problem) = TrySpawn(spawn);
        if (process is null)
        {
            queue.Answer(new SupervisorEvent.ToWorker(
                spawn.Worker, new WorkerEvent.SpawnFailed(spawn.Incarnation, problem!.Stage, problem.Errno, problem.Detail)));
            return;
        }

        reaper.Own(process.Pid, spawn.Worker, spawn.Incarnation);
        queue.Answer(new SupervisorEvent.ToWorker(spawn.Worker, new WorkerEvent.Spawned(spawn.Incarnation, process.Pid)));
        readiness.Attach(process, spawn.Worker, spawn.Incarnation, supervisor.SpecOf(spawn.Worker));
        logs.Attach(spawn.Worker, supervisor.IdOf(spawn.Worker), process, readiness.MatcherOf(process.Pid), TerminationLog?.Follow(spawn.Worker, supervisor));
        if (PidFiles.Write(supervisor.SpecOf(spawn.Worker), spawn.Worker.Index, process.Pid) is { } unwritten)
        {
            sink.Write(new LogEvent(EventName.Warning, LogLevel.Warn, unwritten) { Worker = spawn.Worker, Pid = process.Pid });
        }

        stages.Attach(process, supervisor.SpecOf(spawn.Worker),
            () => queue.Tell(new SupervisorEvent.ToWorker(spawn.Worker, new WorkerEvent.Executed(spawn.Incarnation))));
    }

    (SpawnedProcess? Process, SpawnProblem? Problem) TrySpawn(Effect.Spawn spawn)
    {
        try
        {
            return spawner.Spawn(supervisor.SpecOf(spawn.Worker), spawn.Worker.Index, supervisor.IdOf(spawn.Worker));
        }
        catch (LinuxException error)
        {
            return (null, new SpawnProblem(SpawnStage.Fork, error.Errno, error.Message));
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
        PidFiles.Remove(pid);
        _ = PidFiles.Write(supervisor.SpecOf(worker), worker.Index, to); // what is wrong with the path was said at the start
    }

    void KillLeftovers(Effect.KillLeftovers leftovers)
    {
        var killed = tree.KillLeftovers(leftovers.Pid) + tree.KillStrays(leftovers.Worker);
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
