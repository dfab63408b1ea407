using System.Runtime.InteropServices;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public unsafe class StringBlockTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 8)]
    [InlineData(8, 8)]
    [InlineData(8, 9)]
    [InlineData(3, 1000)]
    public void Pointer_EndsWithNull_HoweverManyWereAdded(int capacity, int count)
    {
        using var block = new StringBlock(capacity);
        for (var i = 0; i < count; i++)
        {
            block.Add("item " + i);
            Assert.True(block.Pointer[i + 1] is null);
        }

        Assert.Equal(count, block.Count);
        Assert.True(block.Pointer[count] is null);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal("item " + i, Marshal.PtrToStringUTF8((nint)block.Pointer[i]));
        }
    }

    [Fact]
    public void Borrow_KeepsThePointer_AndDoesNotFreeIt()
    {
        using var raw = new RawStrings("\xff\xfe");
        var block = new StringBlock(1);
        block.Add("own");
        block.Borrow(raw.Pointer[0]);
        Assert.True(block.Pointer[1] == raw.Pointer[0]);
        block.Dispose();
        Assert.Equal([0xff, 0xfe], MemoryMarshal.CreateReadOnlySpanFromNullTerminated(raw.Pointer[0]).ToArray());
    }

    [Fact]
    public void Dispose_MayBeCalledTwice()
    {
        var block = new StringBlock(1);
        block.Add("x");
        block.Dispose();
        block.Dispose();
        Assert.Equal(0, block.Count);
    }
}
