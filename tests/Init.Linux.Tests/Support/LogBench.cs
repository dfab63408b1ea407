using System.Text;
using System.Text.Json;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Tests.Support;

/// <summary>A loop, a sink that writes to a pipe the test reads, and pumps. What comes out is collected as JSON.</summary>
sealed class LogBench : IDisposable
{
    readonly List<Pipe> _inputs = [];
    readonly StringBuilder _half = new();

    public LogBench(Pipe? output = null)
    {
        Output = output ?? Pipe.Open();
        Sink = new LogSink(Loop, Output.Write.Number, LogWriter.Of(LogFormat.Json));
    }

    public EventLoop Loop { get; } = new();

    public Pipe Output { get; }

    public LogSink Sink { get; }

    public LineBudget Budget { get; } = new();

    public List<LogPump> Closed { get; } = [];

    public List<JsonElement> Lines { get; } = [];

    public IEnumerable<string> Messages => Lines.Select(line => line.GetProperty("message").GetString()!);

    /// <summary>A worker's stream: the test writes, the pump reads. The write end is non-blocking.</summary>
    public (Pipe Pipe, LogPump Pump) Pump(int index = 0, LogStream stream = LogStream.Stdout)
    {
        var pipe = Pipe.Open(Libc.O_NONBLOCK);
        _inputs.Add(pipe);
        var head = new StreamHead(new WorkerId("app", index), 100 + index, stream);
        return (pipe, new LogPump(Loop, Sink, pipe.Read, head, Budget, Closed.Add));
    }

    /// <summary>One turn as the host does it, without waiting.</summary>
    public void Turn()
    {
        Sink.Flush();
        Bounded.Turn(Loop);
    }

    /// <summary>Turns and reads the output until there are so many lines.</summary>
    public void TurnUntil(int lines) => Bounded.TurnUntil(Loop, () => Lines.Count >= lines, () =>
    {
        Sink.Flush();
        Collect();
    });

    /// <summary>Reads what has come out.</summary>
    public void Collect()
    {
        _half.Append(Output.TryTake());
        var text = _half.ToString();
        var end = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Lines.Add(JsonDocument.Parse(Encoding.Latin1.GetBytes(line)).RootElement);
        }

        _half.Clear().Append(text[end..]);
    }

    public void Dispose()
    {
        Sink.Dispose();
        Loop.Dispose();
        Output.Dispose();
        _inputs.ForEach(pipe => pipe.Dispose());
    }
}
