using Init.Core.Ipc;
using Init.Core.Logging;

namespace Init.Core.Cluster;

/// <summary>What a worker of Node's `cluster` says.</summary>
public enum ClusterAct
{
    /// <summary>Nothing that we know; Node ignores it as well.</summary>
    Unknown,

    /// <summary>It runs, and has read no code of the app yet.</summary>
    Online,

    /// <summary>A server of it wants to listen: the socket is asked for. Wants an answer.</summary>
    QueryServer,

    /// <summary>A server of it listens.</summary>
    Listening,

    /// <summary>A server of it was closed.</summary>
    Close,

    /// <summary>It ends by its own wish, with all servers closed. Wants an answer.</summary>
    ExitedAfterDisconnect,

    /// <summary>The answer to a message of ours.</summary>
    Reply,
}

/// <summary>
/// A message of a worker to its `cluster` primary, in the raw text. Numbers that are missing or make no sense are -1, texts and objects stand as they came.
/// </summary>
public readonly ref struct ClusterMessage
{
    /// <summary>In place of a port: there was none.</summary>
    public const long NoPort = long.MinValue;

    /// <summary>The session keys of a TLS server, which is all that Node itself shares, take 112 bytes.</summary>
    const int LongestData = 4096;

    ClusterMessage(ReadOnlySpan<byte> text)
    {
        Seq = Ack = Index = Fd = -1;
        Port = NoPort;
        var act = default(ReadOnlySpan<byte>);
        var members = new JsonMembers(text);
        while (members.Next())
        {
            var value = members.Value;
            switch (members.Name.Length)
            {
                case 2 when members.Name.SequenceEqual("fd"u8):
                    Fd = JsonMembers.Whole(value, IsNull(value) ? -1 : NoPort);
                    break;
                case 3 when members.Name.SequenceEqual("act"u8):
                    act = value;
                    break;
                case 3 when members.Name.SequenceEqual("seq"u8):
                    Seq = JsonMembers.Whole(value, -1);
                    break;
                case 3 when members.Name.SequenceEqual("ack"u8):
                    Ack = JsonMembers.Whole(value, -1);
                    break;
                case 3 when members.Name.SequenceEqual("key"u8):
                    Key = value;
                    break;
                case 4 when members.Name.SequenceEqual("port"u8):
                    Port = JsonMembers.Whole(value, NoPort);
                    break;
                case 4 when members.Name.SequenceEqual("data"u8):
                    Data = value;
                    break;
                case 5 when members.Name.SequenceEqual("index"u8):
                    Index = JsonMembers.Whole(value, -1);
                    break;
                case 5 when members.Name.SequenceEqual("flags"u8):
                    Flags = JsonMembers.Whole(value, 0);
                    break;
                case 7 when members.Name.SequenceEqual("address"u8):
                    Address = value;
                    break;
                case 7 when members.Name.SequenceEqual("backlog"u8):
                    Backlog = JsonMembers.Whole(value, 0);
                    break;
                case 8 when members.Name.SequenceEqual("accepted"u8):
                    IsAccepted = value.SequenceEqual("true"u8);
                    break;
                case 11 when members.Name.SequenceEqual("addressType"u8):
                    AddressType = value;
                    break;
                case 11 when members.Name.SequenceEqual("readableAll"u8):
                    ReadableAll = value.SequenceEqual("true"u8);
                    break;
                case 11 when members.Name.SequenceEqual("writableAll"u8):
                    WritableAll = value.SequenceEqual("true"u8);
                    break;
            }
        }

        Act = ActOf(act, Ack);
    }

    /// <summary>What it says.</summary>
    public ClusterAct Act { get; }

    /// <summary>The sender's number of this message.</summary>
    public long Seq { get; }

    /// <summary>The number of the message of ours that it answers.</summary>
    public long Ack { get; }

    /// <summary>A connection that was passed is taken.</summary>
    public bool IsAccepted { get; }

    /// <summary>How many equal servers the worker had before.</summary>
    public long Index { get; }

    /// <summary>-1 for a unix socket; <see cref="NoPort"/> where there is none.</summary>
    public long Port { get; }

    /// <summary>A descriptor in the primary; -1 or <see cref="NoPort"/>: none.</summary>
    public long Fd { get; }

    /// <summary>Of listen(2); 0: Node's own.</summary>
    public long Backlog { get; }

    /// <summary>Bit 0: IPv6 only. Bit 2: SO_REUSEADDR (datagrams).</summary>
    public long Flags { get; }

    /// <summary>The unix socket is for everybody to read.</summary>
    public bool ReadableAll { get; }

    /// <summary>The unix socket is for everybody to connect to.</summary>
    public bool WritableAll { get; }

    /// <summary>A string in its quotes, or null.</summary>
    public ReadOnlySpan<byte> Address { get; }

    /// <summary>4, 6, -1, "udp4", "udp6".</summary>
    public ReadOnlySpan<byte> AddressType { get; }

    /// <summary>A string in its quotes.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>What all workers of a server share, as JSON.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The same where it is an object of a size that can be kept, else empty: others get it word for word, and no worker may send others what is no JSON.</summary>
    public ReadOnlySpan<byte> SharedData => Data.Length <= LongestData && JsonObjectScanner.IsObject(Data, out _) ? Data : default;

    /// <summary>Reads a message of kind <see cref="IpcMessageKind.Cluster"/>.</summary>
    /// <param name="message">Any bytes.</param>
    public static ClusterMessage Read(ReadOnlySpan<byte> message) => new(message);

    static bool IsNull(ReadOnlySpan<byte> value) => value.SequenceEqual("null"u8);

    static ClusterAct ActOf(ReadOnlySpan<byte> act, long ack) => act.Length switch
    {
        0 => ack >= 0 ? ClusterAct.Reply : ClusterAct.Unknown,
        7 when act.SequenceEqual("\"close\""u8) => ClusterAct.Close,
        8 when act.SequenceEqual("\"online\""u8) => ClusterAct.Online,
        11 when act.SequenceEqual("\"listening\""u8) => ClusterAct.Listening,
        13 when act.SequenceEqual("\"queryServer\""u8) => ClusterAct.QueryServer,
        23 when act.SequenceEqual("\"exitedAfterDisconnect\""u8) => ClusterAct.ExitedAfterDisconnect,
        _ => ClusterAct.Unknown,
    };
}
