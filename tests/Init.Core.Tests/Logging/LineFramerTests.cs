using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Logging;

namespace Init.Core.Tests.Logging;

public class LineFramerTests
{
    /// <summary>Chunks are parted by '|'. A part that goes on is shown with '+' behind it, one that continues with '+' in front.</summary>
    [Theory]
    [InlineData("a\nb\n", "a,b")]
    [InlineData("a|b\n", "ab")]
    [InlineData("a|b|c\nd|e", "abc,de")]
    [InlineData("a\r\nb\r\n", "a,b")]
    [InlineData("a\r|\nb", "a,b")]
    [InlineData("a\rb\n", "a\rb")]
    [InlineData("a\r\r\n", "a\r")]
    [InlineData("\n\n\r\n|\r|\n|\n", "")]
    [InlineData("a\n\nb\n", "a,b")]
    [InlineData("half", "half")]
    [InlineData("half\r", "half")]
    [InlineData("", "")]
    [InlineData("|||", "")]
    [InlineData("12345678\n", "12345678")]
    [InlineData("12345678\r\n", "12345678")]
    [InlineData("12345678|\r|\n", "12345678")]
    [InlineData("12345678\r", "12345678")]
    [InlineData("123456789\n", "12345678+,+9")]
    [InlineData("12345678|9\n", "12345678+,+9")]
    [InlineData("12345678\rx\n", "12345678+,+\rx")]
    [InlineData("1234567812345678\n1\n", "12345678+,+12345678,1")]
    [InlineData("12345678123456781\n", "12345678+,+12345678+,+1")]
    [InlineData("1234567é9\n", "1234567+,+é9")]
    [InlineData("12345€9\n", "12345€+,+9")]
    [InlineData("123456€9\n", "123456+,+€9")]
    [InlineData("12345😀9\n", "12345+,+😀9")]
    [InlineData("123456789", "12345678+,+9")]
    public void Feed_YieldsLines_WhenLimitIs8(string chunks, string expected) =>
        Assert.Equal(expected, string.Join(",", Frame(new LineFramer(maxLineBytes: 8), chunks.Split('|').Select(Encoding.UTF8.GetBytes))));

    [Theory]
    [InlineData("ab|c\nd\n", "ab+,+c,d")]
    [InlineData("a\nbc|\nd\n", "a,bc+,+,d")]
    [InlineData("ab|cd|ef\n", "ab+,+cd+,+ef")]
    [InlineData("ab\r|\ncd\n", "ab+,+,cd")]
    [InlineData("ab", "ab+,+")]
    public void Feed_EmitsHalfLineAtOnce_WhenBudgetIsZero(string chunks, string expected)
    {
        var budget = new LineBudget(0);
        var framer = new LineFramer(budget);
        Assert.Equal(expected, string.Join(",", Frame(framer, chunks.Split('|').Select(Encoding.UTF8.GetBytes))));
        Assert.Equal(0, budget.UsedBytes);
    }

