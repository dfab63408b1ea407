using System.Text;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Termination;

namespace Init.Core.Tests.Termination;

/// <summary>What an orchestrator is told, byte for byte, and which lines of a worker are kept for it.</summary>
public sealed class TerminationMessageTests
{
    static readonly TerminationCause Cause = new("essential app api has ended", new WorkerId("api", 1)) { Status = ExitStatus.Exited(3) };

    const string Head = "essential app api has ended: api/1 ended with code 3; the container ends with code 3\n";

    static string Of(byte[] lines, bool areErrors = true) => Encoding.UTF8.GetString(TerminationMessage.Of(Cause, 3, lines, areErrors));

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Lines_FollowTheSentence() => Assert.Equal(
        Head + "last lines of its stderr:\nError: no database\n    at main\n", Of(Utf8("Error: no database\n    at main\n")));

    [Fact]
    public void Lines_OfStdoutAreCalledSo() => Assert.Equal(Head + "last lines of its stdout:\nbye\n", Of(Utf8("bye\n"), areErrors: false));

    [Fact]
    public void Sentence_StandsAlone_WithoutLines() => Assert.Equal(Head, Of([]));

    [Fact]
    public void Sentence_NamesTheProblem_WhenNothingWasStarted() => Assert.Equal(
        "no app is left: api/0 could not be started: no such program; the container ends with code 127\n",
        Encoding.UTF8.GetString(TerminationMessage.Of(new TerminationCause("no app is left", new WorkerId("api", 0)) { Problem = "no such program" }, 127, [], false)));

    [Fact]
    public void Colours_AndControlCharacters_AreLeftOut() => Assert.Equal(
        Head + "last lines of its stderr:\nError: a\tb\nend\n", Of(Utf8("\u001b[1;31mError\u001b[0m: a\tb\u0007\r\nend\0\u001b[\n")));

    [Fact]
    public void BytesThatAreNoText_BecomeText() => Assert.Equal(Head + "last lines of its stderr:\n�x�\n", Of([0xff, (byte)'x', 0xc3, (byte)'\n']));

    [Fact]
    public void OldestLines_GoFirst_WhenThereIsNoRoom()
    {
        var lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i} ü\n"));
        var text = Of(Utf8(lines));
        Assert.StartsWith(Head + "last lines of its stderr:\nline ", text, StringComparison.Ordinal);
        Assert.EndsWith("\nline 999 ü\n", text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), TerminationMessage.Longest - 20, TerminationMessage.Longest);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ü")]
    [InlineData("€")]
    [InlineData("😀")]
    public void OneLongLine_KeepsItsEnd(string unit)
    {
        var text = TerminationMessage.Of(Cause, 3, Utf8(string.Concat(Enumerable.Repeat(unit, 6000)) + "the point\n"), true);
        Assert.True(text.Length <= TerminationMessage.Longest);
        Assert.EndsWith("the point\n", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
        Assert.Contains("\n…", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
    }

    [Fact]
    public void LongSentence_LeavesRoomForLines()
    {
        var text = TerminationMessage.Of(new string('é', 9000) + "\nnot a line of its own", "title:", Utf8("the point\n"));
        Assert.True(text.Length <= TerminationMessage.Longest);
        Assert.EndsWith("…\ntitle:\nthe point\n", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Tail_KeepsStderr_AndForgetsStdoutForIt()
    {
        var tail = new OutputTail();
        Assert.Empty(tail.Lines());
        tail.Add(new FramedLine("out"u8), isError: false);
        Assert.Equal(("out\n", false), (Encoding.UTF8.GetString(tail.Lines()), tail.HasErrors));
        tail.Add(new FramedLine("one"u8), isError: true);
        tail.Add(new FramedLine("later"u8), isError: false);
        tail.Add(new FramedLine("tw"u8, isPartial: true), isError: true);
        tail.Add(new FramedLine("o"u8, isContinuation: true), isError: true);
        Assert.Equal(("one\ntwo\n", true), (Encoding.UTF8.GetString(tail.Lines()), tail.HasErrors));
    }

    [Fact]
    public void Tail_BeginsWithAWholeLine_WhenTheOldestAreGone()
    {
        var (tail, all) = (new OutputTail(), "");
        for (var i = 0; i < 5000; i++)
        {
            var line = $"line {i}";
            tail.Add(new FramedLine(Utf8(line)), isError: true);
            all += line + "\n";
            var kept = Encoding.UTF8.GetString(tail.Lines());
            Assert.EndsWith("\n" + kept, "\n" + all, StringComparison.Ordinal);
            Assert.InRange(kept.Length, Math.Min(all.Length, 2030), 2048);
            all = all.Length > 10_000 ? all[^4000..] : all;
        }
    }

    [Fact]
    public void Tail_KeepsTheEndOfALongLine()
    {
        var tail = new OutputTail();
        tail.Add(new FramedLine(Utf8(string.Concat(Enumerable.Repeat("€", 2000)) + "end")), isError: false);
        var kept = Encoding.UTF8.GetString(tail.Lines());
        Assert.EndsWith("€end\n", kept, StringComparison.Ordinal);
        Assert.StartsWith("€€", kept, StringComparison.Ordinal);
    }

    /// <summary>Every line of every worker passes here.</summary>
    [Fact]
    public void Tail_AllocatesNothingPerLine()
    {
        var tail = new OutputTail();
        tail.Add(new FramedLine("first"u8), isError: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            tail.Add(new FramedLine("a line of some length"u8), isError: true);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
