using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Control;

/// <summary>
/// The conversation on the control socket: JSON, one object per line. The server greets with its version; then each request line gets one
/// reply line. Fields may be added; a change that an old client would misread gets a new <see cref="Version"/>.
/// </summary>
/// <remarks>
/// Nothing a client sends throws: a line is checked by a scanner that cannot, before a reader that could sees it. Only
/// Utf8JsonReader and Utf8JsonWriter here: the serializer would cost the server its memory budget.
/// </remarks>
public static class ControlProtocol
{
    /// <summary>Said in the greeting.</summary>
    public const int Version = 1;

    /// <summary>Longest request line, its "\n" included.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    /// <summary>Reply code for a request that makes no sense (EX_USAGE): the exit code of the client.</summary>
    public const int UsageError = 64;

    /// <summary>Reply code for a fault of pminit's own, or of the conversation (EX_SOFTWARE).</summary>
    public const int InternalError = 70;

    /// <summary>Names stay readable: this is no HTML.</summary>
    internal static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Server: writes {"pminit":"0.1.0","protocol":1}.</summary>
    public static void WriteGreeting(ByteBuffer to, string productVersion)
    {
        using (var writer = new Utf8JsonWriter(to, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("pminit"u8, productVersion);
            writer.WriteNumber("protocol"u8, Version);
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>Server: reads the first request of what has arrived.</summary>
    public static RequestRead ReadRequest(ReadOnlySpan<byte> received)
    {
        var end = received[..Math.Min(received.Length, MaxRequestBytes)].IndexOf((byte)'\n');
        if (end >= 0)
        {
            var request = Parse(received[..end], out var error);
            return new RequestRead { ConsumedBytes = end + 1, Request = request, Error = error };
        }

        return received.Length < MaxRequestBytes
            ? default
            : new RequestRead { ConsumedBytes = received.Length, Error = $"the request is longer than {MaxRequestBytes} bytes", MustClose = true };
    }

    /// <summary>Server: writes {"ok":false,"code":64,"error":"..."}.</summary>
    /// <param name="to">Where.</param>
    /// <param name="code">Exit code for the client, 1..255.</param>
    /// <param name="error">One sentence with a remedy.</param>
    public static void WriteError(ByteBuffer to, int code, string error)
    {
        using (var writer = new Utf8JsonWriter(to, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok"u8, false);
            writer.WriteNumber("code"u8, code);
            writer.WriteString("error"u8, error);
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    /// <summary>Client: writes {"verb":"ls","args":{...}}.</summary>
    public static void WriteRequest(ByteBuffer to, ControlRequest request)
    {
        using (var writer = new Utf8JsonWriter(to, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("protocol"u8, Version);
            writer.WriteString("verb"u8, request.Verb.Name);
            writer.WriteStartObject("args"u8);
            foreach (var (name, value) in request.Args)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.Append((byte)'\n');
    }

    static ControlRequest? Parse(ReadOnlySpan<byte> line, out string? error)
    {
        if (!JsonObjectScanner.IsObject(line, out _))
        {
            error = "the request is no JSON object";
            return null;
        }

        string? word = null;
        var args = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        error = null;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (error is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVerb = reader.ValueTextEquals("verb"u8);
            var isArgs = reader.ValueTextEquals("args"u8);
            var isProtocol = reader.ValueTextEquals("protocol"u8);
            reader.Read();
            if (isVerb && reader.TokenType == JsonTokenType.String)
            {
                word = reader.GetString();
            }
            else if (isArgs)
            {
                error = ReadArgs(ref reader, args);
            }
            else if (isProtocol && !(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var protocol) && protocol == Version))
            {
                error = $"this pminit speaks protocol {Version} only; use the pminit binary of the same version as the running one";
            }
            else
            {
                // Fields of a newer client.
                reader.Skip();
            }
        }

        return error is null ? Resolve(word, args.ToImmutable(), out error) : null;
    }

    static ControlRequest? Resolve(string? word, ImmutableArray<KeyValuePair<string, string>> args, out string? error)
    {
        var verb = word is null ? null : Commands.Find(word);
        if (verb is not { NeedsRunning: true })
        {
            var known = Commands.All.Filter(static verb => verb.NeedsRunning).Join(static verb => verb.Name);
            error = word is null ? $"the request names no verb; there are {known}"
                : verb is null ? $"unknown verb '{Shorten(word)}'; there are {known}"
                : $"'{verb.Name}' is no question to a running pminit; there are {known}";
            return null;
        }

        foreach (var (name, _) in args)
        {
            if (!verb.Takes(name))
            {
                error = $"'{verb.Name}' takes no '{Shorten(name)}'";
                return null;
            }
        }

        error = null;
        return new ControlRequest(verb, args);
    }

    static string? ReadArgs(ref Utf8JsonReader reader, ImmutableArray<KeyValuePair<string, string>>.Builder args)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "'args' is no JSON object";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    args.Add(new(name, reader.GetString()!));
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    args.Add(new(name, Encoding.UTF8.GetString(reader.ValueSpan)));
                    break;
                default:
                    return $"argument '{Shorten(name)}' is neither text nor number nor flag";
            }
        }

        return null;
    }

    /// <summary>An error message is not the place for 64 KiB of somebody's text.</summary>
    static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
