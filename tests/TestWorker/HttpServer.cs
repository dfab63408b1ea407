// The smallest HTTP server that can be loaded: one connection at a time, answers 200 with its pid, ends with code 0 on SIGTERM.
// It reads one buffer per request, so it serves GET without a body and nothing else.
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TestWorker;

static unsafe class HttpServer
{
    const int Backlog = 511;

    public static int Run(int port, int signalfd)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(Backlog);
        Output.Line($"listening {port}");
        var polls = stackalloc Libc.PollFd[2];
        while (true)
        {
            polls[0] = new Libc.PollFd { Fd = signalfd, Events = Libc.POLLIN };
            polls[1] = new Libc.PollFd { Fd = (int)listener.SafeHandle.DangerousGetHandle(), Events = Libc.POLLIN };
            if (Libc.poll(polls, 2, -1) < 0)
            {
                continue;
            }

            if (polls[0].Revents != 0 && Signals.Next(signalfd, 0) == Signals.Term)
            {
                return 0;
            }

            if (polls[1].Revents != 0)
            {
                Answer(listener);
            }
        }
    }

    static void Answer(Socket listener)
    {
        using var connection = listener.Accept();
        connection.ReceiveTimeout = 1000;
        try
        {
            var buffer = new byte[4096];
            _ = connection.Receive(buffer);
            var body = Libc.getpid().ToString();
            connection.Send(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
            Output.Line("served");
        }
        catch (SocketException error)
        {
            Output.ErrorLine($"connection lost: {error.SocketErrorCode}");
        }
    }
}
