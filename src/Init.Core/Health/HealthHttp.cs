using System.Text;
using Init.Core.Logging;

namespace Init.Core.Health;

/// <summary>
/// The HTTP server behind the probe paths, as far as it is pure: request bytes to a request, a request and the state to answer bytes.
/// One request per connection, then close. It reads a bounded head and nothing else, and its answers are bounded too.
/// </summary>
/// <remarks>
/// The listener must read until complete or its own deadline, write the answer, shut the sending side and read what is left for a moment
/// before it closes: closing with unread bytes makes the kernel reset the connection, and the probe may lose its answer.
/// </remarks>
public static class HealthHttp
{
    /// <summary>A longer head is refused with 431. kubelet's and a load balancer's are some 200 bytes.</summary>
    public const int MaxHeadBytes = 4096;

    /// <summary>Verbose lists stop here, and say that they did.</summary>
    public const int MaxBodyBytes = 32 * 1024;

    /// <summary>Reads what has arrived.</summary>
    /// <param name="received">All bytes of the connection so far.</param>
    /// <param name="peerIsLoopback">The peer is on this machine. Strangers learn no more than up and ready: their `?verbose` is ignored.</param>
    public static HealthRequest Read(ReadOnlySpan<byte> received, bool peerIsLoopback)
    {
        var head = new HttpHead(received);
        if (!head.TryParse(MaxHeadBytes, out var refusal))
        {
            return default;
        }

        var request = new HealthRequest { IsComplete = true, Refusal = refusal, IsHead = head.Method.SequenceEqual("HEAD"u8) };
        if (refusal != 0)
        {
            return request;
        }

        if (!request.IsHead && !head.Method.SequenceEqual("GET"u8))
        {
            return request with { Refusal = 405 };
        }

        if (head.HasBody)
        {
            return request with { Refusal = 400 };
        }

        if (head.Path.SequenceEqual("/livez"u8))
        {
            return request with { Route = HealthRoute.Live };
        }

        return head.Path.SequenceEqual("/readyz"u8) || head.Path.SequenceEqual("/healthz"u8)
            ? request with { Route = HealthRoute.Ready, Verbose = peerIsLoopback && AsksVerbose(head.Query) }
            : request with { Refusal = 404 };
    }

    /// <summary>Writes the whole answer.</summary>
    /// <param name="request">A complete request.</param>
    /// <param name="view">The state; its lines are used only for a verbose request.</param>
    /// <param name="answer">Where.</param>
    public static void Answer(HealthRequest request, HealthView view, ByteBuffer answer)
    {
        var ok = request.Route == HealthRoute.Live || view.IsReady;
        var status = request.Refusal != 0 ? request.Refusal : ok ? 200 : 503;
        var body = new ByteBuffer();
        if (request.Refusal == 0 && request.Verbose)
        {
            AppendLines(body, view);
        }

        body.Append(BodyOf(status));
        answer.Append("HTTP/1.1 "u8);
        answer.Append(ReasonOf(status));
        answer.Append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "u8);
        JsonText.AppendNumber(answer, body.Length);
        answer.Append("\r\nCache-Control: no-store\r\nConnection: close\r\n"u8);
        if (status == 405)
        {
            answer.Append("Allow: GET, HEAD\r\n"u8);
        }

        answer.Append("\r\n"u8);
        if (!request.IsHead)
        {
            answer.Append(body.Span);
        }
    }

    static void AppendLines(ByteBuffer body, HealthView view)
    {
        if (view.ShuttingDown)
        {
            body.Append("[-]shutdown running\n"u8);
        }

        foreach (var line in view.Lines)
        {
            var text = Encoding.UTF8.GetBytes($"[{(line.Ok ? '+' : '-')}]{line.Worker} {line.Status}\n");
            if (body.Length + text.Length > MaxBodyBytes)
            {
                body.Append("(more is left out)\n"u8);
                return;
            }

            body.Append(text);
        }
    }

    /// <summary>As in Kubernetes' own servers, the bare name is enough.</summary>
    static bool AsksVerbose(ReadOnlySpan<byte> query)
    {
        foreach (var range in query.Split((byte)'&'))
        {
            var item = query[range];
            if (item.SequenceEqual("verbose"u8)
                || (item.StartsWith("verbose="u8) && !item.SequenceEqual("verbose=0"u8) && !item.SequenceEqual("verbose=false"u8)))
            {
                return true;
            }
        }

        return false;
    }

    static ReadOnlySpan<byte> ReasonOf(int status) => status switch
    {
        200 => "200 OK"u8,
        404 => "404 Not Found"u8,
        405 => "405 Method Not Allowed"u8,
        431 => "431 Request Header Fields Too Large"u8,
        503 => "503 Service Unavailable"u8,
        505 => "505 HTTP Version Not Supported"u8,
        _ => "400 Bad Request"u8,
    };

    static ReadOnlySpan<byte> BodyOf(int status) => status switch
    {
        200 => "ok\n"u8,
        404 => "not found\n"u8,
        405 => "method not allowed\n"u8,
        431 => "request head too large\n"u8,
        503 => "not ready\n"u8,
        505 => "http version not supported\n"u8,
        _ => "bad request\n"u8,
    };
}
