using Init.Core.Logging;

namespace Init.Core.Cluster;

/// <summary>
/// What a primary says to its workers, one line each. Where a descriptor goes along, Node wants an envelope around the message. `seq` is the number of our
/// own message, `ack` that of the one it answers.
/// </summary>
public static class ClusterWriter
{
    /// <summary>A server's socket comes along, or (round robin) nothing, or an errno.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="ack">The question.</param>
    /// <param name="seq">Our number.</param>
    /// <param name="key">Names the socket from now on.</param>
    /// <param name="errno">As Linux has it, above 0; 0: none.</param>
    /// <param name="data">What all workers share, as JSON; empty: null. Also with an error: TLS servers look into it before they look at the error.</param>
    /// <param name="socket">What comes along.</param>
    /// <param name="name">Round robin: where the socket listens, as JSON; empty: none.</param>
    public static void Server(ByteBuffer to, long ack, long seq, string key, int errno, ReadOnlySpan<byte> data, PassedSocket socket = PassedSocket.None, ReadOnlySpan<byte> name = default)
    {
        Open(to, socket);
        to.Append("{\"cmd\":\"NODE_CLUSTER\",\"ack\":"u8);
        JsonText.AppendNumber(to, ack);
        to.Append(",\"errno\":"u8);
        JsonText.AppendNumber(to, -errno);
        WriteKey(to, key);
        to.Append(",\"data\":"u8);
        to.Append(data.IsEmpty ? "null"u8 : data);
        if (!name.IsEmpty)
        {
            to.Append(",\"sockname\":"u8);
            to.Append(name);
        }

        Close(to, seq, socket);
    }

    /// <summary>A connection comes along.</summary>
    public static void NewConnection(ByteBuffer to, long seq, string key)
    {
        Open(to, PassedSocket.Stream);
        to.Append("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"newconn\""u8);
        WriteKey(to, key);
        Close(to, seq, PassedSocket.Stream);
    }

    /// <summary>A connection of a health check comes along, for the server at this place; to the drain preload, which answers as Node does to <see cref="NewConnection"/>.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="seq">Our number.</param>
    /// <param name="path">Of the unix socket; null: TCP.</param>
    /// <param name="port">Of TCP.</param>
    public static void Check(ByteBuffer to, long seq, string? path, int port)
    {
        Open(to, PassedSocket.Stream);
        to.Append("{\"cmd\":\"NODE_PMINIT_CHECK\",\"place\":"u8);
        if (path is null)
        {
            JsonText.AppendNumber(to, port);
        }
        else
        {
            to.Append((byte)'"');
            JsonText.Append(to, path);
            to.Append((byte)'"');
        }

        Close(to, seq, PassedSocket.Stream);
    }

    /// <summary>Asks a worker to close its servers, and, when all connections have ended, its channel.</summary>
    public static void Disconnect(ByteBuffer to, long seq)
    {
        to.Append("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"disconnect\""u8);
        Close(to, seq, PassedSocket.None);
    }

    /// <summary>An answer that says no more than that the message was heard.</summary>
    public static void Heard(ByteBuffer to, long ack, long seq)
    {
        to.Append("{\"cmd\":\"NODE_CLUSTER\",\"ack\":"u8);
        JsonText.AppendNumber(to, ack);
        Close(to, seq, PassedSocket.None);
    }

    /// <summary>`sockname`.</summary>
    public static void Name(ByteBuffer to, string address, int port)
    {
        to.Append("{\"address\":\""u8);
        JsonText.Append(to, address);
        to.Append("\",\"family\":\"IPv"u8);
        to.Append(address.Contains(':') ? (byte)'6' : (byte)'4');
        to.Append("\",\"port\":"u8);
        JsonText.AppendNumber(to, port);
        to.Append((byte)'}');
    }

    static void WriteKey(ByteBuffer to, string key)
    {
        to.Append(",\"key\":\""u8);
        JsonText.Append(to, key);
        to.Append((byte)'"');
    }

    static void Open(ByteBuffer to, PassedSocket socket) => to.Append(socket switch
    {
        PassedSocket.None => default,
        PassedSocket.Stream => "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":"u8,
        PassedSocket.Datagram => "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Native\",\"msg\":"u8,
    });

    static void Close(ByteBuffer to, long seq, PassedSocket socket)
    {
        to.Append(",\"seq\":"u8);
        JsonText.AppendNumber(to, seq);
        to.Append(socket == PassedSocket.None ? "}\n"u8 : "}}\n"u8);
    }
}

/// <summary>What goes along with a message to a worker.</summary>
public enum PassedSocket
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>TCP or unix, a listener or a connection.</summary>
    Stream,

    /// <summary>UDP.</summary>
    Datagram,
}
