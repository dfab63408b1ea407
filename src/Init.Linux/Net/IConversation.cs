using Init.Core.Logging;

namespace Init.Linux.Net;

/// <summary>What to do with a connection after its input was looked at.</summary>
public enum Verdict
{
    /// <summary>More bytes are needed, or the next request may come.</summary>
    Continue,

    /// <summary>The answer, or more of it, comes later: what is in the output is sent, and nothing is read until the conversation wakes the connection.</summary>
    Wait,

    /// <summary>Send what is in the output, then close.</summary>
    Finish,
}

/// <summary>One connection's protocol: bytes in, bytes out, no I/O. Both sides are bounded by the implementation.</summary>
public interface IConversation
{
    /// <summary>Set by the connection: after <see cref="Verdict.Wait"/>, asks it to converse again. Harmless once the connection is closed.</summary>
    Action? Wake
    {
        set { }
    }

    /// <summary>Called once when the connection is there: a greeting, or nothing.</summary>
    void Open(ByteBuffer output);

    /// <summary>Called when bytes have arrived, or after a wake; consumes what it understands from the front of the input.</summary>
    Verdict Converse(ByteBuffer input, ByteBuffer output);
}
