using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Init.Core.Cluster;
using Init.Core.Ipc;
using Init.Core.Logging;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Cluster;

/// <summary>What Node's workers say to their primary, and what is said to them. The texts are Node's own.</summary>
public sealed class ClusterMessageTests
{
    const string Tcp = """{"cmd":"NODE_CLUSTER","act":"queryServer","index":0,"data":null,"address":null,"port":3000,"addressType":4,"backlog":false,"seq":1}""";

    [Theory]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"online","seq":0}""", ClusterAct.Online, 0)]
    [InlineData(Tcp, ClusterAct.QueryServer, 1)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"listening","index":0,"data":null,"address":null,"port":3000,"addressType":4,"seq":2}""", ClusterAct.Listening, 2)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"close","key":"null:3000:4::","seq":3}""", ClusterAct.Close, 3)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"exitedAfterDisconnect","seq":4}""", ClusterAct.ExitedAfterDisconnect, 4)]
    [InlineData("""{"cmd":"NODE_CLUSTER","ack":7,"accepted":true,"seq":5}""", ClusterAct.Reply, 5)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"suicide","seq":6}""", ClusterAct.Unknown, 6)]
    [InlineData("""{"cmd":"NODE_CLUSTER"}""", ClusterAct.Unknown, -1)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"online","seq":1e3}""", ClusterAct.Online, -1)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"online","seq":9007199254740993000}""", ClusterAct.Online, -1)]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"online","seq":"1"}""", ClusterAct.Online, -1)]
    public void Message_IsRead(string text, ClusterAct act, long seq)
    {
        Assert.Equal(IpcMessageKind.Cluster, IpcMessage.KindOf(Encoding.UTF8.GetBytes(text)));
        var message = ClusterMessage.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(act, message.Act);
        Assert.Equal(seq, message.Seq);
    }

    [Theory]
    [InlineData("""{"cmd":"NODE_CLUSTER","ack":7,"accepted":true}""", 7, true)]
    [InlineData("""{"cmd":"NODE_CLUSTER","ack":8,"accepted":false}""", 8, false)]
    [InlineData("""{"cmd":"NODE_CLUSTER","ack":9}""", 9, false)]
    public void Reply_TellsWhetherTheConnectionIsTaken(string text, long ack, bool isAccepted)
    {
        var message = ClusterMessage.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal((ack, isAccepted), (message.Ack, message.IsAccepted));
    }

    [Theory]
    [InlineData(Tcp, "Tcp4 *:3000 511")]
    [InlineData("""{"address":"127.0.0.1","port":80,"addressType":4,"backlog":4096,"index":0}""", "Tcp4 127.0.0.1:80 4096")]
    [InlineData("""{"address":"::1","port":80,"addressType":6,"flags":1,"fd":null,"index":0}""", "Tcp6 [::1]:80 511 only")]
    [InlineData("""{"address":"/run/a \"b\"\\\u00e9.sock","port":-1,"addressType":-1,"readableAll":true,"writableAll":true,"index":0}""", "Unix /run/a \"b\"\\é.sock 511 r w")]
    [InlineData("""{"address":"0.0.0.0","port":53,"addressType":"udp4","fd":-1,"flags":4,"index":0}""", "Udp4 udp 0.0.0.0:53 511 reuse")]
    [InlineData("""{"address":"::","port":0,"addressType":"udp6","fd":-1,"flags":1,"index":0}""", "Udp6 udp [::]:0 511 only")]
    public void Query_SaysWhatToOpen(string text, string expected)
    {
        var address = Query(text)!.Address;
        Assert.Equal(expected, $"{address.Kind} {address} {address.Backlog}" + (address.IsIpv6Only ? " only" : "") + (address.ReuseAddress ? " reuse" : "")
            + (address.ReadableAll ? " r" : "") + (address.WritableAll ? " w" : ""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"address":5,"port":80,"addressType":4,"index":0}""")]
    [InlineData("""{"address":"\u00g0","port":80,"addressType":4,"index":0}""")]
    [InlineData("""{"address":"a\\","port":80,"addressType":4}""")]
    [InlineData("""{"address":null,"port":65536,"addressType":4,"index":0}""")]
    [InlineData("""{"address":null,"port":-1,"addressType":4,"index":0}""")]
    [InlineData("""{"address":null,"port":80,"addressType":5,"index":0}""")]
    [InlineData("""{"address":null,"port":80,"addressType":4,"index":-1}""")]
    [InlineData("""{"address":null,"port":-1,"addressType":-1,"index":0}""")]
    [InlineData("""{"address":"/a\u0000b","port":-1,"addressType":-1,"index":0}""")]
    [InlineData("""{"address":null,"port":null,"addressType":4,"fd":5,"index":0}""")]
    public void Query_WithoutSense_IsNone(string text) => Assert.Null(Query(text));

    [Fact]
    public void Descriptor_OfThePrimary_IsSeen()
    {
        Assert.True(ServerQuery.IsForDescriptor(ClusterMessage.Read("""{"address":null,"port":null,"addressType":null,"fd":5,"index":0}"""u8)));
        Assert.False(ServerQuery.IsForDescriptor(ClusterMessage.Read("""{"address":null,"port":80,"addressType":4,"fd":-1,"index":0}"""u8)));
        Assert.False(ServerQuery.IsForDescriptor(ClusterMessage.Read("""{"address":null,"port":80,"addressType":4,"index":0}"""u8)));
    }

    [Fact]
    public void Key_IsTheAddress_AndTheNumberOfTheServerOnlyForPortZero()
    {
        string Key(string address, int port, int index, string type = "4", int flags = 0) =>
            Query($$"""{"address":{{address}},"port":{{port}},"addressType":{{type}},"index":{{index}},"flags":{{flags}}}""")!.Key;

        Assert.Equal(Key("null", 80, 0), Key("null", 80, 1));
        Assert.Equal(Key("null", 0, 1), Key("null", 0, 1));
        Assert.NotEqual(Key("null", 0, 0), Key("null", 0, 1));
        Assert.NotEqual(Key("null", 80, 0), Key("null", 81, 0));
        Assert.NotEqual(Key("null", 80, 0), Key("\"0.0.0.0\"", 80, 0));
        Assert.NotEqual(Key("\"::\"", 80, 0, "6"), Key("\"::\"", 80, 0, "\"udp6\""));
        Assert.NotEqual(Key("\"::\"", 80, 0, "6"), Key("\"::\"", 80, 0, "6", flags: 1));
    }

    [Theory]
    [InlineData("""{"address":null,"port":80,"addressType":4,"index":0}""", """{"address":null,"port":80,"addressType":4,"index":0}""", true)]
    [InlineData("""{"address":null,"port":80,"addressType":4,"index":0}""", """{"address":null,"port":81,"addressType":4,"index":0}""", false)]
    [InlineData("""{"address":null,"port":80,"addressType":4,"index":0}""", """{"address":null,"port":80,"addressType":4,"index":1}""", false)]
    [InlineData("""{"address":null,"port":80,"addressType":4,"index":0}""", """{"address":"::1","port":80,"addressType":4,"index":0}""", false)]
    [InlineData("""{"address":null,"port":0,"addressType":4,"index":0}""", """{"address":null,"port":4000,"addressType":4,"index":0}""", true)]
    [InlineData("""{"address":null,"port":0,"addressType":4,"index":0}""", """{"address":null,"port":4001,"addressType":4,"index":0}""", false)]
    [InlineData("""{"address":"/a","port":-1,"addressType":-1,"index":0}""", """{"address":"/a","port":-1,"addressType":-1,"index":0}""", true)]
    public void Listening_IsOfTheServerThatAsked(string query, string listening, bool expected) =>
        Assert.Equal(expected, Query(query)!.IsOf(ClusterMessage.Read(Encoding.UTF8.GetBytes(listening)), 4000));

    [Fact]
    public void OurMessages_AreWhatNodeReads()
    {
        Assert.Equal("""{"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_CLUSTER","ack":3,"errno":0,"key":"a\"b:0","data":{"ticketKeys":"00"},"seq":4}}""",
            Written(to => ClusterWriter.Server(to, 3, 4, "a\"b:0", 0, """{"ticketKeys":"00"}"""u8, PassedSocket.Stream)));
        Assert.Equal("""{"cmd":"NODE_HANDLE","type":"dgram.Native","msg":{"cmd":"NODE_CLUSTER","ack":3,"errno":0,"key":"k","data":null,"seq":4}}""",
            Written(to => ClusterWriter.Server(to, 3, 4, "k", 0, default, PassedSocket.Datagram)));
        Assert.Equal("""{"cmd":"NODE_CLUSTER","ack":3,"errno":-98,"key":"k","data":{"x":1},"seq":4}""",
            Written(to => ClusterWriter.Server(to, 3, 4, "k", 98, """{"x":1}"""u8)));
        Assert.Equal("""{"cmd":"NODE_CLUSTER","ack":3,"errno":0,"key":"k","data":null,"sockname":{"address":"::","family":"IPv6","port":80},"seq":4}""",
            Written(to =>
            {
                var name = new ByteBuffer();
                ClusterWriter.Name(name, "::", 80);
                ClusterWriter.Server(to, 3, 4, "k", 0, default, PassedSocket.None, name.Span);
            }));
        Assert.Equal("""{"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_CLUSTER","act":"newconn","key":"k","seq":9}}""", Written(to => ClusterWriter.NewConnection(to, 9, "k")));
        Assert.Equal("""{"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_PMINIT_CHECK","place":80,"seq":9}}""", Written(to => ClusterWriter.Check(to, 9, null, 80)));
        Assert.Equal("""{"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_PMINIT_CHECK","place":"/a\"b","seq":9}}""", Written(to => ClusterWriter.Check(to, 9, "/a\"b", 0)));
        Assert.Equal("""{"cmd":"NODE_CLUSTER","act":"disconnect","seq":2}""", Written(to => ClusterWriter.Disconnect(to, 2)));
        Assert.Equal("""{"cmd":"NODE_CLUSTER","ack":1,"seq":2}""", Written(to => ClusterWriter.Heard(to, 1, 2)));
    }

    /// <summary>The library is the oracle for texts and numbers of members.</summary>
    [Fact]
    public void Members_AreWhatAParserSees()
    {
        var random = new Lcg(17);
        string[] texts = ["", "a", "\"", "\\", "é", "\n\t\r\b\f/", "\u0001", "😀", "}{][,:"];
        for (var round = 0; round < 5_000; round++)
        {
            var made = new JsonObject();
            for (var i = random.Below(6); i > 0; i--)
            {
                made["m" + random.Below(9)] = random.Below(5) switch
                {
                    0 => texts[random.Below(texts.Length)],
                    1 => random.Below(100_000) - 50_000,
                    2 => new JsonArray(texts[random.Below(texts.Length)], new JsonObject { ["m1"] = "x" }),
                    3 => null,
                    _ => random.Below(2) == 0,
                };
            }

            var text = made.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
            var members = new JsonMembers(Encoding.UTF8.GetBytes(text));
            var seen = 0;
            while (members.Next())
            {
                var expected = made[Encoding.UTF8.GetString(members.Name)];
                Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(members.Value)), text);
                if (expected is JsonValue value && value.TryGetValue<string>(out var word))
                {
                    Assert.Equal(word, JsonMembers.Text(members.Value));
                }
                else if (expected is JsonValue other && other.TryGetValue<int>(out var number))
                {
                    Assert.Equal(number, JsonMembers.Whole(members.Value, long.MinValue));
                }

                seen++;
            }

            Assert.Equal(made.Count, seen);
        }
    }

    [Fact]
    public void Garbage_IsTolerated()
    {
        var random = new Lcg(19);
        var alphabet = "{}[]:,\"\\u00seq act ack index key fd port -19\"queryServer\"\0\xff"u8.ToArray();
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = new byte[random.Below(40) + 1];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = alphabet[random.Below(alphabet.Length)];
            }

            bytes[0] = (byte)'{';
            var message = ClusterMessage.Read(bytes);
            _ = ServerQuery.Read(message);
            _ = JsonMembers.Text(message.Key);
        }
    }

    static ServerQuery? Query(string text) => ServerQuery.Read(ClusterMessage.Read(Encoding.UTF8.GetBytes(text)));

    static string Written(Action<ByteBuffer> write)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        var text = Encoding.UTF8.GetString(buffer.Span);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        _ = JsonNode.Parse(text);
        return text[..^1];
    }
}
