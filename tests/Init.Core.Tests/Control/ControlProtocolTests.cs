using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Control;
using Init.Core.Logging;

namespace Init.Core.Tests.Control;

public class ControlProtocolTests
{
    [Theory]
    [InlineData("""{"verb":"ls","args":{}}""", "ls")]
    [InlineData("""{"verb":"ls"}""", "ls")]
    [InlineData(""" { "verb" : "status" } """, "ls")]
    [InlineData("""{"verb":"ping","protocol":1}""", "ping")]
    [InlineData("""{"new":{"verb":"x","a":[1,{}]},"verb":"jlist","also":[[]]}""", "jlist")]
    [InlineData("""{"v\u0065rb":"pi\u006eg"}""", "ping")]
    [InlineData("""{"verb":"health","args":{"ready":true,"live":1}}""", "health ready=true live=1")]
    [InlineData("""{"verb":"ls","args":{"json":"a\u00e9\"b"}}""", "ls json=aé\"b")]
    public void ReadRequest_YieldsVerb(string line, string expected)
    {
        var read = Read(line + "\n");
        Assert.Null(read.Error);
        Assert.Equal(expected, string.Join(' ', [read.Request!.Verb.Name, .. read.Request.Args.Select(a => $"{a.Key}={a.Value}")]));
        Assert.Equal(Encoding.UTF8.GetByteCount(line) + 1, read.ConsumedBytes);
        Assert.False(read.MustClose);
    }

    [Theory]
    [InlineData("", "no JSON object")]
    [InlineData("hello", "no JSON object")]
    [InlineData("{", "no JSON object")]
    [InlineData("[]", "no JSON object")]
    [InlineData("""{"verb":"ls"} x""", "no JSON object")]
    [InlineData("""{"verb":"\ud800"}""", "no JSON object")]
    [InlineData("GET / HTTP/1.1", "no JSON object")]
    [InlineData("{}", "names no verb; there are health, ls, jlist, describe, start, stop, restart, reload, scale, reset, signal, reload-config, shutdown, ping")]
    [InlineData("""{"verb":1}""", "names no verb")]
    [InlineData("""{"verb":null}""", "names no verb")]
    [InlineData("""{"verb":["ls"]}""", "names no verb")]
    [InlineData("""{"verb":"fly"}""", "unknown verb 'fly'; there are health, ls, jlist, describe, start, stop, restart, reload, scale, reset, signal, reload-config, shutdown, ping")]
    [InlineData("""{"verb":"LS"}""", "unknown verb 'LS'")]
    [InlineData("""{"verb":"run"}""", "'run' is no question to a running pminit")]
    [InlineData("""{"verb":"version"}""", "'version' is no question")]
    [InlineData("""{"verb":"ls","args":[]}""", "'args' is no JSON object")]
    [InlineData("""{"verb":"ls","args":null}""", "'args' is no JSON object")]
    [InlineData("""{"verb":"ls","args":{"json":null}}""", "argument 'json' is neither")]
    [InlineData("""{"verb":"ls","args":{"json":{}}}""", "argument 'json' is neither")]
    [InlineData("""{"verb":"ls","args":{"x":1}}""", "'ls' takes no 'x'")]
    [InlineData("""{"verb":"ls","protocol":2}""", "protocol 1 only")]
    [InlineData("""{"verb":"ls","protocol":"1"}""", "protocol 1 only")]
    [InlineData("""{"verb":"ls","protocol":1e99}""", "protocol 1 only")]
    public void ReadRequest_SaysWhatIsWrong(string line, string error)
    {
        var read = Read(line + "\n");
        Assert.Null(read.Request);
        Assert.Contains(error, read.Error, StringComparison.Ordinal);
        Assert.True(read.Error!.Length < 200);
        Assert.Equal(line.Length + 1, read.ConsumedBytes);
        Assert.False(read.MustClose);
    }

    [Fact]
    public void ReadRequest_ShortensWhatItRepeats() =>
        Assert.InRange(Read("{\"verb\":\"" + new string('x', 60_000) + "\"}\n").Error!.Length, 40, 200);

    [Fact]
    public void ReadRequest_AsksForMore_WhenLineIsUnfinished() => Assert.Equal(default, Read("{\"verb\":\"ls\"}"));

    [Fact]
    public void ReadRequest_TakesOneLine_WhenTwoHaveArrived()
    {
        const string lines = "{\"verb\":\"ls\"}\n{\"verb\":\"ping\"}\n";
        var first = Read(lines);
        Assert.Equal("ping", Read(lines[first.ConsumedBytes..]).Request!.Verb.Name);
    }

    [Fact]
    public void ReadRequest_Closes_WhenLineIsTooLong()
    {
        var fits = "{\"verb\":\"ls\"}".PadRight(ControlProtocol.MaxRequestBytes - 1) + "\n";
        Assert.NotNull(Read(fits).Request);
        Assert.Equal(default, Read(new string(' ', ControlProtocol.MaxRequestBytes - 1)));
        Assert.True(Read(new string(' ', ControlProtocol.MaxRequestBytes)).MustClose);
        var tooLong = Read(new string(' ', ControlProtocol.MaxRequestBytes) + "\n");
        Assert.True(tooLong.MustClose);
        Assert.Contains("longer than 65536 bytes", tooLong.Error, StringComparison.Ordinal);
        Assert.True(tooLong.ConsumedBytes > 0);
    }

