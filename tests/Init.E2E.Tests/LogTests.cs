// Worker output on its way to stdout: one JSON object a line whatever the worker does, nothing lost, nothing mixed.
using System.Globalization;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class LogTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact]
    public void HalfLine_IsFlushed_WhenWorkerExits()
    {
        var pid1 = StartJob("print=whole write=half code=0");

        Assert.Equal(["whole", "half"], pid1.Output("job").Select(l => l.Message));
    }

    [RequiresFact]
    public void HalfLine_IsFlushed_WhenAGrandchildKeepsThePipeOpen()
    {
        // The trap: end-of-file never comes while the sleeper lives, so the flush must follow the exit.
        var pid1 = Start(Shell("job", "sleep 1000 & printf half").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(["half"], pid1.Output("job").Select(l => l.Message));
    }

    [RequiresFact]
    public void Pieces_BecomeOneLine_WhenWrittenSeparately()
    {
        var pid1 = StartJob("write=one write=-two print=-three code=0");

        Assert.Equal(["one-two-three"], pid1.Output("job").Select(l => l.Message));
    }

    [RequiresFact]
    public void EmptyLines_AreDropped_AsPm2Does()
    {
        var pid1 = StartJob("print=a print= print=b code=0");

        Assert.Equal(["a", "b"], pid1.Output("job").Select(l => l.Message));
    }

    [RequiresTheory]
    [InlineData(20_000)]
    [InlineData(3_000_000)]
    public void LongLine_ComesInMarkedParts_AndLosesNothing(int length)
    {
        var pid1 = StartJob($"long-line={length} print=after code=0");

        var lines = pid1.Output("job").ToList();
        Assert.Equal("after", lines[^1].Message);
        var parts = lines[..^1];
        Assert.All(parts, p => Assert.True(p.Message.Length <= 256 * 1024));
        Assert.All(parts[..^1], p => Assert.True(p.Partial));
        Assert.False(lines[^1].Partial);
        var text = string.Concat(parts.Select(p => p.Message));
        Assert.Equal(length, text.Length);
        AssertPositions(text);
    }

    [RequiresFact]
    public void InvalidUtf8_IsReplaced_AndTheRestKept()
    {
        // The harness itself refuses a stream that is not UTF-8.
        var pid1 = StartJob("invalid-utf8 print=after code=0");

        var messages = pid1.Output("job").Select(l => l.Message).ToList();
        Assert.Equal(2, messages.Count);
        Assert.StartsWith("a\uFFFD(\uFFFD", messages[0]);
        Assert.EndsWith("\0\u001bz", messages[0]);
        Assert.Equal("after", messages[1]);
    }

    [RequiresFact]
    public void Text_IsEscaped_WhenItHoldsQuotesAndControls()
    {
        var pid1 = Start(Shell("job", """printf 'q"b\\ t\tr\r e\033 u\303\274 \360\237\230\200\n'""").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        Assert.StartsWith("q\"b\\ t\tr\r e\u001b uü 😀"[..8], Assert.Single(pid1.Output("job")).Message);
        Assert.EndsWith("uü 😀", Assert.Single(pid1.Output("job")).Message);
    }

    [RequiresFact]
    public void JsonLine_KeepsItsFields_AndGetsOurs()
    {
        var pid1 = StartJob("json-line code=0");

        var line = Assert.Single(pid1.Output("job"));
        Assert.Equal("hello", line.String("msg"));
        Assert.Equal(1, line.Number("n"));
        Assert.Equal("""{"a":[1,2,{"b":null}]}""", line["nested"].GetRawText());
        Assert.Equal("trace", line.Level);
        Assert.Equal(1, line.Count("level"));
        Assert.Equal("stdout", line.Stream);
        Assert.True(line.Has("timestamp") && line.Has("pid") && line.Has("instance"));
        Assert.False(line.Has("message"));
    }

    [RequiresTheory]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":1} tail""")]
    [InlineData("""{'a':1}""")]
    [InlineData("""[1,2]""")]
    [InlineData("""{"a":01}""")]
    public void AlmostJson_IsWrappedAsText(string text)
    {
        var pid1 = Start(App("job", Machine.TestWorker, $"print={text}", "code=0").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(text, Assert.Single(pid1.Output("job")).Message);
    }

    [RequiresFact]
    public void Streams_AreToldApart_AndEachKeepsItsOrder()
    {
        var pid1 = Start(Shell("job", "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done").With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit());
        foreach (var (stream, word) in new[] { ("stdout", "out"), ("stderr", "err") })
        {
            Assert.Equal(Enumerable.Range(1, 5).Select(i => $"{word} {i}"), pid1.Output("job").Where(l => l.Stream == stream).Select(l => l.Message));
        }
    }

    [RequiresFact]
    public void Lines_AreNeverMixed_WhenTwentyWorkersPrintAtOnce()
    {
        const int Workers = 20;
        const int Count = 1000;
        var pid1 = Start(Worker("chatty", $"spam={Count} width=200 code=0").With("instances", Workers).With("autorestart", false));

        Assert.Equal(0, pid1.WaitExit(TimeSpan.FromMinutes(1)));
        var padding = new string('x', 200);
        foreach (var group in pid1.Output("chatty").GroupBy(l => l.Instance))
        {
            Assert.Equal(Enumerable.Range(0, Count).Select(i => $"spam {group.Key} {i} {padding}"), group.Select(l => l.Message));
        }

        Assert.Equal(Workers * Count, pid1.Output("chatty").Count());
    }

    [RequiresFact]
    public void Memory_StaysBounded_WhenAWorkerNeverEndsItsLine()
    {
        var pid1 = Start(App("endless", "/bin/sh", "-c", "exec cat /dev/zero"));
        pid1.WaitEvent("worker_started", "endless");
        pid1.WaitUntil("many parts are out", () => pid1.RawLines.Length > 50, TimeSpan.FromSeconds(60));

        var peak = long.Parse(Processes.Field($"/proc/{pid1.OuterPid}/status", "VmHWM:")!.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.True(peak < 16 * 1024, $"peak is {peak} kB");
    }

    Pid1 StartJob(string words)
    {
        var pid1 = Start(Worker("job", words).With("autorestart", false));
        Assert.Equal(0, pid1.WaitExit());
        return pid1;
    }

    /// <summary>The long line counts its own position: "0.2.4.…"; a lost or doubled byte breaks the count.</summary>
    static void AssertPositions(string text)
    {
        var position = 0;
        foreach (var number in text.Split('.')[..^1])
        {
            Assert.Equal(position.ToString(CultureInfo.InvariantCulture), number);
            position += number.Length + 1;
        }
    }
}
