using Init.Core.Cluster;

namespace Init.Core.Tests.Cluster;

public class ListenAddressTests
{
    [Theory]
    [InlineData(ListenKind.Tcp4, "", "*:3000")]
    [InlineData(ListenKind.Tcp4, "127.0.0.1", "127.0.0.1:3000")]
    [InlineData(ListenKind.Tcp6, "::1", "[::1]:3000")]
    [InlineData(ListenKind.Udp4, "127.0.0.1", "udp 127.0.0.1:3000")]
    [InlineData(ListenKind.Unix, "/run/api.sock", "/run/api.sock")]
    public void Text_IsWhatPeopleWrite(ListenKind kind, string address, string text) =>
        Assert.Equal(text, new ListenAddress { Kind = kind, Address = address, Port = 3000 }.ToString());

    [Theory]
    [InlineData(0, 511)]
    [InlineData(5, 511)]
    [InlineData(1024, 1024)]
    public void Queue_IsNeverShort(int asked, int expected) =>
        Assert.Equal(expected, new ListenAddress { Kind = ListenKind.Tcp4, Backlog = asked }.Backlog);
}
