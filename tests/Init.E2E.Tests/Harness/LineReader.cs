// Reads one stream to its end on a thread of its own and keeps every line, so that a slow test never stalls the program under test.
// Bytes that are not UTF-8 fail the reader: pminit promises valid UTF-8 whatever workers print.
using System.Diagnostics;
using System.Text;

namespace Init.E2E.Tests.Harness;

sealed class LineReader
{
    readonly object gate = new();
    readonly List<string> lines = [];
    readonly Thread thread;
    Exception? fault;
    bool ended;

    public LineReader(Stream stream)
    {
        thread = new Thread(() => Read(stream)) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Line number <paramref name="index"/>, waiting for it; null when the stream ended or the limit passed first.</summary>
    public string? Get(int index, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        lock (gate)
        {
            while (lines.Count <= index && !ended)
            {
                var left = limit - clock.Elapsed;
                if (left <= TimeSpan.Zero)
                {
                    return null;
                }

                Monitor.Wait(gate, left);
            }

            Throw();
            return lines.Count > index ? lines[index] : null;
        }
    }

    public string[] Snapshot()
    {
        lock (gate)
        {
            Throw();
            return [.. lines];
        }
    }

    public bool WaitEnd(TimeSpan limit) => thread.Join(limit);

    void Throw()
    {
        if (fault is not null)
        {
            throw new InvalidDataException($"stream is not UTF-8 lines: {fault.Message}", fault);
        }
    }

    void Read(Stream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
            while (reader.ReadLine() is { } line)
            {
                lock (gate)
                {
                    lines.Add(line);
                    Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception error) // Whatever it is, it belongs to the test that waits, not to this thread.
        {
            fault = error is ObjectDisposedException or IOException ? null : error;
        }

        lock (gate)
        {
            ended = true;
            Monitor.PulseAll(gate);
        }
    }
}
