using System.Globalization;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Runtime;

namespace Init;

/// <summary>Puts the two listeners into the server's loop: probes over HTTP, verbs over the control socket. Both can be absent.</summary>
static class Endpoints
{
    const int MaxProbes = 64;
    const int MaxClients = 16;

    static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(60);

    /// <summary>Answers probes on a bound listener.</summary>
    public static void ServeProbes(InitHost host, Fd listener, int port)
    {
        host.Serve(new SocketServer(host.Loop, listener, Urgency.Health, MaxProbes, ProbePatience,
            peer => new ProbeConversation(host.Supervisor, Addresses.IsLoopbackPeer(peer.Number))));
        host.Report(new LogEvent(EventName.HealthListening, LogLevel.Info,
            string.Create(CultureInfo.InvariantCulture, $"probes are answered on port {port}: /livez /readyz /healthz"))
        {
            Fields = [new LogField("port", port)],
        });
    }

    /// <summary>Answers verbs on the first path that can be bound.</summary>
    /// <returns>The path, to be removed at the end; null when there is none.</returns>
    public static string? ServeControl(InitHost host, ControlSettings settings, IReload? reload)
    {
        var listener = ControlSocket.TryListen(ControlSocket.Candidates(settings.Socket), out var path);
        if (listener is null)
        {
            host.Report(new LogEvent(EventName.Warning, LogLevel.Warn,
                $"no control socket, so `pminit ls` and `pminit health` cannot work ({path}); set PMINIT_SOCKET to a writable path, or to off"));
            return null;
        }

        var status = new StatusReport(host.Supervisor, Product.Version);
        host.Serve(new SocketServer(host.Loop, listener, Urgency.Control, MaxClients, ClientPatience,
            peer => ControlSocket.IsTrusted(peer.Number) ? new ControlConversation(status, host.Verbs, reload, Product.Version) : null));
        host.Report(new LogEvent(EventName.ControlListening, LogLevel.Info, $"verbs are answered on {path}")
        {
            Fields = [new LogField("socket", path)],
        });
        return path;
    }
}
