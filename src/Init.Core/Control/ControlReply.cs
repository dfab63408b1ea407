using System.Text.Json;

namespace Init.Core.Control;

/// <summary>Client: what came back. Lines from another version, or from something that is no pminit, become an error, never an exception.</summary>
public sealed record ControlReply
{
    ControlReply()
    {
    }

    /// <summary>The verb did what it should.</summary>
    public bool Ok { get; private init; }

    /// <summary>Exit code for the client; 0 when ok.</summary>
    public int Code { get; private init; }

    /// <summary>Why not; empty when ok.</summary>
    public string Error { get; private init; } = "";

    /// <summary>The result, when ok; its shape is the verb's.</summary>
    public JsonElement Result { get; private init; }

    /// <summary>Reads the greeting.</summary>
    /// <returns>Null when this client can talk to that server; else an error for people.</returns>
    public static string? CheckGreeting(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("pminit", out var version) && version.ValueKind == JsonValueKind.String
                && root.TryGetProperty("protocol", out var protocol) && protocol.TryGetNumber(out var number))
            {
                return number == ControlProtocol.Version
                    ? null
                    : $"the running pminit is version {version.GetString()} and speaks protocol {number}, this one speaks {ControlProtocol.Version}: "
                        + "use the binary that runs as PID 1";
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no UTF-8: said below.
        }

        return "what listens on the control socket is no pminit";
    }

    /// <summary>Reads a line that comes before the reply.</summary>
    /// <returns>False when it is the reply.</returns>
    public static bool IsProgress(ReadOnlyMemory<byte> line, out string text, out bool isNote)
    {
        (text, isNote) = ("", false);
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("progress", out var progress) || progress.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            text = progress.GetString()!;
            isNote = root.TryGetProperty("note", out var note) && note.ValueKind == JsonValueKind.True;
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false; // said by Parse
        }
    }

    /// <summary>Reads a reply.</summary>
    public static ControlReply Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("ok", out var ok))
            {
                if (ok.ValueKind == JsonValueKind.True && root.TryGetProperty("result", out var result))
                {
                    return new ControlReply { Ok = true, Result = result.Clone() };
                }

                if (ok.ValueKind == JsonValueKind.False)
                {
                    return Failed(
                        root.TryGetProperty("code", out var code) && code.TryGetNumber(out var number) ? (int)Math.Clamp(number, 1, 255) : 1,
                        root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString()! : "no reason given");
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no UTF-8: said below.
        }

        return Failed(ControlProtocol.InternalError, "the running pminit gave a reply that this one does not understand");
    }

    /// <summary>A reply that never came: no socket, no answer in time.</summary>
    public static ControlReply Failed(int code, string error) => new() { Code = code, Error = error };
}
