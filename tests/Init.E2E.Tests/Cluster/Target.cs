using System.Net;
using System.Net.Sockets;

namespace Init.E2E.Tests.Cluster;

/// <summary>What a server speaks; every server answers with the pid of its worker.</summary>
enum Protocol
{
    Http,
    Https,
    Http2,

    /// <summary>A line is answered by a line.</summary>
    Line,

    /// <summary>A datagram is answered by one.</summary>
    Datagram,
}

/// <summary>A server and where it is.</summary>
sealed record Target(Protocol Protocol, EndPoint Address)
{
    public static Target Tcp(Protocol protocol, int port) => new(protocol, new IPEndPoint(IPAddress.Loopback, port));

    public static Target Unix(string path) => new(Protocol.Http, new UnixDomainSocketEndPoint(path));

    /// <summary>A connection that is not open yet.</summary>
    public Connection Open(bool isKeptAlive) => Protocol switch
    {
        Protocol.Http2 => new Http2Connection(this),
        Protocol.Line => new LineConnection(this),
        Protocol.Datagram => new DatagramConnection(this),
        Protocol.Http or Protocol.Https => new HttpConnection(this, isKeptAlive),
    };
}
