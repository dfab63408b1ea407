using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Tests.Logging;

public class JsonLogWriterTests
{
    /// <summary>Throws on bytes that are no UTF-8, where the usual one would mend them unseen.</summary>
    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    const long At = 1795243623123;
    const string Time = "\"timestamp\":\"2026-11-21T06:47:03.123Z\",";
    const string Who = "\"level\":\"info\",\"app\":\"api\",\"instance\":2,\"pid\":123,\"stream\":\"stdout\"";

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("", "")]
    [InlineData("say \"hi\" \\ there", "say \\\"hi\\\" \\\\ there")]
    [InlineData("tab\tret\rbell\aesc\u001b[0m\0end\u007f", "tab\\tret\\rbell\\u0007esc\\u001b[0m\\u0000end\u007f")]
    [InlineData("é€😀\u2028</script>", "é€😀\u2028</script>")]
    [InlineData("{not json}", "{not json}")]
    [InlineData("[1,2]", "[1,2]")]
    public void Write_WrapsText(string text, string message) =>
        Assert.Equal($"{{{Time}{Who},\"message\":\"{message}\"}}\n", Write(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(new byte[] { 0xFF }, "\uFFFD")]
    [InlineData(new byte[] { (byte)'a', 0xC3, (byte)'b' }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xE2, 0x82 }, "\uFFFD")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80, (byte)'"' }, "\uFFFD\uFFFD\uFFFD\\\"")]
    [InlineData(new byte[] { 0xC3, 0xA9, 0x80, 0xC3, 0xA9, (byte)'\n' }, "é\uFFFDé\\n")]
    public void Write_ReplacesBytesThatAreNoUtf8(byte[] text, string message) =>
        Assert.Equal($"{{{Time}{Who},\"message\":\"{message}\"}}\n", Write(text));

    [Theory]
    [InlineData("{}", "{" + Time + Who + "}")]
    [InlineData(" { } ", "{" + Time + Who + "}")]
    [InlineData("""{"a": 1 , "message":"x\ny"}""", "{" + Time + Who + ",\"a\": 1 , \"message\":\"x\\ny\"}")]
    [InlineData("""{"time":1}""", "{" + Who + ",\"time\":1}")]
    [InlineData("""{"ts":1}""", "{" + Who + ",\"ts\":1}")]
    [InlineData("""{"@timestamp":1}""", "{" + Who + ",\"@timestamp\":1}")]
    [InlineData("""{"level":30,"pid":9}""", "{" + Time + "\"app\":\"api\",\"instance\":2,\"stream\":\"stdout\",\"level\":30,\"pid\":9}")]
    [InlineData("""{"l\u0065vel":30}""", "{" + Time + "\"app\":\"api\",\"instance\":2,\"pid\":123,\"stream\":\"stdout\",\"l\\u0065vel\":30}")]
    [InlineData("""{"severity":"ERROR"}""", "{" + Time + "\"app\":\"api\",\"instance\":2,\"pid\":123,\"stream\":\"stdout\",\"severity\":\"ERROR\"}")]
    [InlineData("""{"x":{"level":1,"app":2}}""", "{" + Time + Who + ",\"x\":{\"level\":1,\"app\":2}}")]
    [InlineData("""{"x":["level","app"],"y":"pid"}""", "{" + Time + Who + ",\"x\":[\"level\",\"app\"],\"y\":\"pid\"}")]
    [InlineData(
        """{"timestamp":0,"level":1,"app":2,"instance":3,"pid":4,"stream":5}""",
        """{"timestamp":0,"level":1,"app":2,"instance":3,"pid":4,"stream":5}""")]
    public void Write_KeepsOwnFields_WhenLineIsAnObject(string text, string expected) =>
        Assert.Equal(expected + "\n", Write(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Write_MarksParts_AndNeverTakesThemForObjects()
    {
        Assert.Equal($"{{{Time}{Who},\"message\":\"a\",\"partial\":true}}\n", Write("a"u8.ToArray(), isPartial: true));
        Assert.Equal($"{{{Time}{Who},\"message\":\"{{}}\",\"partial\":true}}\n", Write("{}"u8.ToArray(), isPartial: true));
        Assert.Equal($"{{{Time}{Who},\"message\":\"{{}}\"}}\n", Write("{}"u8.ToArray(), isContinuation: true));
    }

    [Fact]
    public void Write_SaysError_WhenStreamIsStderr()
    {
        var to = new ByteBuffer();
        LogWriter.Of(LogFormat.Json).Write(to, new StreamHead(new WorkerId("a\"é\ud800", 0), 7, LogStream.Stderr), At, new FramedLine("x"u8));
        Assert.Equal(
            "{" + Time + "\"level\":\"error\",\"app\":\"a\\\"é\uFFFD\",\"instance\":0,\"pid\":7,\"stream\":\"stderr\",\"message\":\"x\"}\n",
            Encoding.UTF8.GetString(to.Span));
    }

    [Fact]
    public void Write_IsOneValidLine_WhateverTheBytes() =>
        Prop.ForAll(Gen.Choose(0, 400).ArrayOf().ToArbitrary(), (int[] input) =>
        {
            byte[] bytes = [.. input.SelectMany(n => n < 256 ? [(byte)n] : Encoding.UTF8.GetBytes("{}\"\\:,[]é€😀"[(n % 11)..]))];
            var line = Write(bytes);
            using var document = JsonDocument.Parse(line);
            return line.IndexOf('\n') == line.Length - 1
                && document.RootElement.GetProperty("message").GetString() == Encoding.UTF8.GetString(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_AllocatesNothing_OverTenThousandLines()
    {
        byte[][] lines =
        [
            "a plain line of output, as most are"u8.ToArray(),
            "with \"quotes\" and \\ and \u001b[31mcolour\u001b[0m and é€😀"u8.ToArray(),
            [.. "no utf-8: "u8, 0xFF, 0xC3, 0x28],
            """{"level":30,"time":1,"msg":"an object","nested":{"a":[1,2,3]}}"""u8.ToArray(),
            """{"broken": [1,2"""u8.ToArray(),
            """{"broken": [1,2}}"""u8.ToArray(),
        ];
        var writer = LogWriter.Of(LogFormat.Json);
        var head = new StreamHead(new WorkerId("api", 0), 1, LogStream.Stdout);
        var to = new ByteBuffer();
        WriteAll(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        WriteAll(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void WriteAll(int count)
        {
            for (var i = 0; i < count; i++)
            {
                writer.Write(to, head, At + i, new FramedLine(lines[i % lines.Length]));
                to.Consume(to.Length);
            }
        }
    }

    [Fact]
    public void Write_WritesEventInTheSameShape()
    {
        var record = new LogEvent(EventName.WorkerExited, LogLevel.Warn, "exited: \"code 3\"\u0001")
        {
            Worker = new WorkerId("é", 1),
            Pid = 42,
            Fields = [new LogField("code", 3), new LogField("reason", "a\\b")],
        };
        Assert.Equal(
            "{" + Time + """
            "level":"warn","event":"worker_exited","app":"é","instance":1,"pid":42,"message":"exited: \"code 3\"\u0001","code":3,"reason":"a\\b"}
            """ + "\n",
            Write(record));
    }

    [Fact]
    public void Write_LeavesOutWorkerAndPid_WhenEventHasNone() => Assert.Equal(
        "{" + Time + "\"level\":\"info\",\"event\":\"started\",\"message\":\"up\"}\n",
        Write(new LogEvent(EventName.Started, LogLevel.Info, "up")));

    [Fact]
    public void Write_KeepsLongTextWhole_WhenItExceedsTheTranscodingBuffer()
    {
        var text = string.Concat(Enumerable.Repeat("aé€😀\"", 500)) + "\ud83d";
        using var document = JsonDocument.Parse(Write(new LogEvent(EventName.Warning, LogLevel.Warn, text)));
        Assert.Equal(text[..^1] + "\uFFFD", document.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void EventNames_AreTheSnakeCaseOfTheEnum() => Assert.All(Enum.GetValues<EventName>(), name =>
        Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(name.ToString()), EventNames.Of(name)));

    static string Write(LogEvent record)
    {
        var to = new ByteBuffer();
        LogWriter.Of(LogFormat.Json).Write(to, At, record);
        return Encoding.UTF8.GetString(to.Span);
    }

    static string Write(byte[] text, bool isPartial = false, bool isContinuation = false)
    {
        var to = new ByteBuffer();
        var head = new StreamHead(new WorkerId("api", 2), 123, LogStream.Stdout);
        LogWriter.Of(LogFormat.Json).Write(to, head, At, new FramedLine(text, isPartial, isContinuation));
        return Strict.GetString(to.Span);
    }
}
