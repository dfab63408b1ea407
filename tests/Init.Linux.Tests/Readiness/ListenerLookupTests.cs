using System.Net;
using System.Net.Sockets;
using System.Text;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Readiness;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Readiness;

/// <summary>The kernel's tables as text, and real processes that listen.</summary>
public sealed class ListenerLookupTests
{
    const string Tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
           1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 12346 1 0000000000000000 20 4 30 10 -1
           2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4294967295 1 0 100
           3: 0100007F:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 0 1 0000000000000000 100 0 0 10 0
           4: nonsense
           5: 0100007F:1F93 00000000:0000 0A
        """;

    const string Unix = """
        Num       RefCount Protocol Flags    Type St Inode Path
        0000000000000000: 00000002 00000000 00010000 0001 01 501 /run/a b.sock
        0000000000000000: 00000002 00000000 00010000 0001 01 502
        0000000000000000: 00000003 00000000 00000000 0001 03 503 /run/connected.sock
        0000000000000000: 00000002 00000000 00010000 0005 01 504 /run/packets.sock
        0000000000000000: 00000002 00000000 00000000 0002 01 505 @datagrams
        0000000000000000: 00000002 00000000 00010000 0001 01 506 /tmp/dotnet-diagnostic-7-1-socket
        """;

    [Fact]
    public void TcpTable_IsRead()
    {
        var table = new ListenerTable();
        Take(table, Tcp, isUnix: false);
        Assert.Equal([-1, 12345], table.Rows.Keys.Order());
        Assert.Equal((8080, 1000), (ListenerTable.PortOf(table.Rows[12345]), ListenerTable.OwnerOf(table.Rows[12345])));
        Assert.Equal((80, 0), (ListenerTable.PortOf(table.Rows[-1]), ListenerTable.OwnerOf(table.Rows[-1])));
        Assert.True(ListenerTable.IsFor(table.Rows[12345], 0));
        Assert.True(ListenerTable.IsFor(table.Rows[12345], 8080));
        Assert.False(ListenerTable.IsFor(table.Rows[12345], 80));
    }

    [Fact]
    public void UnixTable_IsRead()
    {
        var table = new ListenerTable();
        Take(table, Unix, isUnix: true);
        Assert.Equal([501, 502], table.Rows.Keys.Order());
        Assert.True(ListenerTable.IsFor(table.Rows[501], 0));
        Assert.False(ListenerTable.IsFor(table.Rows[501], 80));
        Assert.Equal(ListenerTable.NoOwner, ListenerTable.OwnerOf(table.Rows[501]));
    }

    [Fact]
    public void HalfLine_StaysForTheNextPiece()
    {
        var text = Encoding.ASCII.GetBytes(Tcp);
        var first = text.AsSpan().IndexOf((byte)'\n') + 1;
        Assert.Equal(first, new ListenerTable().Take(text.AsSpan(0, first + 40), isUnix: false));
    }

    [Theory]
    [InlineData("socket:[12345]", 12345)]
    [InlineData("socket:[4294967295]", -1)]
    [InlineData("pipe:[12345]", 0)]
    [InlineData("socket:[", 0)]
    [InlineData("socket:[12a]", 0)]
    [InlineData("/socket:[1]", 0)]
    [InlineData("", 0)]
    public void Link_IsRead(string link, int inode) => Assert.Equal(inode, ListenerLookup.InodeOf(Encoding.ASCII.GetBytes(link)));

    [Theory]
    [InlineData("Name:\tx\nUid:\t0\t1000\t0\t0\nGid:\t1\t2\t3\t4\n", 1000)]
    [InlineData("Name:\tx\nUid:\t0\n", -1)]
    [InlineData("", -1)]
    public void Uid_IsRead(string status, int uid) => Assert.Equal(uid, ListenerLookup.UidOf(status));

    [Theory]
    [InlineData("CapPrm:\t0000000000000000\nCapEff:\t0000000000080000\n", true)]
    [InlineData("CapEff:\t00000000a80425fb\n", false)] // docker's default
    [InlineData("CapEff:\t000001ffffffffff\n", true)]
    [InlineData("", false)]
    public void Capability_IsRead(string status, bool seesAll) => Assert.Equal(seesAll, ListenerLookup.MaySeeAll(status));

    [Fact]
    public void Listener_IsSeen_OfTheTreeOnly()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var other = Child.Shell("echo ready; exec sleep 1000");
        Assert.Equal("ready", other.ReadLine());
        var lookup = new ListenerLookup();
        Assert.Equal([Environment.ProcessId], Found(lookup, new ListenerQuestion(new WorkerId("self", 0), 1, Environment.ProcessId, port), Question(other.Pid), Question(999_999_999)));
        Assert.Empty(Found(lookup, new ListenerQuestion(new WorkerId("self", 0), 1, Environment.ProcessId, port == 1 ? 2 : 1)));
    }

    /// <summary>A table of several pieces: rows before, within and after the first 64 KiB are all seen.</summary>
    [Fact]
    public void ManyListeners_AreAllSeen()
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < 900; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                socket.Listen();
            }

            var table = new ListenerTable();
            table.Read("/proc/net");
            var ports = table.Rows.Values.Select(ListenerTable.PortOf).ToHashSet();
            Assert.All(sockets, socket => Assert.Contains(((IPEndPoint)socket.LocalEndPoint!).Port, ports));
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    static IEnumerable<int> Found(ListenerLookup lookup, params ListenerQuestion[] questions) => lookup.Look([.. questions]).Select(static found => found.Pid);

    static ListenerQuestion Question(int pid) => new(new WorkerId("app", 0), 1, pid, 0);

    static void Take(ListenerTable table, string text, bool isUnix)
    {
        var bytes = Encoding.ASCII.GetBytes(text + "\n");
        Assert.Equal(bytes.Length, table.Take(bytes, isUnix));
    }
}
