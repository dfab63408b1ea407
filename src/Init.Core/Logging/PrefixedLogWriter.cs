namespace Init.Core.Logging;

/// <summary>
/// For people: `0|api  | text`, as `pm2-runtime --formatted` writes it, the names padded to the longest one seen. At a terminal each app
/// has a colour and what came on stderr is marked red; pm2 sends the colours to files too.
/// </summary>
sealed class PrefixedLogWriter(bool isColoured) : LogWriter
{
    /// <summary>Names beyond this are not padded to: one long name would push every line off the screen.</summary>
    const int WidestPadding = 24;

    static readonly byte[][] Colours = ["\e[36m"u8.ToArray(), "\e[33m"u8.ToArray(), "\e[32m"u8.ToArray(), "\e[35m"u8.ToArray(), "\e[34m"u8.ToArray(), "\e[96m"u8.ToArray()];

    int _width = "pminit".Length;

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, StreamHead head, long unixMs, FramedLine line)
    {
        Prefix(to, head.Name, head.PmId, head.IsError);
        to.Append(line.Text);
        to.Append("\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ByteBuffer to, long unixMs, LogEvent record)
    {
        Prefix(to, "pminit"u8, -1, record.Level >= LogLevel.Warn);
        RawLogWriter.Append(to, record);
    }

    void Prefix(ByteBuffer to, ReadOnlySpan<byte> name, int pmId, bool isError)
    {
        if (isColoured)
        {
            to.Append(pmId < 0 ? "\e[90m"u8 : Colours[pmId % Colours.Length]);
        }

        var from = to.Length;
        if (pmId >= 0)
        {
            JsonText.AppendNumber(to, pmId);
            to.Append("|"u8);
        }

        to.Append(name);
        var width = to.Length - from;
        _width = Math.Max(_width, Math.Min(width, WidestPadding));
        for (; width < _width; width++)
        {
            to.Append(" "u8);
        }

        to.Append(!isColoured ? " | "u8 : isError ? "\e[0m \e[31m|\e[0m "u8 : "\e[0m | "u8);
    }
}
