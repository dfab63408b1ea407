using System.Text;

namespace Init.Core.Logging;

/// <summary>
/// A worker's lines as they are; pminit's own events as "pminit: sentence". A line too long to keep whole comes in several lines: its parts
/// may have others' lines between them, so they cannot be joined again here.
/// </summary>
sealed class RawLogWriter : LogWriter
{
    /// <inheritdoc/>
    public override void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line)
    {
        to.Append(line.Text);
        to.Append("\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, long unixMs, LogEvent record)
    {
        to.Append("pminit: "u8);
        Append(to, record);
    }

    /// <summary>The event as one line for people.</summary>
    internal static void Append(ByteBuffer to, LogEvent record)
    {
        to.Append(record.Level switch { LogLevel.Warn => "warning: "u8, LogLevel.Error => "error: "u8, _ => ""u8 });
        if (record.Worker is { } worker)
        {
            to.Append(Encoding.UTF8.GetBytes($"{worker}: "));
        }

        to.Append(Encoding.UTF8.GetBytes(record.Message.ReplaceLineEndings(" ")));
        to.Append("\n"u8);
    }
}
