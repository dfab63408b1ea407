using System.Collections.Immutable;
using Init.Core.Control;
using Init.Core.Health;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Net;

/// <summary>What the verbs ask for, gathered at the moment of the question: state from the supervisor, memory and CPU from /proc.</summary>
public sealed class StatusReport(Supervisor supervisor, string version)
{
    readonly Instant _startedAt = Clock.Now;
    readonly long _startedUnixMs = Clock.UnixMs;

    /// <summary>Answers one request.</summary>
    public void Answer(ControlRequest request, ByteBuffer output)
    {
        if (request.Verb == Commands.Ping)
        {
            ControlReplies.WritePing(output, Libc.getpid(), version, (long)(Clock.Now - _startedAt).TotalMilliseconds);
        }
        else if (request.Verb == Commands.Health)
        {
            ControlReplies.WriteHealth(output, new HealthView(supervisor.IsReady, supervisor.IsShuttingDown, ProbeConversation.Lines(supervisor)));
        }
        else if (request.Verb == Commands.List || request.Verb == Commands.JsonList)
        {
            ControlReplies.WriteStatus(output, Entries());
        }
        else
        {
            ControlProtocol.WriteError(output, ControlProtocol.UsageError, $"'{request.Verb.Name}' is not answered here");
        }
    }

    ImmutableArray<StatusEntry> Entries()
    {
        var now = Clock.Now;
        var workers = supervisor.Snapshot().Workers;
        var entries = ImmutableArray.CreateBuilder<StatusEntry>(workers.Length);
        foreach (var worker in workers)
        {
            entries.Add(EntryOf(worker, now));
        }

        return entries.MoveToImmutable();
    }

    StatusEntry EntryOf(in WorkerStatus worker, Instant now)
    {
        var (memory, cpu) = ResourceSampler.Sample(worker.Pid, worker.StartedAt, now);
        return new StatusEntry
        {
            PmId = worker.Id,
            Worker = worker.Worker,
            Status = StatusWords.Of(worker.Phase),
            WaitingFor = [.. worker.WaitingFor.Map(static one => one.App)],
            Pid = worker.Pid,
            StartedUnixMs = worker.State.Incarnation == 0 ? 0 : _startedUnixMs + (long)(worker.StartedAt - _startedAt).TotalMilliseconds,
            CreatedUnixMs = _startedUnixMs,
            UptimeMs = worker.Pid == 0 ? 0 : (long)(now - worker.StartedAt).TotalMilliseconds,
            Restarts = worker.Restarts,
            Unstable = worker.UnstableExits,
            ExitCode = worker.LastExit?.ShellCode,
            MemoryBytes = memory,
            CpuPercent = cpu,
            NextRunUnixMs = worker.NextRun is { } next ? new DateTimeOffset(next).ToUnixTimeMilliseconds() : 0,
            Spec = worker.Spec,
        };
    }
}
