using Init.Linux.Limits;

namespace Init.Linux.Tests.Limits;

public class CpuCountTests
{
    [Theory]
    [InlineData("200000 100000", 2.0)]
    [InlineData("150000 100000\n", 1.5)]
    [InlineData("50000 100000", 0.5)]
    [InlineData("max 100000", null)]
    [InlineData("max 100000\n", null)]
    [InlineData("", null)]
    [InlineData("100000", null)]
    [InlineData("0 100000", null)]
    [InlineData("100000 0", null)]
    [InlineData("-1 100000", null)]
    [InlineData("x y", null)]
    [InlineData("1 2 3", null)]
    [InlineData("99999999999999999999 100000", null)]
    public void QuotaV2_ReadsCpuMax(string text, double? expected) => Assert.Equal(expected, CpuCount.QuotaV2(text));

    [Theory]
    [InlineData("200000", "100000", 2.0)]
    [InlineData("250000\n", "100000\n", 2.5)]
    [InlineData("-1", "100000", null)]
    [InlineData("-1\n", "100000\n", null)]
    [InlineData("", "", null)]
    [InlineData("100000", "", null)]
    [InlineData("100000", "0", null)]
    public void QuotaV1_ReadsBothFiles(string quota, string period, double? expected) =>
        Assert.Equal(expected, CpuCount.QuotaV1(quota, period));

    [Fact]
    public void Read_IsBetweenOneAndTheMachines() => Assert.InRange(CpuCount.Read(), 1, Math.Max(1, Environment.ProcessorCount));
}
