using System.Text;

namespace Init.Core.Logging;

/// <summary>pm2's `--format`: `timestamp=2026-11-20-21:04:39+0000 app=web id=0 type=out message=…`, the message to the end of the line.</summary>
sealed class KeyValueLogWriter : LogWriter
{
    /// <inheritdoc/>
    public override void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line)
    {
        AppendTime(to, unixMs);
        to.Append(" app="u8);
        to.Append(head.Name);
        to.Append(" id="u8);
        JsonText.AppendNumber(to, head.PmId);
        to.Append(head.IsError ? " type=error message="u8 : " type=out message="u8);
        to.Append(line.Text);
        to.Append("\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, long unixMs, LogEvent record)
    {
        AppendTime(to, unixMs);
        to.Append(" app="u8);
        to.Append(Encoding.UTF8.GetBytes(record.Worker?.App ?? "pminit"));
        to.Append(" type=process_event status="u8);
        to.Append(Encoding.UTF8.GetBytes(Pm2Status(record.Name).Replace(' ', '_')));
        to.Append(" message="u8);
        RawLogWriter.Append(to, record);
    }

    void AppendTime(ByteBuffer to, long unixMs)
    {
        var text = Timestamp.Format(unixMs);
        to.Append("timestamp="u8);
        to.Append(text[..10]);
        to.Append("-"u8);
        to.Append(text[11..19]);
        to.Append("+0000"u8);
    }
}
