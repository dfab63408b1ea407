using System.Globalization;
using System.Text;
using Init.Core.Config;
using Init.Core.Config.Data;

namespace Init.Core.Tests.Config;

/// <summary>What the JSON5 reader accepts and refuses, value by value.</summary>
public sealed class DataReaderTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    [InlineData(" false ", "false")]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("+1", "1")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("-1.5e-3", "-0.0015")]
    [InlineData("1E+2", "100")]
    [InlineData("0x1F", "31")]
    [InlineData("-0XaB", "-171")]
    [InlineData("Infinity", "Infinity")]
    [InlineData("-Infinity", "-Infinity")]
    [InlineData("+NaN", "NaN")]
    [InlineData("1e999", "Infinity")]
    [InlineData("\"a\"", "'a'")]
    [InlineData("'a\"b'", "'a\"b'")]
    [InlineData("`a\nb`", "'a\nb'")]
    [InlineData("'\\b\\f\\n\\r\\t\\v\\0\\'\\\"\\\\\\/\\q'", "'\b\f\n\r\t\v\0'\"\\/q'")]
    [InlineData("'\\x41\\u00e9\\ud83d\\ude00'", "'Aé😀'")]
    [InlineData("'a\\\nb\\\r\nc\\\u2028d'", "'abcd'")]
    [InlineData("'tab\there \u2028'", "'tab\there \u2028'")]
    [InlineData("[]", "[]")]
    [InlineData("[1,2,]", "[1,2]")]
    [InlineData("[[],{},]", "[[],{}]")]
    [InlineData("{}", "{}")]
    [InlineData("{a:1,'b':2,\"c\":3,}", "{a:1,b:2,c:3}")]
    [InlineData("{$x_1é: null, true: 1, NaN: 2}", "{$x_1é:null,true:1,NaN:2}")]
    [InlineData("// c\n{/* x */a/**/:/* */1// y\r}", "{a:1}")]
    [InlineData("\uFEFF [1]\u00a0\v\f", "[1]")]
    [InlineData("/* a */ 1 // no newline", "1")]
    public void Value_IsRead_WhenItIsJson5(string text, string expected)
    {
        var errors = new List<ConfigError>();
        var root = DataReader.Read(Encoding.UTF8.GetBytes(text), "f", errors);
        Assert.Empty(errors.Select(error => error.ToString()));
        Assert.Equal(expected, Print(root!));
    }

    [Theory]
    [InlineData("", "f:1:1: the file is empty")]
    [InlineData(" // x\n", "f:2:1: the file is empty")]
    [InlineData("01", "f:1:1: the number 01 starts with 0")]
    [InlineData("0x", "\"0x\" is not a number")]
    [InlineData("1e", "\"1e\" is not a number")]
    [InlineData("10s", "put it in quotes: \"10s\"")]
    [InlineData("[200M]", "f:1:2: [0]: \"200M\" is not a number")]
    [InlineData("10n", "is not a number")]
    [InlineData("1_000", "is not a number")]
    [InlineData("127.0.0.1", "put it in quotes: \"127.0.0.1\"")]
    [InlineData("+", "expression")]
    [InlineData("'a", "the text opened with ' at line 1 is not closed before the end of the line")]
    [InlineData("\n\"a\nb\"", "f:2:1: the text opened with \" at line 2")]
    [InlineData("`a", "never closed")]
    [InlineData("'\\u12'", "f:1:2: \\u needs four hexadecimal digits")]
    [InlineData("'ab\\xg1'", "f:1:4: \\x needs two hexadecimal digits")]
    [InlineData("'\\1'", "\\1 is not an escape")]
    [InlineData("'\\01'", "\\0 is not an escape")]
    [InlineData("'\\ud800'", "half of a surrogate pair")]
    [InlineData("'\\ud800\\u0041'", "half of a surrogate pair")]
    [InlineData("'\\udc00'", "half of a surrogate pair")]
    [InlineData("'\\", "is not closed")]
    [InlineData("/* x", "f:1:1: the comment opened with /* at line 1 is never closed")]
    [InlineData("[1, /* x", "f:1:5: the comment opened with /* at line 1 is never closed")]
    [InlineData("[1", "f:1:3: [0]: the '[' opened at line 1, column 1 is never closed")]
    [InlineData("{\n a: 1", "f:2:6: a: the '{' opened at line 1, column 1 is never closed")]
    [InlineData("[1 2]", "f:1:3: [0]: expected ',' or ']' after item 1 of the list opened at line 1; put a ',' here")]
    [InlineData("{a: 1\n b: 2}", "f:1:6: a: expected ',' or '}' after the value of \"a\"; put a ',' here")]
    [InlineData("[1}", "expected ',' or ']' after item 1 of the list opened at line 1, found '}'")]
    [InlineData("{a: 1]", "expected ',' or '}' after the value of \"a\", found ']'")]
    [InlineData("[1;2]", "found ';'; values are separated by ','")]
    [InlineData("[,]", "expected a value before ','")]
    [InlineData("[1,,2]", "f:1:4: expected a value before ','; remove the extra ','")]
    [InlineData("{,}", "expected a field name before ','")]
    [InlineData("{a}", "f:1:3: a: expected ':' and a value after \"a\", found '}'")]
    [InlineData("{a = 1}", "f:1:4: a: expected ':' after \"a\", found '='")]
    [InlineData("{a:}", "\"a\" has no value")]
    [InlineData("{a:,b:1}", "f:1:4: a: \"a\" has no value")]
    [InlineData("{1: 2}", "needs quotes")]
    [InlineData("{a-b: 2}", "expected ':' and a value after \"a\", found '-'")]
    [InlineData("{a: 1, a: 2}", "f:1:8: a: \"a\" is given twice, first at line 1; keep one of the two")]
    [InlineData("[1]]", "f:1:4: expected the end of the file after the list, found ']'")]
    [InlineData("{};", "remove the ';'")]
    [InlineData("api", "the word api is not a value; text needs quotes: \"api\"")]
    [InlineData("[my api]", "the word my is not a value")]
    [InlineData("[./server.js]", "text needs quotes: \"./server.js\"")]
    [InlineData("[/app/server.js]", "text needs quotes: \"/app/server.js\"")]
    [InlineData("[api-server]", "text needs quotes: \"api-server\"")]
    [InlineData("[True]", "write true")]
    [InlineData("[no]", "write false")]
    [InlineData("[undefined]", "leave the field out")]
    [InlineData("“a”", "typographic quote")]
    [InlineData("[\n# x\n]", "f:2:1: [0]: expected a value, found '#'; comments begin with //")]
    [InlineData("{\n<<<<<<< HEAD\n}", "merge conflict")]
    [InlineData("[\u0000]", "found the character U+0000")]
    [InlineData("--- a", "YAML")]
    [InlineData("apps:\n  - script: a", "YAML")]
    [InlineData("module.exports = {}", "JavaScript program")]
    [InlineData("export default {}", "JavaScript program")]
    public void Text_IsRefused_InPeoplesWords(string text, string part)
    {
        var errors = new List<ConfigError>();
        DataReader.Read(Encoding.UTF8.GetBytes(text), "f", errors);
        Assert.Contains(part, Assert.Single(errors).ToString());
    }

    [Theory]
    [InlineData("{a: process.env.X}", 5)]
    [InlineData("{a: process.env.X || 5}", 5)]
    [InlineData("{a: process.env.X ? {b: [1, '}']} : `}`, }", 5)]
    [InlineData("{a: 5 * 60}", 7)]
    [InlineData("{a: 5 /* x */ * 60}", 15)]
    [InlineData("{a: 'x' + 'y'}", 9)]
    [InlineData("{a: ['x', 'y'].join(',')}", 15)]
    [InlineData("{a: require('os').cpus().length}", 5)]
    [InlineData("{a: path.join(__dirname, 'x')}", 5)]
    [InlineData("{a: () => { return 1 }}", 5)]
    [InlineData("{a: x => 1}", 5)]
    [InlineData("{a: !0}", 5)]
    [InlineData("{a: (1)}", 5)]
    [InlineData("{a: -x}", 5)]
    [InlineData("{a: new Date()}", 5)]
    [InlineData("{a: `x${b}}y`}", 7)]
    [InlineData("{a: 'x'.length}", 8)]
    [InlineData("{a: os.cpus()[0]}", 5)]
    [InlineData("{...base}", 2)]
    [InlineData("[...base]", 2)]
    public void Expression_IsRefusedAtItsPlace_AndTheRestIsRead(string text, int column)
    {
        var errors = new List<ConfigError>();
        Assert.NotNull(DataReader.Read(Encoding.UTF8.GetBytes(text), "f", errors));
        var error = Assert.Single(errors);
        Assert.Equal(column, error.Position.Column);
        Assert.Contains("JavaScript", error.Message);
        Assert.Contains(".config.js", error.Hint);
    }

    [Fact]
    public void Depth_IsBounded()
    {
        var errors = new List<ConfigError>();
        Assert.NotNull(DataReader.Read(Nested(64), "f", errors));
        Assert.Empty(errors);
        Assert.Null(DataReader.Read(Nested(65), "f", errors));
        Assert.Equal(65, Assert.Single(errors).Position.Column);
        errors.Clear();
        Assert.Null(DataReader.Read(Nested(400_000), "f", errors));
        Assert.Single(errors);
    }

    [Theory]
    [InlineData(new byte[] { 0x5b, 0x0a, 0x22, 0xc3, 0xa9, 0xff, 0x22, 0x5d }, "f:2:3: the byte 0xff is not valid UTF-8 here")]
    [InlineData(new byte[] { 0xff, 0xfe, 0x7b, 0x00 }, "f:1:1: the file is UTF-16")]
    [InlineData(new byte[] { 0x22, 0xed, 0xa0, 0x80, 0x22 }, "f:1:2: the byte 0xed")]
    [InlineData(new byte[] { 0x22, 0xf0, 0x9f, 0x98 }, "f:1:2: the byte 0xf0")]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, 0x80 }, "f:1:1: the byte 0x80")]
    public void Bytes_AreRefused_WhenTheyAreNotUtf8(byte[] bytes, string part)
    {
        var errors = new List<ConfigError>();
        Assert.Null(DataReader.Read(bytes, "f", errors));
        Assert.Contains(part, Assert.Single(errors).ToString());
    }

    [Fact]
    public void Column_CountsScalarValues_AndLinesEndInThreeWays()
    {
        var root = DataReader.Read("['😀é', 1,\r\n2,\r3,\n4]"u8, "f", []);
        Assert.Equal(["1:2", "1:8", "2:1", "3:1", "4:1"], root!.Items.Select(item => item.Position.ToString()));
    }

    [Fact]
    public void SyntaxErrors_AreAllReported_UpToABound()
    {
        var errors = new List<ConfigError>();
        DataReader.Read("{a: x.y(), b: 01, c: 10s, d: 'ok' e: 5}"u8, "f", errors);
        Assert.Equal(["a", "b", "c", "d"], errors.Select(error => error.Path));

        errors.Clear();
        Assert.Null(DataReader.Read(Encoding.UTF8.GetBytes("[" + new string(',', 1_000_000) + "]"), "f", errors));
        Assert.Equal(101, errors.Count);
    }

    static byte[] Nested(int depth) => Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));

    internal static string Print(DataNode node) => node.Kind switch
    {
        DataKind.Null => "null",
        DataKind.Boolean => node.Boolean ? "true" : "false",
        DataKind.Number => node.Number.ToString("R", CultureInfo.InvariantCulture),
        DataKind.Text => "'" + node.Text + "'",
        DataKind.List => "[" + string.Join(',', node.Items.Select(Print)) + "]",
        DataKind.Map => "{" + string.Join(',', node.Members.Select(member => member.Key + ":" + Print(member.Value))) + "}",
        DataKind.Invalid => "?",
    };
}
