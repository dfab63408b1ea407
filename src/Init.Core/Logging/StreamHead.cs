using System.Text;
using Init.Core.Model;

namespace Init.Core.Logging;

/// <summary>
/// What is the same in every line of one stream of one process, encoded once: level, app, instance, pid, stream. Made at each spawn.
/// stdout is `info` and stderr is `error`: guessing levels from text is not pminit's business.
/// </summary>
public sealed class StreamHead
{
    readonly byte[] _bytes;
    readonly byte[] _name;
    readonly int _appAt;
    readonly int _instanceAt;
    readonly int _pidAt;
    readonly int _streamAt;

    /// <param name="worker">Whose stream.</param>
    /// <param name="pid">Its process.</param>
    /// <param name="stream">Which stream.</param>
    /// <param name="pmId">The worker's number, for pm2's formats.</param>
    public StreamHead(WorkerId worker, int pid, LogStream stream, int pmId = 0)
    {
        var isError = stream == LogStream.Stderr;
        IsError = isError;
        PmId = pmId;
        _name = Encoding.UTF8.GetBytes(worker.App);
        var to = new ByteBuffer();
        to.Append(isError ? "\"level\":\"error\","u8 : "\"level\":\"info\","u8);
        _appAt = to.Length;
        to.Append("\"app\":\""u8);
        JsonText.Append(to, worker.App);
        to.Append("\","u8);
        _instanceAt = to.Length;
        to.Append("\"instance\":"u8);
        JsonText.AppendNumber(to, worker.Index);
        to.Append(","u8);
        _pidAt = to.Length;
        to.Append("\"pid\":"u8);
        JsonText.AppendNumber(to, pid);
        to.Append(","u8);
        _streamAt = to.Length;
        to.Append(isError ? "\"stream\":\"stderr\","u8 : "\"stream\":\"stdout\","u8);
        _bytes = to.Span.ToArray();
    }

    /// <summary>The app's name; no line break (names have no control characters).</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>The worker's number.</summary>
    public int PmId { get; }

    /// <summary>True for stderr.</summary>
    public bool IsError { get; }

    /// <summary>All fields, each with a comma after it.</summary>
    public ReadOnlySpan<byte> All => _bytes;

    /// <summary>Writes the fields whose names are free, each with a comma after it.</summary>
    internal void AppendFree(ByteBuffer to, LogFieldNames taken)
    {
        if ((taken & ~LogFieldNames.Timestamp) == LogFieldNames.None)
        {
            to.Append(_bytes);
            return;
        }

        AppendIfFree(to, taken, LogFieldNames.Level, 0, _appAt);
        AppendIfFree(to, taken, LogFieldNames.App, _appAt, _instanceAt);
        AppendIfFree(to, taken, LogFieldNames.Instance, _instanceAt, _pidAt);
        AppendIfFree(to, taken, LogFieldNames.Pid, _pidAt, _streamAt);
        AppendIfFree(to, taken, LogFieldNames.Stream, _streamAt, _bytes.Length);
    }

    void AppendIfFree(ByteBuffer to, LogFieldNames taken, LogFieldNames name, int from, int until)
    {
        if ((taken & name) == 0)
        {
            to.Append(_bytes.AsSpan(from, until - from));
        }
    }
}
