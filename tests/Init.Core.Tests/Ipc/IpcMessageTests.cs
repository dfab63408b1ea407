using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Init.Core.Ipc;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Ipc;

/// <summary>What a message over Node's channel is to us, and that nothing else is taken for it.</summary>
public sealed class IpcMessageTests
{
    [Theory]
    [InlineData("\"ready\"", IpcMessageKind.Ready)]
    [InlineData(" \"ready\" \r", IpcMessageKind.Ready)]
    [InlineData("ready", IpcMessageKind.Other)]
    [InlineData("\"Ready\"", IpcMessageKind.Other)]
    [InlineData("\"ready", IpcMessageKind.Other)]
    [InlineData("\"ready\"x", IpcMessageKind.Other)]
    [InlineData("\"already\"", IpcMessageKind.Other)]
    [InlineData("[\"ready\"]", IpcMessageKind.Other)]
    [InlineData("{\"type\":\"ready\"}", IpcMessageKind.Other)]
    [InlineData("", IpcMessageKind.Other)]
    [InlineData("  ", IpcMessageKind.Other)]
    [InlineData("42", IpcMessageKind.Other)]
    [InlineData("null", IpcMessageKind.Other)]
    [InlineData("{", IpcMessageKind.Other)]
    [InlineData("{\"", IpcMessageKind.Other)]
    [InlineData("{\"cmd\"", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"NODE_HANDLE", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"NODE_PMINIT_LOADED\"}", IpcMessageKind.Preloaded)]
    [InlineData("{\"cmd\":\"NODE_PMINIT\"}", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"NODE_HANDLE\"", IpcMessageKind.Handle)]
    [InlineData("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"a\":[1]}}", IpcMessageKind.Handle)]
    [InlineData("{ \"type\" : \"net.Native\", \"list\": [\"}\", {\"cmd\":\"x\"}], \"cmd\" : \"NODE_HANDLE\" }", IpcMessageKind.Handle)]
    [InlineData("{\"a\":\"\\\"cmd\\\":\",\"cmd\":\"NODE_HANDLE\"}", IpcMessageKind.Handle)]
    [InlineData("{\"cmd\":\"NODE_HANDLE_ACK\"}", IpcMessageKind.HandleReceived)]
    [InlineData("{\"cmd\":\"NODE_HANDLE_NACK\"}", IpcMessageKind.HandleLost)]
    [InlineData("{\"cmd\":\"NODE_HANDLE_WHAT\"}", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"online\",\"seq\":0}", IpcMessageKind.Cluster)]
    [InlineData("{\"cmd\":\"NODE_CLUSTERS\"}", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":\"node_handle\"}", IpcMessageKind.Other)]
    [InlineData("{\"cmd\":[\"NODE_HANDLE\"]}", IpcMessageKind.Other)]
    [InlineData("{\"msg\":{\"cmd\":\"NODE_HANDLE\"}}", IpcMessageKind.Other)]
    [InlineData("{\"a\":\"cmd\",\"b\":\"NODE_HANDLE\"}", IpcMessageKind.Other)]
    [InlineData("{\"type\":\"axm:monitor\",\"data\":{\"cmd\":\"NODE_HANDLE\"}}", IpcMessageKind.Other)]
    [InlineData("[{\"cmd\":\"NODE_HANDLE\"}]", IpcMessageKind.Other)]
    [InlineData("}}}\"cmd\":\"NODE_HANDLE\"", IpcMessageKind.Other)]
    public void Message_IsKnown(string message, IpcMessageKind expected) => Assert.Equal(expected, IpcMessage.KindOf(Encoding.UTF8.GetBytes(message)));

    /// <summary>The library is the oracle; two members of one name are left out, which JSON leaves open.</summary>
    [Fact]
    public void Handle_IsSeen_WhereAParserSeesIt()
    {
        var random = new Lcg(11);
        var seen = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var value = AnyObject(random, 3);
            var text = value.ToJsonString(new JsonSerializerOptions { WriteIndented = false, Encoder = random.Below(2) == 0 ? null : System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            var isHandle = value["cmd"] is JsonValue cmd && cmd.TryGetValue<string>(out var word) && word == "NODE_HANDLE";
            seen += isHandle ? 1 : 0;
            Assert.True(isHandle == (IpcMessage.KindOf(Encoding.UTF8.GetBytes(text)) == IpcMessageKind.Handle), text);
        }

        Assert.InRange(seen, 500, int.MaxValue);
    }

    [Fact]
    public void Garbage_IsTolerated()
    {
        var random = new Lcg(13);
        var alphabet = "{}[]:,\"\\cmd NODE_HANDLE\"ready\"\0\xff"u8.ToArray();
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = new byte[random.Below(40)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = alphabet[random.Below(alphabet.Length)];
            }

            _ = IpcMessage.KindOf(bytes);
        }
    }

    [Fact]
    public void OurMessages_AreJsonLines()
    {
        Assert.Equal("shutdown", JsonNode.Parse(Line(IpcMessage.Shutdown))!.GetValue<string>());
        Assert.Equal("NODE_HANDLE_ACK", JsonNode.Parse(Line(IpcMessage.HandleReceived))!["cmd"]!.GetValue<string>());
    }

    static string Line(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text;
    }

    static JsonObject AnyObject(Lcg random, int depth)
    {
        string[] words = ["cmd", "NODE_HANDLE", "a\"b", "\\", "type", "cmd\"", "é", "{", "}"];
        var made = new JsonObject();
        for (var i = random.Below(4); i > 0; i--)
        {
            made[words[random.Below(2) == 0 ? 0 : random.Below(words.Length)]] = random.Below(depth > 0 ? 4 : 2) switch
            {
                0 => words[1],
                1 => words[random.Below(words.Length)],
                2 => AnyObject(random, depth - 1),
                _ => new JsonArray(AnyObject(random, depth - 1), words[random.Below(words.Length)]),
            };
        }

        return made;
    }
}