    [Fact]
    public void ReadRequest_AlwaysAnswersALine_WhateverTheBytes()
    {
        string[] pieces = ["{", "}", "\"verb\"", ":", "\"ls\"", ",", "\"args\"", "\"protocol\"", "1", "null", "[", "]", "\"json\"", "\\ud800", "\"", "true"];
        Prop.ForAll(Gen.Choose(0, 600).ArrayOf().ToArbitrary(), (int[] input) =>
        {
            byte[] bytes = [.. input.SelectMany(n => n is < 256 and not '\n' ? [(byte)n] : Encoding.UTF8.GetBytes(pieces[n % pieces.Length])), (byte)'\n'];
            var read = ControlProtocol.ReadRequest(bytes);
            return read.ConsumedBytes == bytes.Length && (read.Request is null) != (read.Error is null);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void WriteRequest_IsReadBack()
    {
        var to = new ByteBuffer();
        ControlProtocol.WriteRequest(to, new ControlRequest(Commands.Health, [new("ready", "true"), new("live", "é\"\n")]));
        Assert.Equal(to.Length - 1, to.Span.IndexOf((byte)'\n'));
        var request = ControlProtocol.ReadRequest(to.Span).Request!;
        Assert.Same(Commands.Health, request.Verb);
        Assert.Equal("true", request["ready"]);
        Assert.Equal("é\"\n", request["live"]);
        Assert.Null(request["other"]);
    }

    [Fact]
    public void WriteGreeting_IsTheDocumentedLine_AndItsOwnClientTakesIt()
    {
        var to = new ByteBuffer();
        ControlProtocol.WriteGreeting(to, "0.1.0");
        Assert.Equal("{\"pminit\":\"0.1.0\",\"protocol\":1}\n", Encoding.UTF8.GetString(to.Span));
        Assert.Null(ControlReply.CheckGreeting(to.Memory));
    }

    [Theory]
    [InlineData("""{"pminit":"9.0","protocol":2}""", "version 9.0 and speaks protocol 2, this one speaks 1")]
    [InlineData("""{"protocol":1}""", "is no pminit")]
    [InlineData("""{"pminit":1,"protocol":1}""", "is no pminit")]
    [InlineData("""{"pminit":"1","protocol":"1"}""", "is no pminit")]
    [InlineData("""{"pminit":"\ud800","protocol":2}""", "is no pminit")]
    [InlineData("SSH-2.0", "is no pminit")]
    [InlineData("", "is no pminit")]
    [InlineData("[]", "is no pminit")]
    public void CheckGreeting_SaysWhatIsWrong(string line, string error) =>
        Assert.Contains(error, ControlReply.CheckGreeting(Encoding.UTF8.GetBytes(line)), StringComparison.Ordinal);

    [Fact]
    public void WriteError_IsReadBack()
    {
        var to = new ByteBuffer();
        ControlProtocol.WriteError(to, 64, "no \"such\" app é\ud800");
        Assert.Equal("{\"ok\":false,\"code\":64,\"error\":\"no \\\"such\\\" app é\\uFFFD\"}\n", Encoding.UTF8.GetString(to.Span));
        var reply = ControlReply.Parse(to.Memory);
        Assert.Equal((false, 64, "no \"such\" app é\uFFFD"), (reply.Ok, reply.Code, reply.Error));
    }

    [Theory]
    [InlineData("", 70, "does not understand")]
    [InlineData("x", 70, "does not understand")]
    [InlineData("{}", 70, "does not understand")]
    [InlineData("""{"ok":true}""", 70, "does not understand")]
    [InlineData("""{"ok":"yes","result":1}""", 70, "does not understand")]
    [InlineData("""{"ok":false}""", 1, "no reason given")]
    [InlineData("""{"ok":false,"code":0,"error":"e"}""", 1, "e")]
    [InlineData("""{"ok":false,"code":1000000000,"error":7}""", 255, "no reason given")]
    [InlineData("""{"ok":false,"code":78,"error":"e","more":1}""", 78, "e")]
    public void Parse_FailsWithCode_WhenReplyIsBad(string line, int code, string error)
    {
        var reply = ControlReply.Parse(Encoding.UTF8.GetBytes(line));
        Assert.False(reply.Ok);
        Assert.Equal(code, reply.Code);
        Assert.Contains(error, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ping_IsTheDocumentedLine()
    {
        var to = new ByteBuffer();
        ControlReplies.WritePing(to, 1, "0.1.0", 12345);
        Assert.Equal("{\"ok\":true,\"result\":{\"pid\":1,\"version\":\"0.1.0\",\"uptime_ms\":12345}}\n", Encoding.UTF8.GetString(to.Span));
        var reply = ControlReply.Parse(to.Memory);
        Assert.Equal((true, 0, JsonValueKind.Object), (reply.Ok, reply.Code, reply.Result.ValueKind));
    }

    [Fact]
    public void Health_IsTheDocumentedLine()
    {
        var to = new ByteBuffer();
        ControlReplies.WriteHealth(to, new(true, true, [new(false, "api/0", "stopping")]));
        Assert.Equal(
            """{"ok":true,"result":{"live":true,"ready":false,"shutting_down":true,"workers":[{"worker":"api/0","ok":false,"status":"stopping"}]}}""" + "\n",
            Encoding.UTF8.GetString(to.Span));
    }

    static RequestRead Read(string text) => ControlProtocol.ReadRequest(Encoding.UTF8.GetBytes(text));
}
