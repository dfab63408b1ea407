using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Runtime;

namespace Init;

/// <summary>
/// The client side of the control socket: one request, one reply, blocking. Not the server: it may block. What only asks is bounded in time; what changes
/// something takes as long as that takes (a slow start, a long kill_timeout), and a signal ends the waiting.
/// What can go wrong: nobody listens (pminit does not run, or runs with --socket off, or as another user), or it does not answer.
/// </summary>
static unsafe class ControlClient
{
    const int TimeoutSeconds = 10;

    const string LeftOpen = "what was asked for may still be under way, see `pminit ls`";

    /// <summary>Asks the running pminit.</summary>
    /// <param name="request">What.</param>
    /// <param name="inherited">What this process was started with.</param>
    /// <param name="onProgress">Told what comes before the reply, and whether everybody is to know.</param>
    public static ControlReply Ask(ControlRequest request, Inherited inherited, Action<string, bool> onProgress)
    {
        var explicitPath = inherited.Variable("PMINIT_SOCKET");
        var candidates = ControlSocket.Candidates(string.IsNullOrEmpty(explicitPath) || explicitPath == "off" ? null : explicitPath);
        using var socket = ControlSocket.TryConnect(candidates);
        if (socket is null)
        {
            return ControlReply.Failed(ExitCodes.No,
                $"no running pminit answers on {string.Join(", ", candidates)}; it may run as another user or with another PMINIT_SOCKET");
        }

        Bound(socket.Number, TimeoutSeconds);
        var received = new ByteBuffer();
        if (ReadLine(socket.Number, received) is not { } greeting)
        {
            return NoAnswer();
        }

        if (ControlReply.CheckGreeting(greeting) is { } mismatch)
        {
            return ControlReply.Failed(ExitCodes.Fault, mismatch);
        }

        var question = new ByteBuffer();
        ControlProtocol.WriteRequest(question, request);
        if (!Send(socket.Number, question.Span))
        {
            return NoAnswer();
        }

        var changes = request.Verb == Commands.ReloadConfig || request.Verb.Changes;
        if (changes)
        {
            Bound(socket.Number, 0); // without limit
        }

        while (ReadLine(socket.Number, received) is { } line)
        {
            if (!ControlReply.IsProgress(line, out var text, out var isNote))
            {
                return ControlReply.Parse(line);
            }

            onProgress(text, isNote);
        }

        return changes ? ControlReply.Failed(ExitCodes.No, $"pminit closed the connection before it had answered; {LeftOpen}") : NoAnswer();
    }

    static ControlReply NoAnswer() => ControlReply.Failed(ExitCodes.No, $"pminit accepted the connection but did not answer within {TimeoutSeconds} s");

    static void Bound(int fd, int patience)
    {
        var limit = new Libc.timeval { tv_sec = patience };
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, &limit, (uint)sizeof(Libc.timeval));
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, &limit, (uint)sizeof(Libc.timeval));
    }

    static bool Send(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint sent;
            fixed (byte* from = bytes)
            {
                sent = Libc.send(fd, from, (nuint)bytes.Length, Libc.MSG_NOSIGNAL);
            }

            if (sent < 0)
            {
                return false;
            }

            bytes = bytes[(int)sent..];
        }

        return true;
    }

    static ReadOnlyMemory<byte>? ReadLine(int fd, ByteBuffer received)
    {
        while (true)
        {
            var end = received.Span.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = received.Span[..end].ToArray();
                received.Consume(end + 1);
                return line;
            }

            var room = received.GetSpan(64 * 1024);
            nint got;
            fixed (byte* into = room)
            {
                got = Libc.read(fd, into, (nuint)room.Length);
            }

            if (got <= 0)
            {
                return null;
            }

            received.Advance((int)got);
        }
    }
}
