using System.Text;
using System.Text.Json;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Tests.Logging;

/// <summary>The formats beside pminit's own JSON: raw, for people, and pm2's two.</summary>
public sealed class LogFormatTests
{
    /// <summary>2026-11-21T06:47:03.123Z.</summary>
    const long At = 1795243623123;

    static readonly StreamHead Out = new(new WorkerId("web", 1), 77, LogStream.Stdout, pmId: 4);

    static readonly StreamHead Err = new(new WorkerId("web", 1), 77, LogStream.Stderr, pmId: 4);

    static readonly LogEvent Exit = new(EventName.WorkerExited, LogLevel.Warn, "exited\nwith code 1") { Worker = new WorkerId("web", 1), Pid = 77 };

    static readonly LogEvent Own = new(EventName.Started, LogLevel.Info, "pminit starts");

    [Theory]
    [InlineData(LogFormat.Raw, "a \"b\" {\u0007\n", "a \"b\" {\u0007\n")]
    [InlineData(LogFormat.Raw, "{\"a\":1}\n", "{\"a\":1}\n")]
    [InlineData(LogFormat.Pm2Prefixed, "text\n", "4|web  | text\n")]
    [InlineData(LogFormat.Pm2KeyValue, "a b=c\n", "timestamp=2026-11-21-06:47:03+0000 app=web id=4 type=out message=a b=c\n")]
    [InlineData(LogFormat.Pm2Json, "a \"b\"\n", "{\"message\":\"a \\\"b\\\"\",\"timestamp\":\"2026-11-21T06:47:03.123Z\",\"type\":\"out\",\"process_id\":4,\"app_name\":\"web\"}\n")]
    public void Line_IsWritten_InTheFormat(LogFormat format, string line, string expected) => Assert.Equal(expected, Line(format, Out, line.TrimEnd('\n')));

    [Theory]
    [InlineData(LogFormat.Raw, "boom\n")]
    [InlineData(LogFormat.Pm2Prefixed, "4|web  | boom\n")]
    [InlineData(LogFormat.Pm2KeyValue, "timestamp=2026-11-21-06:47:03+0000 app=web id=4 type=error message=boom\n")]
    [InlineData(LogFormat.Pm2Json, "{\"message\":\"boom\",\"timestamp\":\"2026-11-21T06:47:03.123Z\",\"type\":\"err\",\"process_id\":4,\"app_name\":\"web\"}\n")]
    public void Stderr_IsMarked_WhereTheFormatCan(LogFormat format, string expected) => Assert.Equal(expected, Line(format, Err, "boom"));

    [Theory]
    [InlineData(LogFormat.Raw, "pminit: warning: web/1: exited with code 1\n", "pminit: pminit starts\n")]
    [InlineData(LogFormat.Pm2Prefixed, "pminit | warning: web/1: exited with code 1\n", "pminit | pminit starts\n")]
    [InlineData(LogFormat.Pm2KeyValue, "timestamp=2026-11-21-06:47:03+0000 app=web type=process_event status=exit message=warning: web/1: exited with code 1\n",
        "timestamp=2026-11-21-06:47:03+0000 app=pminit type=process_event status=started message=pminit starts\n")]
    [InlineData(LogFormat.Pm2Json, "{\"timestamp\":\"2026-11-21T06:47:03.123Z\",\"type\":\"process_event\",\"status\":\"exit\",\"app_name\":\"web\",\"message\":\"exited\\nwith code 1\"}\n",
        "{\"timestamp\":\"2026-11-21T06:47:03.123Z\",\"type\":\"process_event\",\"status\":\"started\",\"app_name\":\"pminit\",\"message\":\"pminit starts\"}\n")]
    public void Event_IsOneLine_InTheFormat(LogFormat format, string exit, string started)
    {
        Assert.Equal(exit, Event(format, Exit));
        Assert.Equal(started, Event(format, Own));
    }

    [Fact]
    public void Prefix_IsPaddedToTheLongestNameSoFar_WithinReason()
    {
        var writer = LogWriter.Of(LogFormat.Pm2Prefixed);
        var to = new ByteBuffer();
        foreach (var name in new[] { "a", "longer-name", "a", new string('x', 60), "a" })
        {
            writer.Write(to, new StreamHead(new WorkerId(name, 0), 1, LogStream.Stdout), At, new FramedLine("t"u8));
        }

        Assert.Equal($"0|a    | t\n0|longer-name | t\n0|a           | t\n0|{new string('x', 60)} | t\n0|a                      | t\n", Encoding.UTF8.GetString(to.Span));
    }

    [Fact]
    public void Colours_AreForTerminalsOnly()
    {
        var to = new ByteBuffer();
        LogWriter.Of(LogFormat.Pm2Prefixed, isColoured: true).Write(to, Err, At, new FramedLine("boom"u8));
        Assert.Equal("\e[34m4|web \e[0m \e[31m|\e[0m boom\n", Encoding.UTF8.GetString(to.Span));
        Assert.DoesNotContain('\e', Line(LogFormat.Pm2Prefixed, Err, "boom"));
    }

    [Fact]
    public void Pm2Json_IsJson_WhateverTheLineHolds()
    {
        var random = new Random(7);
        var bytes = new byte[64];
        for (var i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            var to = new ByteBuffer();
            LogWriter.Of(LogFormat.Pm2Json).Write(to, Out, At, new FramedLine(bytes));
            using var document = JsonDocument.Parse(to.Span.ToArray());
            Assert.Equal(0, to.Span[..^1].Count((byte)'\n'));
        }
    }

    [Theory]
    [InlineData(LogFormat.Raw)]
    [InlineData(LogFormat.Pm2Prefixed)]
    [InlineData(LogFormat.Pm2KeyValue)]
    [InlineData(LogFormat.Pm2Json)]
    public void Line_AllocatesNothing(LogFormat format)
    {
        var writer = LogWriter.Of(format);
        var to = new ByteBuffer();
        Write(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Write(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                writer.Write(to, Out, At + i, new FramedLine("a line of \"text\" that is not short"u8));
                to.Consume(to.Length);
            }
        }
    }

    static string Line(LogFormat format, StreamHead head, string text)
    {
        var to = new ByteBuffer();
        LogWriter.Of(format).Write(to, head, At, new FramedLine(Encoding.UTF8.GetBytes(text)));
        return Encoding.UTF8.GetString(to.Span);
    }

    static string Event(LogFormat format, LogEvent record)
    {
        var to = new ByteBuffer();
        LogWriter.Of(format).Write(to, At, record);
        return Encoding.UTF8.GetString(to.Span);
    }
}
