using Init.Core.Config;

namespace Init.Core.Tests.Config;

/// <summary>What a file name means.</summary>
public sealed class FileFormatTests
{
    [Theory]
    [InlineData("ecosystem.json", FileFormat.Json)]
    [InlineData("/app/Ecosystem.JSON5", FileFormat.Json)]
    [InlineData("process.yml", FileFormat.Yaml)]
    [InlineData("./a.b/process.yaml", FileFormat.Yaml)]
    [InlineData("ecosystem.config.js", FileFormat.Script)]
    [InlineData("x.cjs", FileFormat.Script)]
    [InlineData("x.mjs", FileFormat.Script)]
    [InlineData("x.ts", FileFormat.Script)]
    [InlineData("x.cts", FileFormat.Script)]
    [InlineData("x.mts", FileFormat.Script)]
    [InlineData("-", FileFormat.ByContent)]
    [InlineData("/proc/self/fd/3", FileFormat.ByContent)]
    [InlineData("my.json/ecosystem", FileFormat.ByContent)]
    [InlineData("x.json.bak", FileFormat.ByContent)]
    [InlineData("", FileFormat.ByContent)]
    public void Of_FollowsTheExtension(string name, FileFormat expected) => Assert.Equal(expected, FileFormats.Of(name));

    [Theory]
    [InlineData("ecosystem.json", true)]
    [InlineData("apps.json5", true)]
    [InlineData("/etc/pminit/process.yml", true)]
    [InlineData("process.YAML", true)]
    [InlineData("package.json", true)]
    [InlineData("ecosystem.config.js", true)]
    [InlineData("./pm2.config.cjs", true)]
    [InlineData("any.config.mjs", true)]
    [InlineData("any.config.ts", true)]
    [InlineData("ecosystem.js", true)]
    [InlineData("ecosystem-prod.js", true)]
    [InlineData("dist/ecosystem.mjs", true)]
    [InlineData("-", true)]
    [InlineData("server.js", false)]
    [InlineData("ecosystem/server.js", false)]
    [InlineData("config.js", false)]
    [InlineData("my.configs.js", false)]
    [InlineData("my.config/server.js", false)]
    [InlineData("app.ts", false)]
    [InlineData("./run.sh", false)]
    [InlineData("ecosystem", false)]
    [InlineData("node", false)]
    [InlineData("", false)]
    public void IsConfigFile_KnowsAScriptToRunFromAFileToRead(string name, bool expected)
        => Assert.Equal(expected, FileFormats.IsConfigFile(name));
}
