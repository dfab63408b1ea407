using Init.Core.Model;

namespace Init.Core.Logging;

/// <summary>
/// Writes log records as JSON, one object and one "\n" each: worker output and pminit's own events in the same shape. One writer per
/// sink; it allocates nothing per line, whatever the line contains.
/// </summary>
/// <remarks>
/// A line that is itself one JSON object is not put into a string. Its fields stay as they are, byte for byte, and ours go before them
/// where the name is free; `message` is never added (<see cref="LogFieldNames"/> says what else counts as taken).
/// </remarks>
sealed class JsonLogWriter : LogWriter
{
    /// <inheritdoc/>
    public override void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line)
    {
        if (line.IsWhole && JsonObjectScanner.IsObject(line.Text, out var taken))
        {
            WriteObject(to, head, unixMs, line.Text.Trim(" \t\r\n"u8), taken);
            return;
        }

        to.Append("{\"timestamp\":\""u8);
        to.Append(Timestamp.Format(unixMs));
        to.Append("\","u8);
        to.Append(head.All);
        to.Append("\"message\":\""u8);
        JsonText.Append(to, line.Text);
        to.Append(line.IsPartial ? "\",\"partial\":true}\n"u8 : "\"}\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, long unixMs, LogEvent record)
    {
        to.Append("{\"timestamp\":\""u8);
        to.Append(Timestamp.Format(unixMs));
        to.Append("\""u8);
        WriteText(to, "level", EventNames.Of(record.Level));
        WriteText(to, "event", EventNames.Of(record.Name));
        if (record.Worker is WorkerId worker)
        {
            WriteText(to, "app", worker.App);
            WriteNumber(to, "instance", worker.Index);
        }

        if (record.Pid != 0)
        {
            WriteNumber(to, "pid", record.Pid);
        }

        WriteText(to, "message", record.Message);
        foreach (var field in record.Fields)
        {
            if (field.Text is null)
            {
                WriteNumber(to, field.Key, field.Number);
            }
            else
            {
                WriteText(to, field.Key, field.Text);
            }
        }

        to.Append("}\n"u8);
    }

    void WriteObject(ByteBuffer to, StreamHead head, long unixMs, ReadOnlySpan<byte> text, LogFieldNames taken)
    {
        var start = to.Length;
        to.Append("{"u8);
        if ((taken & LogFieldNames.Timestamp) == 0)
        {
            to.Append("\"timestamp\":\""u8);
            to.Append(Timestamp.Format(unixMs));
            to.Append("\","u8);
        }

        head.AppendFree(to, taken);
        var inner = text[1..].TrimStart(" \t\r\n"u8);
        if (inner.Length == 1 && to.Length > start + 1)
        {
            // An empty object: the comma after our last field has nothing to part it from.
            to.Unwrite(1);
        }

        to.Append(inner);
        to.Append("\n"u8);
    }

    static void WriteText(ByteBuffer to, string key, string value)
    {
        WriteKey(to, key);
        to.Append("\""u8);
        JsonText.Append(to, value);
        to.Append("\""u8);
    }

    static void WriteNumber(ByteBuffer to, string key, long value)
    {
        WriteKey(to, key);
        JsonText.AppendNumber(to, value);
    }

    static void WriteKey(ByteBuffer to, string key)
    {
        to.Append(",\""u8);
        JsonText.Append(to, key);
        to.Append("\":"u8);
    }
}
