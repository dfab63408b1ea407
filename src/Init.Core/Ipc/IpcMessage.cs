namespace Init.Core.Ipc;

/// <summary>What a message over Node's IPC channel is to us.</summary>
public enum IpcMessageKind
{
    /// <summary>The app's own affair: pm2's bus messages, numbers, anything, JSON or not.</summary>
    Other,

    /// <summary>`process.send('ready')`.</summary>
    Ready,

    /// <summary>A socket comes along (`process.send(message, socket)`), and the sender holds all that it sends later back until it is acknowledged.</summary>
    Handle,

    /// <summary>A descriptor of ours has arrived.</summary>
    HandleReceived,

    /// <summary>A message of ours has arrived without its descriptor.</summary>
    HandleLost,

    /// <summary>The drain preload is there (<see cref="Init.Core.Cluster.DrainPreload"/>).</summary>
    Preloaded,

    /// <summary>A worker of Node's `cluster` speaks to its primary: <see cref="Init.Core.Cluster.ClusterMessage"/>.</summary>
    Cluster,
}

/// <summary>
/// The messages that we know, in both directions. They are looked for in the raw text: `Utf8JsonReader` throws on bad input, and a worker that sends bad
/// messages in a loop would cost PID 1 an exception each. Nothing is allocated, nothing throws, the time is linear.
/// </summary>
public static class IpcMessage
{
    /// <summary>Asks an app to stop (pm2's `shutdown_with_message`).</summary>
    public static ReadOnlySpan<byte> Shutdown => "\"shutdown\"\n"u8;

    /// <summary>Tells the drain preload that Shutdown follows. Node keeps what begins with NODE_ from the app, and nobody else knows it.</summary>
    public static ReadOnlySpan<byte> Drain => "{\"cmd\":\"NODE_PMINIT_DRAIN\"}\n"u8;

    /// <summary>The answer to <see cref="IpcMessageKind.Handle"/>.</summary>
    public static ReadOnlySpan<byte> HandleReceived => "{\"cmd\":\"NODE_HANDLE_ACK\"}\n"u8;

    /// <summary>What a message is.</summary>
    /// <param name="message">Any bytes; the head of a long message is enough.</param>
    public static IpcMessageKind KindOf(ReadOnlySpan<byte> message)
    {
        var text = message.Trim(" \t\r"u8);
        if (text.SequenceEqual("\"ready\""u8))
        {
            return IpcMessageKind.Ready;
        }

        var members = new JsonMembers(text);
        while (members.Next())
        {
            if (members.Name.SequenceEqual("cmd"u8))
            {
                return KindOfCommand(members.Value);
            }
        }

        return IpcMessageKind.Other;
    }

    static IpcMessageKind KindOfCommand(ReadOnlySpan<byte> command)
    {
        if (command.SequenceEqual("\"NODE_CLUSTER\""u8))
        {
            return IpcMessageKind.Cluster;
        }

        if (command.SequenceEqual("\"NODE_PMINIT_LOADED\""u8))
        {
            return IpcMessageKind.Preloaded;
        }

        if (!command.StartsWith("\"NODE_HANDLE"u8))
        {
            return IpcMessageKind.Other;
        }

        var rest = command["\"NODE_HANDLE"u8.Length..];
        return rest.SequenceEqual("\""u8) ? IpcMessageKind.Handle
            : rest.SequenceEqual("_ACK\""u8) ? IpcMessageKind.HandleReceived
            : rest.SequenceEqual("_NACK\""u8) ? IpcMessageKind.HandleLost
            : IpcMessageKind.Other;
    }
}
