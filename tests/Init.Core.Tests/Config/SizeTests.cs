using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`max_memory_restart`: pm2's forms and more.</summary>
public sealed class SizeTests
{
    [Theory]
    [InlineData("max_memory_restart: 1048576", 1048576L)]
    [InlineData("maxMemoryRestart: '200M'", 200L << 20)]
    [InlineData("max_memory_restart: '1.5G'", 3L << 29)]
    [InlineData("max_memory_restart: '512MiB'", 512L << 20)]
    [InlineData("max_memory_restart: '100mb'", 100L << 20)]
    [InlineData("max_memory_restart: '80%'", 858993459L)]
    [InlineData("max_memory_restart: '${memory:50%}M'", 512L << 20)]
    [InlineData("max_memory_restart: 0", null)]
    public void Limit_IsRead(string field, long? bytes) => Assert.Equal(bytes,
        Assert.Single(Read("[{script: 'a', " + field + "}]", new Init.Core.Config.ConfigContext { Cpus = 1, MemoryLimitBytes = 1 << 30 }).Ecosystem!.Apps).MaxMemoryBytes);

    [Theory]
    [InlineData("'lots'", "expected a size")]
    [InlineData("'5X'", "the units are")]
    [InlineData("-1", "size")]
    [InlineData("true", "expected a size")]
    [InlineData("'50%'", "memory")]
    public void Limit_IsRefused_WhenItCannotBeMeant(string value, string part) => Assert.Contains(part, Refuse("max_memory_restart: " + value).ToString());
}
