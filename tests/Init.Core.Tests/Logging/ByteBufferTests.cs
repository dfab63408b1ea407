using Init.Core.Logging;

namespace Init.Core.Tests.Logging;

public class ByteBufferTests
{
    [Fact]
    public void Span_ReturnsBytesInOrder_WhenWrittenAndTakenInTurns()
    {
        var buffer = new ByteBuffer();
        var expected = new Queue<byte>();
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Enumerable.Range(0, i % 13).Select(n => (byte)(i + n)).ToArray();
            buffer.Append(bytes);
            buffer.Append((byte)i);
            foreach (var b in bytes.Append((byte)i))
            {
                expected.Enqueue(b);
            }

            var take = Math.Min(buffer.Length, i % 17);
            Assert.Equal(expected.Take(take), buffer.Span[..take].ToArray());
            buffer.Consume(take);
            for (var n = 0; n < take; n++)
            {
                expected.Dequeue();
            }
        }

        Assert.Equal(expected, buffer.Memory.ToArray());
    }

    [Fact]
    public void Capacity_ReturnsToZero_WhenBurstIsTaken()
    {
        var buffer = new ByteBuffer(keepBytes: 1024);
        buffer.Append(new byte[1_000_000]);
        buffer.Consume(999_999);
        Assert.True(buffer.Capacity >= 1_000_000);
        buffer.Consume(1);
        Assert.Equal(0, buffer.Capacity);
    }

    [Fact]
    public void Capacity_Stays_WhenBelowKeptSize()
    {
        var buffer = new ByteBuffer(keepBytes: 1024);
        buffer.Append(new byte[1000]);
        var capacity = buffer.Capacity;
        buffer.Consume(1000);
        Assert.Equal(capacity, buffer.Capacity);
    }

    [Fact]
    public void Capacity_IsBounded_WhenBytesOnlyPassThrough()
    {
        var buffer = new ByteBuffer();
        buffer.Append(new byte[100]);
        for (var i = 0; i < 10_000; i++)
        {
            buffer.Append(new byte[50]);
            buffer.Consume(50);
        }

        Assert.Equal(100, buffer.Length);
        Assert.True(buffer.Capacity <= 1024, $"{buffer.Capacity}");
    }

    [Fact]
    public void Advance_AddsWhatWasWrittenToGetSpan()
    {
        var buffer = new ByteBuffer();
        "abc"u8.CopyTo(buffer.GetSpan(3));
        buffer.Advance(3);
        "de"u8.CopyTo(buffer.GetMemory(2).Span);
        buffer.Advance(2);
        buffer.Unwrite(1);
        Assert.Equal("abcd"u8, buffer.Span);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void Consume_Throws_WhenCountIsNotThere(int count)
    {
        var buffer = new ByteBuffer();
        buffer.Append("abc"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Consume(count));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Unwrite(count));
        Assert.Equal(3, buffer.Length);
    }
}
