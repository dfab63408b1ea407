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
}

/// <summary>
/// The messages that we know, in both directions. They are looked for in the raw text: `Utf8JsonReader` throws on bad input, and a worker that sends bad
/// messages in a loop would cost PID 1 an exception each. Nothing is allocated, nothing throws, the time is linear.
/// </summary>
public static class IpcMessage
{
    /// <summary>Asks an app to stop (pm2's `shutdown_with_message`).</summary>
    public static ReadOnlySpan<byte> Shutdown => "\"shutdown\"\n"u8;

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

        return !text.IsEmpty && text[0] == '{' && Command(text).SequenceEqual("\"NODE_HANDLE\""u8) ? IpcMessageKind.Handle : IpcMessageKind.Other;
    }

    /// <summary>The text of the object's own member `cmd`, quotes included; empty when it has none.</summary>
    static ReadOnlySpan<byte> Command(ReadOnlySpan<byte> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (text[i] is (byte)'}' or (byte)']')
            {
                depth--;
            }
            else if (text[i] == '"')
            {
                var word = StringAt(text[i..]);
                if (word.IsEmpty)
                {
                    break;
                }

                i += word.Length - 1;
                var after = text[(i + 1)..].TrimStart(" \t\r"u8);
                if (depth == 1 && word.SequenceEqual("\"cmd\""u8) && !after.IsEmpty && after[0] == ':')
                {
                    return StringAt(after[1..].TrimStart(" \t\r"u8));
                }
            }
        }

        return default;
    }

    /// <summary>The string that begins here, quotes included; empty when none does, or it does not end.</summary>
    static ReadOnlySpan<byte> StringAt(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            return default;
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return text[..(i + 1)];
            }
        }

        return default;
    }
}
