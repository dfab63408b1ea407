using System.Globalization;
using Init.Core.Ipc;

namespace Init.Core.Cluster;

/// <summary>
/// Which socket a worker's server wants. Two servers get the same one when they ask for the same address; of servers on port 0 ("any free one") the n-th of
/// each worker shares one, as in Node 22. Older versions count servers with a port, too, and give one worker the same socket twice, which here is in use.
/// </summary>
public sealed class ServerQuery
{
    ServerQuery(ListenAddress address, string place, int port, int index)
    {
        Address = address;
        _place = place;
        _port = port;
        _index = index;
        Key = port == 0 ? string.Create(CultureInfo.InvariantCulture, $"{place}:{index}") : place;
    }

    readonly string _place;
    readonly int _port;
    readonly int _index;

    /// <summary>Names the socket among those of an app.</summary>
    public string Key { get; }

    /// <summary>What to open.</summary>
    public ListenAddress Address { get; }

    /// <summary>The app leaves the port to the system.</summary>
    public bool IsOfAnyPort => _port == 0;

    /// <summary>What goes along with the answer.</summary>
    public PassedSocket Socket => Address.IsUdp ? PassedSocket.Datagram : PassedSocket.Stream;

    /// <summary>It wants a descriptor that its primary has; there is none.</summary>
    public static bool IsForDescriptor(in ClusterMessage message) => message.Fd != -1 && message.Fd != ClusterMessage.NoPort;

    /// <summary>Reads <see cref="ClusterAct.QueryServer"/>.</summary>
    /// <returns>Null when it makes no sense.</returns>
    public static ServerQuery? Read(in ClusterMessage message)
    {
        var text = JsonMembers.Text(message.Address);
        var isAny = message.Address.IsEmpty || message.Address.SequenceEqual("null"u8);
        if ((text is null && !isAny) || text?.Contains('\0') == true || message.Index is < 0 or > int.MaxValue || IsForDescriptor(message))
        {
            return null;
        }

        var kind = KindOf(message.AddressType);
        var isPath = kind == ListenKind.Unix;
        if (kind is null || (isPath ? string.IsNullOrEmpty(text) : message.Port is < 0 or > ushort.MaxValue))
        {
            return null;
        }

        var port = isPath ? -1 : (int)message.Port;
        var address = new ListenAddress
        {
            Kind = kind.Value,
            Address = text ?? "",
            Port = Math.Max(port, 0),
            IsIpv6Only = (message.Flags & 1) != 0,
            ReuseAddress = (message.Flags & 4) != 0,
            Backlog = (int)Math.Clamp(message.Backlog, 0, ushort.MaxValue),
            ReadableAll = message.ReadableAll,
            WritableAll = message.WritableAll,
        };
        return new ServerQuery(address, Place(message, text), port, (int)message.Index);
    }

    /// <summary>Whether <see cref="ClusterAct.Listening"/> is of this server: it repeats the question, but of port 0 it has what came of it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="boundPort">The port that the socket has.</param>
    public bool IsOf(in ClusterMessage message, int boundPort) =>
        message.Index == _index && (message.Port == _port || (_port == 0 && message.Port == boundPort)) && _place == Place(message, JsonMembers.Text(message.Address), _port);

    static string Place(in ClusterMessage message, string? address, long? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{address ?? "null"}:{port ?? message.Port}:{(KindOf(message.AddressType) is { } kind ? (int)kind : -1)}:{message.Flags & 5}");

    static ListenKind? KindOf(ReadOnlySpan<byte> type) => type.Length switch
    {
        1 when type[0] == '4' => ListenKind.Tcp4,
        1 when type[0] == '6' => ListenKind.Tcp6,
        2 when type.SequenceEqual("-1"u8) => ListenKind.Unix,
        6 when type.SequenceEqual("\"udp4\""u8) => ListenKind.Udp4,
        6 when type.SequenceEqual("\"udp6\""u8) => ListenKind.Udp6,
        _ => null,
    };
}
