// HTTP from outside the namespace, as a kubelet asks. The network is the machine's own, so loopback ports work across it.
using System.Net.Sockets;

namespace Init.E2E.Tests.Harness;

static class Web
{
    static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false })
    {
        Timeout = Limits.Default,
    };

    /// <summary>Status code and body; code 0 when there is no answer.</summary>
    public static (int Code, string Body) Get(int port, string path, string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{port}{path}");
        request.Headers.ConnectionClose = true;
        try
        {
            using var response = Client.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return ((int)response.StatusCode, reader.ReadToEnd());
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return (0, error.Message);
        }
    }

    public static bool IsOpen(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
