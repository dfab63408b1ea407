using System.Text;
using Init.Core.Config;
using Init.Core.Logging;

namespace Init.Core.Tests.Config;

/// <summary>What one process has read for another: comes through as it was, and strange answers are none.</summary>
public sealed class ConfigFilesTests
{
    [Fact]
    public void Files_ComeThroughAsTheyWere()
    {
        var files = new ConfigFiles { Main = [0, 255, 10, (byte)'{'], TypeScriptRuntime = "node v22.18.0" };
        files.Add(".env", new FileContent { Bytes = "A=1"u8.ToArray() });
        files.Add("empty", new FileContent { Bytes = [] });
        files.Add("gone", new FileContent { IsMissing = true, Problem = "there is no such \"file\"" });

        var read = Through(files)!;

        Assert.Equal(files.Main, read.Main);
        Assert.Equal("node v22.18.0", read.TypeScriptRuntime);
        Assert.Equal("A=1", Encoding.UTF8.GetString(read.Read(".env").Bytes!));
        Assert.Equal([], read.Read("empty").Bytes!);
        Assert.Equal((null, true, "there is no such \"file\""), (read.Read("gone").Bytes, read.Read("gone").IsMissing, read.Read("gone").Problem));
    }

    [Fact]
    public void FileThatWasNotRead_IsAProblem_NotAbsent()
    {
        var content = new ConfigFiles { Main = [] }.Read("other.env");
        Assert.Null(content.Bytes);
        Assert.False(content.IsMissing);
        Assert.NotEmpty(content.Problem);
    }

    [Fact]
    public void Problem_ComesThrough_WithoutAFile()
    {
        var read = Through(new ConfigFiles { Problem = "cannot read x" })!;
        Assert.Null(read.Main);
        Assert.Equal("cannot read x", read.Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"problem\":1,\"files\":[]}")]
    [InlineData("{\"problem\":\"\",\"files\":{}}")]
    [InlineData("{\"problem\":\"\",\"files\":[{}]}")]
    [InlineData("{\"main\":\"***\",\"problem\":\"\",\"files\":[]}")]
    [InlineData("{\"main\":\"YQ==\",\"problem\":\"\",\"files\":[")]
    public void StrangeAnswer_IsNone(string answer) => Assert.Null(ConfigFiles.Parse(Encoding.UTF8.GetBytes(answer)));

    static ConfigFiles? Through(ConfigFiles files)
    {
        var to = new ByteBuffer();
        files.Write(to);
        return ConfigFiles.Parse(to.Span.ToArray());
    }
}
