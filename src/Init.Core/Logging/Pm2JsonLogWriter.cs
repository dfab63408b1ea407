namespace Init.Core.Logging;

/// <summary>
/// pm2's `--json`: {"message","timestamp","type":"out"|"err","process_id","app_name"}, and "process_event" for what pminit says. Unlike pm2 a
/// line is one object, whatever chunks it came in, and pminit's own words are in it too.
/// </summary>
sealed class Pm2JsonLogWriter : LogWriter
{
    /// <inheritdoc/>
    public override void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line)
    {
        to.Append("{\"message\":\""u8);
        JsonText.Append(to, line.Text);
        to.Append("\",\"timestamp\":\""u8);
        to.Append(Timestamp.Format(unixMs));
        to.Append(head.IsError ? "\",\"type\":\"err\",\"process_id\":"u8 : "\",\"type\":\"out\",\"process_id\":"u8);
        JsonText.AppendNumber(to, head.PmId);
        to.Append(",\"app_name\":\""u8);
        JsonText.Append(to, head.Name);
        to.Append("\"}\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, long unixMs, LogEvent record)
    {
        to.Append("{\"timestamp\":\""u8);
        to.Append(Timestamp.Format(unixMs));
        to.Append("\",\"type\":\"process_event\",\"status\":\""u8);
        JsonText.Append(to, Pm2Status(record.Name));
        to.Append("\",\"app_name\":\""u8);
        JsonText.Append(to, record.Worker?.App ?? "pminit");
        to.Append("\",\"message\":\""u8);
        JsonText.Append(to, record.Message);
        to.Append("\"}\n"u8);
    }
}
