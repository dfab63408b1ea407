// One connection of a client that never asks twice for the same: whatever goes wrong after the first byte was sent is a failed request.
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Init.E2E.Tests.Cluster;

/// <summary>The server broke the connection off, or answered nonsense.</summary>
sealed class RequestException(string message) : Exception(message);

abstract class Connection : IDisposable
{
    /// <summary>A request that takes longer hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks and returns the pid that answered.</summary>
    public abstract string Ask();

    /// <summary>Another request may be made: the server has not said or shown that it closes.</summary>
    public abstract bool IsOpen { get; }

    public abstract void Dispose();

    protected static Socket Connect(Target target)
    {
        var family = target.Address.AddressFamily;
        var socket = target.Protocol == Protocol.Datagram
            ? new Socket(family, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            socket.ReceiveTimeout = socket.SendTimeout = (int)Patience.TotalMilliseconds;
            if (family != AddressFamily.Unix && target.Protocol != Protocol.Datagram)
            {
                socket.NoDelay = true;
            }

            socket.Connect(target.Address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}

sealed class HttpConnection : Connection
{
    readonly Socket socket;
    readonly Stream stream;
    readonly byte[] request;
    readonly byte[] buffer = new byte[4096];
    bool isClosing;
    int answers;

    public HttpConnection(Target target, bool isKeptAlive)
    {
        request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\n{(isKeptAlive ? "" : "Connection: close\r\n")}\r\n");
        socket = Connect(target);
        stream = new NetworkStream(socket, ownsSocket: true);
        if (target.Protocol == Protocol.Https)
        {
            var tls = new SslStream(stream, false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
            stream = tls;
            tls.AuthenticateAsClient("localhost");
        }
    }

    /// <summary>What can be read between two answers is the end of the connection.</summary>
    public override bool IsOpen => !isClosing && (answers == 0 || !socket.Poll(0, SelectMode.SelectRead));

    public override string Ask()
    {
        stream.Write(request);
        var length = 0;
        while (true)
        {
            var count = stream.Read(buffer, length, buffer.Length - length);
            var text = Encoding.ASCII.GetString(buffer, 0, length += count);
            var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (body >= 4)
            {
                var head = text[..body];
                if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                {
                    throw new RequestException(head);
                }

                if (Header(head, "content-length") is not { } size)
                {
                    throw new RequestException($"no Content-Length: {head}");
                }

                if (text.Length >= body + int.Parse(size))
                {
                    answers++;
                    isClosing = Header(head, "connection") == "close";
                    return text[body..];
                }
            }

            if (count == 0)
            {
                throw new RequestException(length == 0 ? "closed without an answer" : $"closed within the answer: {text}");
            }
        }
    }

    public override void Dispose() => stream.Dispose();

    static string? Header(string head, string name)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim().ToLowerInvariant();
            }
        }

        return null;
    }
}

sealed class LineConnection(Target target) : Connection
{
    readonly Socket socket = Connect(target);

    public override bool IsOpen => !socket.Poll(0, SelectMode.SelectRead);

    public override string Ask()
    {
        socket.Send("?\n"u8);
        var buffer = new byte[100];
        for (var length = 0; ;)
        {
            var count = socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (count == 0)
            {
                throw new RequestException("closed without an answer");
            }

            length += count;
            if (buffer[length - 1] == '\n')
            {
                return Encoding.ASCII.GetString(buffer, 0, length - 1);
            }
        }
    }

    public override void Dispose() => socket.Dispose();
}

sealed class DatagramConnection(Target target) : Connection
{
    readonly Socket socket = Connect(target);

    public override bool IsOpen => true;

    public override string Ask()
    {
        socket.Send("?"u8);
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }

    public override void Dispose() => socket.Dispose();
}

/// <summary>A session of its own; GOAWAY is obeyed by the BCL's client, which repeats only what the server said it did not take.</summary>
sealed class Http2Connection(Target target) : Connection
{
    readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    public override bool IsOpen => true;

    public override string Ask()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{target.Address}/")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = client.SendAsync(request).GetAwaiter().GetResult();
        return response.IsSuccessStatusCode
            ? response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
            : throw new RequestException($"status {response.StatusCode}");
    }

    public override void Dispose() => client.Dispose();
}
