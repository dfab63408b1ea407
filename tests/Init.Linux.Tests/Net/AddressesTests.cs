using System.Net;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Tests.Net;

/// <summary>Bytes at the offsets that AbiTests proves.</summary>
public unsafe class AddressesTests
{
    [Fact]
    public void IPv4_IsLaidOutAsTheKernelReadsIt()
    {
        Libc.sockaddr_storage address;
        Assert.Equal(16U, Addresses.Fill(&address, IPAddress.Parse("10.1.2.3"), 0x1234));
        Assert.Equal(Libc.AF_INET, address.ss_family);
        Assert.Equal([0x12, 0x34, 10, 1, 2, 3, 0, 0], new Span<byte>(address.rest, 8).ToArray());
    }

    [Fact]
    public void IPv6_IsLaidOutAsTheKernelReadsIt()
    {
        Libc.sockaddr_storage address;
        var host = IPAddress.Parse("fe80::1:2%7");
        Assert.Equal(28U, Addresses.Fill(&address, host, 0x1234));
        Assert.Equal(Libc.AF_INET6, address.ss_family);
        byte[] expected = [0x12, 0x34, 0, 0, 0, 0, .. host.GetAddressBytes(), 7, 0, 0, 0];
        Assert.Equal(expected, new Span<byte>(address.rest, 26).ToArray());
    }

    [Theory]
    [InlineData("/run/x", 9)]
    [InlineData("/ž", 6)]
    public void UnixPath_IsCountedInBytesWithItsNul(string path, uint length)
    {
        Libc.sockaddr_storage address;
        new Span<byte>(&address, 128).Fill(0xff);
        Assert.Equal(length, Addresses.Fill(&address, path));
        Assert.Equal(Libc.AF_UNIX, address.ss_family);
        Assert.Equal(0, address.rest[length - 3]);
        Assert.NotEqual(0, address.rest[length - 4]);
    }
}
