using Init.Core.Control;
using Init.Core.Logging;

namespace Init.Linux.Net;

/// <summary>One client on the control socket: a greeting, then a reply line for each request line, in order.</summary>
public sealed class ControlConversation(StatusReport status, string version) : IConversation
{
    /// <inheritdoc/>
    public void Open(ByteBuffer output) => ControlProtocol.WriteGreeting(output, version);

    /// <summary>One request per call: the rest of the input waits until this reply has been sent.</summary>
    public Verdict Converse(ByteBuffer input, ByteBuffer output)
    {
        var read = ControlProtocol.ReadRequest(input.Span);
        input.Consume(read.ConsumedBytes);
        if (read.Request is not null)
        {
            status.Answer(read.Request, output);
        }
        else if (read.Error is not null)
        {
            ControlProtocol.WriteError(output, ControlProtocol.UsageError, read.Error);
        }

        return read.MustClose ? Verdict.Finish : Verdict.Continue;
    }
}
