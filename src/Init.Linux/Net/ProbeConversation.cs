using System.Collections.Immutable;
using Init.Core.Health;
using Init.Core.Logging;
using Init.Core.Supervision;

namespace Init.Linux.Net;

/// <summary>One probe: a request head in, an answer out, done. What is said comes from the supervisor's state of this very moment.</summary>
public sealed class ProbeConversation(Supervisor supervisor, bool peerIsLoopback) : IConversation
{
    /// <inheritdoc/>
    public void Open(ByteBuffer output)
    {
        // HTTP: the client speaks first.
    }

    /// <inheritdoc/>
    public Verdict Converse(ByteBuffer input, ByteBuffer output)
    {
        var request = HealthHttp.Read(input.Span, peerIsLoopback);
        if (!request.IsComplete)
        {
            return Verdict.Continue;
        }

        input.Clear();
        HealthHttp.Answer(request, new HealthView(supervisor.IsReady, supervisor.IsShuttingDown, request.Verbose ? Lines(supervisor) : []), output);
        return Verdict.Finish;
    }

    /// <summary>Every worker, and whether it stands in the way of readiness.</summary>
    public static ImmutableArray<HealthLine> Lines(Supervisor supervisor)
    {
        var lines = ImmutableArray.CreateBuilder<HealthLine>();
        foreach (var worker in supervisor.Snapshot().Workers)
        {
            lines.Add(new HealthLine(worker.IsFine, worker.Worker.ToString(), worker.StatusForPeople));
        }

        return lines.DrainToImmutable();
    }
}
