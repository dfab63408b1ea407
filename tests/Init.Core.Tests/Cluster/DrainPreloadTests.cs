using Init.Core.Cluster;

namespace Init.Core.Tests.Cluster;

public sealed class DrainPreloadTests
{
    const string File = "/dev/shm/pminit-drain-1.cjs";
    const string Required = $"--require {File}";

    [Theory]
    [InlineData(null, Required)]
    [InlineData("", Required)]
    [InlineData("--max-old-space-size=200 -r \"./a b.js\"", "--max-old-space-size=200 -r \"./a b.js\" " + Required)]
    [InlineData("--require /tmp/pminit-drain-7.cjs", "--require /tmp/pminit-drain-7.cjs")] // under another pminit
    [InlineData("--experimental-policy=p.json", null)]
    public void File_IsRequired_AfterTheUsersOptions(string? existing, string? expected)
        => Assert.Equal(expected, DrainPreload.NodeOptions(existing, "", "server.ts", File, version: null));

    [Theory]
    [InlineData("v18.17.1", "server.js", false)]
    [InlineData("v18.18.0", "server.js", true)]
    [InlineData("v24.0.0-nightly", "/app/bin/www", true)]
    [InlineData("v20.6.1", "/a.b/server.mjs", true)]
    [InlineData("v20.6.1", "server.cjs", true)]
    [InlineData("v20.6.1", "server.ts", false)] // ts-node: the loader of ES modules does not know require.extensions
    [InlineData("v20.6.1", "", false)]
    [InlineData("v16.20.0", "server.js", false)]
    [InlineData("1.2.3", "server.js", false)]
    [InlineData("22.9.0", "server.js", true)] // as NODE_VERSION of Node's own images
    [InlineData("v20", "server.js", false)]
    [InlineData("vx.y", "server.js", false)]
    [InlineData(null, "server.js", false)]
    public void Import_IsUsed_WhereNoFileCanBe_AndNodeKnowsIt(string? version, string script, bool isUsed)
        => Assert.Equal(isUsed ? $"--a --import {DrainPreload.DataUrl()}" : null, DrainPreload.NodeOptions("--a", "", script, file: null, version));

    [Theory]
    [InlineData("--permission", "")]
    [InlineData(null, "--experimental-permission --allow-fs-read=/app")]
    public void Import_IsUsed_WhereFilesAreConfined(string? existing, string arguments)
        => Assert.EndsWith($"--import {DrainPreload.DataUrl()}", DrainPreload.NodeOptions(existing, arguments, "server.js", File, version: null), StringComparison.Ordinal);

    [Fact]
    public void DataUrl_IsOneWord_AndHoldsTheScript()
    {
        var url = DrainPreload.DataUrl();
        Assert.DoesNotContain(url, c => c is <= ' ' or '"' or '?' or '\\' or '#' or >= '\x7f');
        Assert.EndsWith(DrainPreload.Source, Uri.UnescapeDataString(url), StringComparison.Ordinal);
        Assert.StartsWith("data:text/javascript,import{createRequire}", url, StringComparison.Ordinal);
        Assert.Contains(DrainPreload.Marker, url, StringComparison.Ordinal);
    }

    /// <summary>Every worker carries it in its environment.</summary>
    [Fact]
    public void Script_IsSmall()
    {
        Assert.InRange(DrainPreload.Source.Length, 1000, 4900);
        Assert.InRange(DrainPreload.DataUrl().Length, 1000, 6400);
        Assert.StartsWith($"/*{DrainPreload.Marker}*/\n", DrainPreload.Source, StringComparison.Ordinal);
    }
}
