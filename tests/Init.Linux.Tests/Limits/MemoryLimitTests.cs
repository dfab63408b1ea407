using Init.Linux.Limits;

namespace Init.Linux.Tests.Limits;

public class MemoryLimitTests
{
    [Theory]
    [InlineData("536870912\n", 536870912L)]
    [InlineData("1", 1L)]
    [InlineData("9223372036854771712\n", 9223372036854771712L)]
    [InlineData("max\n", null)]
    [InlineData("", null)]
    [InlineData("0\n", null)]
    [InlineData("-1", null)]
    [InlineData("18446744073709551615", null)]
    [InlineData("512M", null)]
    public void Bytes_ReadsBothVersions(string text, long? expected) => Assert.Equal(expected, MemoryLimit.Bytes(text));

    [Theory]
    [InlineData("MemTotal:       16316412 kB\nMemFree:  1 kB\n", 16316412L * 1024)]
    [InlineData("MemFree:  1 kB\nMemTotal: 2 kB\n", 2048L)]
    [InlineData("MemTotal: 2 MB\n", null)]
    [InlineData("MemTotal: 9223372036854775807 kB", null)]
    [InlineData("MemTotal: kB", null)]
    [InlineData("", null)]
    public void MemTotal_ReadsMeminfo(string text, long? expected) => Assert.Equal(expected, MemoryLimit.MemTotal(text));

    [Theory]
    [InlineData(5L, 9L, 5L)]
    [InlineData(9L, 5L, 5L)]
    [InlineData(5L, null, 5L)]
    [InlineData(null, 5L, 5L)]
    [InlineData(null, null, null)]
    public void Choose_TakesTheSmaller(long? limit, long? machine, long? expected) => Assert.Equal(expected, MemoryLimit.Choose(limit, machine));

    [Fact]
    public void Read_IsNoMoreThanTheMachineHas() =>
        Assert.InRange(MemoryLimit.Read() ?? 0, 1, MemoryLimit.MemTotal(File.ReadAllText("/proc/meminfo")) ?? 0);
}
