using System.Buffers.Binary;
using System.Net;
using System.Text;
using Init.Linux.Interop;

namespace Init.Linux.Net;

/// <summary>Fills and reads struct sockaddr_in, sockaddr_in6 and sockaddr_un (ip(7), ipv6(7), unix(7)).</summary>
public static unsafe class Addresses
{
    /// <summary>A TCP address; returns the length for bind(2).</summary>
    public static uint Fill(Libc.sockaddr_storage* into, IPAddress address, int port)
    {
        *into = default;
        var bytes = address.GetAddressBytes();
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(into->rest, 2), (ushort)port);
        if (bytes.Length == 4)
        {
            into->ss_family = Libc.AF_INET;
            bytes.CopyTo(new Span<byte>(into->rest + 2, 4));
            return 16;
        }

        into->ss_family = Libc.AF_INET6;
        bytes.CopyTo(new Span<byte>(into->rest + 6, 16));
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(into->rest + 22, 4), (uint)address.ScopeId);
        return 28;
    }

    /// <summary>A unix path; returns the length, or 0 when the path is too long, or empty (which would name an abstract socket).</summary>
    public static uint Fill(Libc.sockaddr_storage* into, string path)
    {
        *into = default;
        var length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or >= Libc.UnixPathCapacity)
        {
            return 0;
        }

        into->ss_family = Libc.AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(into->rest, length));
        return (uint)(2 + length + 1);
    }

    /// <summary>The port of a bound TCP socket; 0 when it cannot be read.</summary>
    public static int PortOf(int fd)
    {
        Libc.sockaddr_storage address;
        uint length = 128;
        return Libc.getsockname(fd, &address, &length) == 0
            ? BinaryPrimitives.ReadUInt16BigEndian(new Span<byte>(address.rest, 2))
            : 0;
    }

    /// <summary>The port of the other end of a TCP connection; 0 when it cannot be read.</summary>
    public static int PortOfPeer(int fd)
    {
        Libc.sockaddr_storage address;
        uint length = 128;
        return Libc.getpeername(fd, &address, &length) == 0
            ? BinaryPrimitives.ReadUInt16BigEndian(new Span<byte>(address.rest, 2))
            : 0;
    }

    /// <summary>True when the peer of an accepted TCP connection is this machine's loopback.</summary>
    public static bool IsLoopbackPeer(int fd)
    {
        Libc.sockaddr_storage address;
        uint length = 128;
        if (Libc.getpeername(fd, &address, &length) != 0)
        {
            return false;
        }

        return address.ss_family == Libc.AF_INET
            ? address.rest[2] == 127
            : address.ss_family == Libc.AF_INET6 && IsLoopback(new IPAddress(new ReadOnlySpan<byte>(address.rest + 6, 16)));
    }

    static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
