using System.Collections.Immutable;
using Init.Core.Control;
using Init.Core.Health;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Resources;

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
            ControlReplies.WriteStatus(output, Entries(supervisor.Snapshot().Workers, request["pss"] is not null));
        }
        else if (request.Verb == Commands.Describe)
        {
            var chosen = Selector.Find(request["target"] ?? "", supervisor.Snapshot().Workers, out var problem);
            if (problem is not null)
            {
                ControlProtocol.WriteError(output, ExitCodes.No, problem);
            }
            else
            {
                ControlReplies.WriteStatus(output, Entries(chosen, withProportional: true), withSettings: true);
            }
        }
        else
        {
            ControlProtocol.WriteError(output, ControlProtocol.UsageError, $"'{request.Verb.Name}' is not answered here");
        }
    }

    ImmutableArray<StatusEntry> Entries(IReadOnlyList<WorkerStatus> workers, bool withProportional)
    {
        var now = Clock.Now;
        var leaders = new Leaders();
        foreach (var worker in workers)
        {
            if (worker.Pid != 0)
            {
                leaders.Add(worker.Pid, worker.Worker, worker.State.Incarnation);
            }
        }

        var uses = ResourceSampler.Sample(leaders, withProportional);
        var entries = ImmutableArray.CreateBuilder<StatusEntry>(workers.Count);
        foreach (var worker in workers)
        {
            entries.Add(EntryOf(worker, now, uses.GetValueOrDefault(worker.Pid)));
        }

        return entries.MoveToImmutable();
    }

    StatusEntry EntryOf(in WorkerStatus worker, Instant now, WorkerUse? use)
    {
        var uptimeMs = worker.Pid == 0 ? 0 : (long)(now - worker.StartedAt).TotalMilliseconds;
        return new StatusEntry
        {
            PmId = worker.Id,
            Worker = worker.Worker,
            Status = StatusWords.Of(worker.Phase),
            WaitingFor = [.. worker.WaitingFor.Map(static one => one.App)],
            Pid = worker.Pid,
            StartedUnixMs = worker.State.Incarnation == 0 ? 0 : _startedUnixMs + (long)(worker.StartedAt - _startedAt).TotalMilliseconds,
            CreatedUnixMs = _startedUnixMs,
            UptimeMs = uptimeMs,
            Restarts = worker.Restarts,
            Unstable = worker.UnstableExits,
            LastExit = worker.LastExit,
            MemoryBytes = use?.Tree.MemoryBytes ?? 0,
            CpuPercent = use is null || uptimeMs <= 0 ? 0 : 100.0 * use.Tree.CpuMs / uptimeMs,
            Use = use,
            OomKillsBesideWorkers = supervisor.OomKillsBesideWorkers,
            StatusText = worker.State.Doing,
            NextRunUnixMs = worker.NextRun is { } next ? new DateTimeOffset(next).ToUnixTimeMilliseconds() : 0,
            Health = worker.Health,
            Spec = worker.Spec,
        };
    }
}