    [Theory]
    [InlineData("aé€😀 done")]
    [InlineData("😀é€€ done")]
    [InlineData("€€é😀 done")]
    [InlineData("€éé€ done")]
    [InlineData("€ééé😀 done")]
    public void Feed_NeverCutsCharacters_WhenBudgetIsZeroAndChunksAreBytes(string text)
    {
        var parts = Frame(new LineFramer(new LineBudget(0)), Encoding.UTF8.GetBytes(text + "\nx").Select(b => new[] { b }));
        Assert.Equal(text + "x", string.Concat(parts).Replace("+", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Feed_SlicesTheChunk_WhenLineLiesInside()
    {
        var chunk = "one\ntwo\n"u8.ToArray();
        var lines = new LineFramer().Feed(chunk);
        Assert.True(lines.TryTake(out var line));
        Assert.True(line.Text.Overlaps(chunk));
        Assert.True(line.IsWhole);
    }

    [Fact]
    public void Feed_AllocatesNothing_WhenLinesLieInside()
    {
        var framer = new LineFramer();
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a line of output\r\n", 1000)));
        Count(framer, chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var lines = Count(framer, chunk);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, lines);
    }

    [Fact]
    public void Budget_IsSharedAndGivenBack()
    {
        var budget = new LineBudget(1000);
        var framers = Enumerable.Range(0, 10).Select(_ => new LineFramer(budget)).ToArray();
        foreach (var framer in framers)
        {
            Assert.Equal(0, Count(framer, new byte[90]));
            Assert.InRange(budget.UsedBytes, 1, 1000);
            if (budget.UsedBytes > 1000 - 128)
            {
                break;
            }
        }

        Assert.Equal(1, Count(framers[9], [.. Enumerable.Repeat((byte)'x', 200)]));
        foreach (var framer in framers)
        {
            Count(framer, "\n"u8);
        }

        Assert.Equal(0, budget.UsedBytes);
        Assert.All(framers, f => Assert.Equal(0, f.HeldBytes));
    }

    [Fact]
    public void TakeRest_GivesBudgetBack()
    {
        var budget = new LineBudget();
        var framer = new LineFramer(budget);
        Count(framer, "half"u8);
        Assert.Equal(4, framer.HeldBytes);
        Assert.True(budget.UsedBytes > 0);
        Assert.True(framer.TakeRest(out var line));
        Assert.Equal("half"u8, line.Text);
        Assert.Equal(0, budget.UsedBytes);
        Assert.False(framer.TakeRest(out _));
    }

    [Fact]
    public void HeldBytes_StayBelowLimit_WhenAWorkerNeverEndsItsLine()
    {
        var budget = new LineBudget();
        var framer = new LineFramer(budget);
        var total = 0L;
        for (var i = 0; i < 1000; i++)
        {
            var lines = framer.Feed(new byte[5000]);
            while (lines.TryTake(out var line))
            {
                Assert.True(line.IsPartial);
                total += line.Text.Length;
            }

            Assert.InRange(framer.HeldBytes, 0, LineFramer.DefaultMaxLineBytes + 1);
            Assert.InRange(budget.UsedBytes, 0, LineFramer.DefaultMaxLineBytes + 2);
        }

        Assert.Equal(5_000_000, total + framer.HeldBytes);
    }

    [Fact]
    public void Lines_DoNotDependOnChunks_WhenBudgetSuffices() =>
        Prop.ForAll(Inputs, (int[] input) =>
        {
            var bytes = Bytes(input);
            var cuts = input.Select(n => 1 + Math.Abs(n % 5)).ToArray();
            var whole = Frame(new LineFramer(maxLineBytes: 8), [bytes]);
            var pieces = Frame(new LineFramer(maxLineBytes: 8), Cut(bytes, cuts));
            return whole.SequenceEqual(pieces);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_IsComplete_WhateverBudgetAndChunks() =>
        Prop.ForAll(Inputs, (int[] input) =>
        {
            var bytes = Bytes(input);
            var cuts = input.Select(n => 1 + Math.Abs(n % 5)).ToArray();
            var budget = new LineBudget(input.Length % 3 * 200);
            var neighbour = new LineFramer(budget);
            Count(neighbour, "half"u8);
            foreach (var framer in new[] { new LineFramer(budget, 8), new LineFramer(budget, 200) })
            {
                var text = string.Concat(FrameParts(framer, Cut(bytes, cuts)).Select(p => p.IsPartial ? p.Text : p.Text + "\n"));
                var expected = string.Concat(Encoding.Latin1.GetString(bytes).Split('\n')
                    .Select(l => l.EndsWith('\r') ? l[..^1] : l).Where(l => l.Length > 0).Select(l => l + "\n"));
                if (text != expected)
                {
                    return false;
                }
            }

            neighbour.TakeRest(out _);
            return budget.UsedBytes == 0;
        }).QuickCheckThrowOnFailure();

    static Arbitrary<int[]> Inputs => Gen.Choose(0, 1000).ArrayOf().ToArbitrary();

    /// <summary>Text with many line ends, multi-byte characters and bytes that are no UTF-8. No '+': it marks parts.</summary>
    static byte[] Bytes(int[] input) => [.. input.SelectMany(n => (n % 12) switch
    {
        0 => "\n"u8.ToArray(),
        1 => "\r\n"u8.ToArray(),
        2 => "\r"u8.ToArray(),
        3 => "é"u8.ToArray(),
        4 => "€"u8.ToArray(),
        5 => "😀"u8.ToArray(),
        6 => [(byte)(128 + (n % 128))],
        7 => [0],
        _ => "abcd"u8.ToArray(),
    })];

    static IEnumerable<byte[]> Cut(byte[] bytes, int[] cuts)
    {
        var at = 0;
        for (var i = 0; at < bytes.Length; i++)
        {
            var size = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
            yield return bytes[at..(at + size)];
            at += size;
        }
    }

    static List<string> Frame(LineFramer framer, IEnumerable<byte[]> chunks) => [.. FrameParts(framer, chunks).Select(p =>
        (p.IsContinuation ? "+" : "") + Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(p.Text)) + (p.IsPartial ? "+" : ""))];

    /// <summary>Overwrites each chunk after its lines: the framer must have kept what it needs.</summary>
    static List<Part> FrameParts(LineFramer framer, IEnumerable<byte[]> chunks)
    {
        var parts = new List<Part>();
        foreach (var chunk in chunks)
        {
            var own = chunk.ToArray();
            var lines = framer.Feed(own);
            while (lines.TryTake(out var line))
            {
                parts.Add(Part.Of(line));
            }

            Array.Fill(own, (byte)'!');
        }

        if (framer.TakeRest(out var rest))
        {
            parts.Add(Part.Of(rest));
        }

        return parts;
    }

    sealed record Part(string Text, bool IsPartial, bool IsContinuation)
    {
        public static Part Of(FramedLine line) => new(Encoding.Latin1.GetString(line.Text), line.IsPartial, line.IsContinuation);
    }

    static int Count(LineFramer framer, ReadOnlySpan<byte> chunk)
    {
        var count = 0;
        var lines = framer.Feed(chunk);
        while (lines.TryTake(out _))
        {
            count++;
        }

        return count;
    }
}
