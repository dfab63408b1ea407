using System.Text;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public sealed class LogSinkTests : IDisposable
{
    readonly EventLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void OwnEvents_AreDroppedAndCounted_WhenNobodyReads()
    {
        using var bench = new LogBench();
        Bounded.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                bench.Sink.Write(Event(i));
                bench.Turn();
            }
        });
        var dropped = bench.Sink.Dropped;
        Assert.InRange(dropped, 1, 19_000);

        // Then there is room again: nothing is lost without a word, and the word comes once.
        bench.TurnUntil(20_000 - (int)dropped + 1);
        var said = bench.Lines.Single(line => line.GetProperty("event").GetString() == "logs_dropped");
        Assert.Equal(dropped, said.GetProperty("lines").GetInt64());
        bench.Sink.Write(Event(-1));
        bench.TurnUntil(bench.Lines.Count + 1);
        Assert.Equal("event -1", bench.Messages.Last());
    }

    [Fact]
    public void RegularFile_IsAppendedTo()
    {
        using var folder = new TempFolder();
        var path = folder.Write("log", "before\n");
        using var file = Open(path, Libc.O_WRONLY | TestLibc.O_APPEND);
        using var sink = new LogSink(_loop, file.Number, LogWriter.Of(LogFormat.Json));
        sink.Write(Event(1));
        sink.Flush();
        File.AppendAllText(path, "another writer\n");
        sink.Write(Event(2));
        sink.Flush();
        var lines = File.ReadAllLines(path);
        Assert.Equal(4, lines.Length);
        Assert.Equal(("before", "another writer"), (lines[0], lines[2]));
        Assert.Contains("event 1", lines[1]);
        Assert.Contains("event 2", lines[3]);
    }

    [Fact]
    public void FullDisk_CountsDrops_AndSaysSoWhenThereIsRoom()
    {
        using var folder = new TempFolder();
        var path = folder.Write("log", "");
        using var output = Open("/dev/full", Libc.O_WRONLY);
        using var sink = new LogSink(_loop, output.Number, LogWriter.Of(LogFormat.Json));
        for (var i = 0; i < 3; i++)
        {
            sink.Write(Event(i));
            sink.Write(Event(i));
            sink.Flush();
        }

        Assert.Equal(6, sink.Dropped);
        Replace(output, Open(path, Libc.O_WRONLY));
        sink.Write(Event(7));
        sink.Flush();
        var lines = File.ReadAllLines(path);
        Assert.Equal(2, lines.Length);
        Assert.Contains("event 7", lines[0]);
        Assert.Contains("\"lines\":6", lines[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void TornLine_IsEnded_BeforeTheNext(int failures)
    {
        // A socket takes part of a line and then its reader goes: the same as a disk that fills up, without a disk.
        using var sockets = Pipe.OpenSockets();
        using var later = Pipe.OpenSockets();
        using var sink = new LogSink(_loop, sockets.Write.Number, LogWriter.Of(LogFormat.Json));
        sink.Write(Event(0) with { Message = new string('x', 1_000_000) });
        sink.Flush();
        sockets.Read.Dispose();
        sink.Flush();
        Assert.Equal(1, sink.Dropped);
        for (var i = 1; i < failures; i++)
        {
            sink.Flush();
        }

        Assert.Equal(1, sink.Dropped);
        Assert.Equal(sockets.Write.Number, TestLibc.dup2(later.Write.Number, sockets.Write.Number));
        sink.Write(Event(1));
        sink.Flush();
        var lines = later.TryTake()!.Split('\n');
        Assert.Equal("", lines[0]);
        Assert.Contains("event 1", lines[1]);
        Assert.Contains("\"lines\":1", lines[2]);
        Assert.Equal(["", "", ""], [lines[0], .. lines[3..], ""]);
    }

    [Fact]
    public void Workers_GoOn_WhenTheReaderIsGone()
    {
        using var bench = new LogBench();
        bench.Output.Read.Dispose();
        var (pipe, _) = bench.Pump();
        for (var i = 0; i < 20; i++)
        {
            // 20 x 50 KB: more than everything could hold if it were kept.
            Assert.Equal(50_000, pipe.TryPut(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("123456789\n", 5000)))));
            bench.Turn();
            bench.Sink.Flush();
        }

        Assert.Equal(100_000, bench.Sink.Dropped);
        Assert.False(bench.Sink.IsCongested);
    }

    [Fact]
    public void FlushFinally_GivesUp_WhenNobodyReads() => Bounded.Run(() =>
    {
        using var bench = new LogBench();
        bench.Sink.Write(Event(0) with { Message = new string('x', 500_000) });
        bench.Sink.FlushFinally(Clock.Now + TimeSpan.FromMilliseconds(1));
        Assert.True(bench.Sink.IsCongested);
    });

    [Fact]
    public void FlushFinally_WritesAll_WhenTheReaderIsSlow()
    {
        using var bench = new LogBench();
        bench.Sink.Write(Event(0) with { Message = new string('x', 500_000) });
        var flush = new Thread(() =>
        {
            bench.Sink.FlushFinally(Clock.Now + Bounded.Patience);
            bench.Sink.Dispose();
            bench.Output.Write.Dispose();
        });
        flush.Start();
        var text = Reading.ToEnd(bench.Output.Read.Number);
        flush.Join();
        Assert.EndsWith("}\n", text);
        Assert.Contains(new string('x', 500_000), text);
    }

    static LogEvent Event(int number) => new(EventName.Warning, LogLevel.Info, $"event {number}");

    static unsafe Fd Open(string path, int flags)
    {
        using var name = new Utf8z(path);
        return Fd.Take(Libc.open(name.Pointer, flags | Libc.O_CLOEXEC, 0), "open", path);
    }

    static void Replace(Fd old, Fd other)
    {
        Assert.Equal(old.Number, TestLibc.dup2(other.Number, old.Number));
        other.Dispose();
    }
}
