using System.Globalization;
using System.Text;
using Init.Core.Logging;

namespace Init.Core.Tests.Logging;

public class UtcTimestampTests
{
    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(1795243623123, "2026-11-21T06:47:03.123Z")]
    [InlineData(951782399999, "2000-02-28T23:59:59.999Z")]
    [InlineData(951782400000, "2000-02-29T00:00:00.000Z")]
    [InlineData(253402300799999, "9999-12-31T23:59:59.999Z")]
    [InlineData(-1, "1970-01-01T00:00:00.000Z")]
    [InlineData(long.MinValue, "1970-01-01T00:00:00.000Z")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59.999Z")]
    public void Format_IsRfc3339(long unixMs, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(new UtcTimestamp().Format(unixMs)));

    [Fact]
    public void Format_AgreesWithTheBcl_WhenTimeJumps()
    {
        var timestamp = new UtcTimestamp();
        var random = new Random(1);
        var at = 1_795_243_623_000L;
        for (var i = 0; i < 20_000; i++)
        {
            at += random.Next(10) == 0 ? random.NextInt64(-40_000_000_000, 40_000_000_000) : random.Next(0, 400);
            at = Math.Clamp(at, 0, 250_000_000_000_000);
            var expected = DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            Assert.Equal(expected, Encoding.ASCII.GetString(timestamp.Format(at)));
        }
    }
}
