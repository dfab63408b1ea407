using Init.Core.Model;

namespace Init.Core.Logging;

/// <summary>
/// Writes log records in one of the formats: a worker's lines and pminit's own events. One writer per sink; a line costs no allocation,
/// whatever it contains. Each call writes whole lines that end in "\n".
/// </summary>
public abstract class LogWriter
{
    /// <summary>The text of the moment that a record belongs to.</summary>
    private protected UtcTimestamp Timestamp { get; } = new();

    /// <summary>The writer of a format.</summary>
    /// <param name="format">Which.</param>
    /// <param name="isColoured">For people at a terminal; only the prefixed format has colours.</param>
    public static LogWriter Of(LogFormat format, bool isColoured = false) => format switch
    {
        LogFormat.Json => new JsonLogWriter(),
        LogFormat.Raw => new RawLogWriter(),
        LogFormat.Pm2Json => new Pm2JsonLogWriter(),
        LogFormat.Pm2KeyValue => new KeyValueLogWriter(),
        LogFormat.Pm2Prefixed => new PrefixedLogWriter(isColoured),
    };

    /// <summary>Writes one line, or one part of a line, of a worker's output.</summary>
    /// <param name="to">Where.</param>
    /// <param name="head">Whose output.</param>
    /// <param name="unixMs">When it was read, milliseconds since 1970.</param>
    /// <param name="line">The text; any bytes.</param>
    public abstract void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line);

    /// <summary>Writes one of pminit's own events.</summary>
    /// <param name="to">Where.</param>
    /// <param name="unixMs">When, milliseconds since 1970.</param>
    /// <param name="record">What. Keys of its fields must not repeat our own names.</param>
    public abstract void Write(ByteBuffer to, long unixMs, LogEvent record);

    /// <summary>pm2's word for an event, where it has one; else pminit's.</summary>
    private protected static string Pm2Status(EventName name) => name switch
    {
        EventName.WorkerStarted => "start",
        EventName.WorkerReady => "online",
        EventName.WorkerExited => "exit",
        EventName.WorkerStopping => "stop",
        EventName.WorkerFailed => "restart overlimit",
        _ => EventNames.Of(name),
    };
}
