using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Logging;
using Init.Core.Model;

namespace Init.Core.Tests.Logging;

/// <summary>What counts as a JSON object, seen from outside: such a line is passed on, any other becomes a message.</summary>
public class JsonObjectScannerTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData(" \t{ } \r")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{ "a" : [ 1 , -0.5e+10 , 1E5, 0, true, false , null, "x", {}, [] ] , "b" : { "c" : { } } }""")]
    [InlineData("""{"":""}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}""")]
    [InlineData("{\"é€😀\":\"\u2028\"}")]
    [InlineData("""{"a":[[[[{"b":[1,{"c":2}]}]]]],"d":1}""")]
    [InlineData("""{"a":123456789012345678901234567890.5e999}""")]
    public void Line_IsPassedOn_WhenItIsAnObject(string line) => Assert.True(IsPassedOn(Encoding.UTF8.GetBytes(line)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"{}\"")]
    [InlineData("{}{}")]
    [InlineData("{} x {}")]
    [InlineData("{oops}")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("""{"a"}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{,"a":1}""")]
    [InlineData("""{"a":1 "b":2}""")]
    [InlineData("""{"a":1:"b"}""")]
    [InlineData("""{"a":[1,]}""")]
    [InlineData("""{"a":[1}""")]
    [InlineData("""{"a":[1}]}""")]
    [InlineData("""{"a":{]}}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":1.}""")]
    [InlineData("""{"a":.5}""")]
    [InlineData("""{"a":+1}""")]
    [InlineData("""{"a":-}""")]
    [InlineData("""{"a":1e}""")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":truE}""")]
    [InlineData("""{"a":tru}""")]
    [InlineData("""{"a":"x}""")]
    [InlineData("""{"a":"\x"}""")]
    [InlineData("""{"a":"\u12g4"}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\ud800\u0041"}""")]
    [InlineData("""{"a":"\udc00"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("{\"a\":\"\t\"}")]
    [InlineData("{\"a\":1}/* c */{}")]
    [InlineData("{/**/}")]
    [InlineData("\uFEFF{}")]
    public void Line_BecomesMessage_WhenItIsAnythingElse(string line) => Assert.False(IsPassedOn(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Line_BecomesMessage_WhenItIsNoUtf8() => Assert.False(IsPassedOn([.. "{\"a\":\""u8, 0xC3, .. "\"}"u8]));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(30_000, false)]
    public void Depth_IsLimitedTo64(int depth, bool expected)
    {
        var line = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Assert.Equal(expected, IsPassedOn(Encoding.UTF8.GetBytes(line)));
        var array = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal(expected, IsPassedOn(Encoding.UTF8.GetBytes(array)));
    }

    [Fact]
    public void Verdict_AgreesWithTheBcl_ForRandomTokens()
    {
        string[] tokens = ["{", "}", "[", "]", ":", ",", "\"a\"", "\"b\\n\"", "1", "-2.5e3", "true", "null", " ", "\"", "\\", "0", ".", "e"];
        Prop.ForAll(Gen.Choose(0, tokens.Length - 1).ArrayOf().ToArbitrary(), (int[] input) =>
        {
            var line = "{" + string.Concat(input.Select(n => tokens[n])) + "}";
            return IsPassedOn(Encoding.UTF8.GetBytes(line)) == IsObjectToTheBcl(line);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Verdict_AgreesWithTheBcl_WhenOneByteOfAnObjectChanges()
    {
        var random = new Random(7);
        var seed = """{"a":[1,-0.5e+10,{"b":"x\u0041\n"}],"level":30,"t":true,"n":null,"o":{"p":{}}}"""u8.ToArray();
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var line = seed.ToArray();
            line[random.Next(line.Length)] = (byte)random.Next(32, 127);
            var expected = IsObjectToTheBcl(Encoding.ASCII.GetString(line));
            Assert.True(expected == IsPassedOn(line), Encoding.ASCII.GetString(line));
            accepted += expected ? 1 : 0;
        }

        Assert.InRange(accepted, 1000, 19_000);
    }

    static bool IsObjectToTheBcl(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static bool IsPassedOn(byte[] line)
    {
        var to = new ByteBuffer();
        LogWriter.Of(LogFormat.Json).Write(to, new StreamHead(new WorkerId("api", 0), 1, LogStream.Stdout), 0, new FramedLine(line));
        using var document = JsonDocument.Parse(to.Memory);
        return !document.RootElement.TryGetProperty("message", out _);
    }
}
