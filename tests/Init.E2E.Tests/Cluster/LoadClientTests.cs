// The measuring instrument itself, against servers that fail in known ways.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Init.E2E.Tests.Harness;

namespace Init.E2E.Tests.Cluster;

public sealed class LoadClientTests
{
    [Theory]
    [InlineData("refuse", false)]
    [InlineData("close", false)]
    [InlineData("close", true)]
    [InlineData("reset", true)]
    [InlineData("half", true)]
    [InlineData("error", true)]
    [InlineData("silence", true)]
    [InlineData("close after answer", true)]
    [InlineData("answer", false)]
    [InlineData("answer", true)]
    public void Client_SeesWhatTheServerDoes(string behaviour, bool isKeptAlive)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (behaviour != "refuse")
        {
            listener.Listen();
        }

        var connections = 0;
        var server = new Thread(() => Serve(listener, behaviour, ref connections)) { IsBackground = true };
        server.Start();
        var target = Target.Tcp(Protocol.Http, ((IPEndPoint)listener.LocalEndPoint!).Port);
        LoadResult result;
        using (var client = new LoadClient(target, isKeptAlive, clients: 1))
        {
            Assert.True(Limits.Poll(() => client.Result is var now && (now.Ok + now.Failed.Count + now.Refused >= 20 || now.Hung > 0)));
            result = client.Stop();
        }

        Assert.Equal(behaviour is "answer" or "close after answer", result.Ok >= 20);
        Assert.Equal(behaviour is "close" or "reset" or "half" or "error", result.Failed.Count >= 20);
        Assert.Equal(behaviour == "refuse", result.Refused >= 20);
        Assert.Equal(behaviour == "silence", result.Hung > 0); // a second request may be on its way when the client is stopped
        Assert.True(new[] { result.Ok, result.Failed.Count, result.Refused, result.Hung }.Count(count => count > 0) == 1, $"{result}");
        if (behaviour == "answer")
        {
            Assert.Equal(isKeptAlive ? 1 : result.Ok, connections);
            Assert.Equal(result.Ok, result.Pids["42"]);
        }
    }

    static void Serve(Socket listener, string behaviour, ref int connections)
    {
        try
        {
            var buffer = new byte[4096];
            while (behaviour != "refuse")
            {
                using var socket = listener.Accept();
                connections++;
                while (socket.Receive(buffer) > 0 && behaviour is not "close")
                {
                    if (behaviour == "reset")
                    {
                        socket.LingerState = new LingerOption(true, 0);
                        break;
                    }

                    if (behaviour == "silence")
                    {
                        continue;
                    }

                    var text = behaviour switch
                    {
                        "half" => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n4",
                        "close after answer" => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n42", // unsaid, it may meet the next request
                        "error" => "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n42",
                        _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42",
                    };
                    socket.Send(Encoding.ASCII.GetBytes(text));
                    if (behaviour is "half" or "close after answer")
                    {
                        socket.Shutdown(SocketShutdown.Send);
                        break;
                    }
                }
            }
        }
        catch (SocketException)
        {
            // The test has ended and closed the listener, or the client its connection.
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
