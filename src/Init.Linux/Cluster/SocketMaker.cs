using System.Net;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Cluster;

/// <summary>Makes sockets and binds them, without an exception: what goes wrong here is an answer to a worker. Nothing listens yet.</summary>
static unsafe class SocketMaker
{
    /// <summary>The first socket of an address, which is no path (<see cref="UnixPath"/>).</summary>
    /// <param name="address">As it was asked for.</param>
    /// <param name="errno">Why there is none; else 0.</param>
    /// <param name="bound">As it has become: with its real port, and what a wildcard has turned into.</param>
    public static Fd? Bind(ListenAddress address, out int errno, out ListenAddress bound)
    {
        bound = address;
        if (address.Address.Length > 0)
        {
            errno = Libc.EINVAL;
            return IPAddress.TryParse(address.Address, out var literal) ? Bind(address, literal, joins: false, out errno, out bound) : null;
        }

        Fd? fd = null;
        errno = Libc.EAFNOSUPPORT;
        if (address.Kind != ListenKind.Udp4)
        {
            fd = Bind(address, IPAddress.IPv6Any, joins: false, out errno, out bound);
        }

        // A machine without IPv6 says so in several ways; taken and forbidden are no such way.
        return fd is null && address.Kind != ListenKind.Udp6 && !address.IsIpv6Only && errno is not (Libc.EADDRINUSE or Libc.EACCES or Libc.EMFILE or Libc.ENFILE)
            ? Bind(address, IPAddress.Any, joins: false, out errno, out bound)
            : fd;
    }

    /// <summary>One more socket for an address that is bound already: it joins the group (SO_REUSEPORT).</summary>
    public static Fd? Join(ListenAddress bound, out int errno) => Bind(bound, IPAddress.Parse(bound.Address), joins: true, out errno, out _);

    /// <summary>
    /// To its address, after a shutdown. A socket whose port the kernel chose has lost it then, and listen(2) would choose another one. One whose port was
    /// named has it still (EINVAL), and what else may be wrong listen(2) says too.
    /// </summary>
    public static void BindAgain(Fd fd, ListenAddress bound)
    {
        if (bound.IsTcp)
        {
            Libc.sockaddr_storage name;
            var length = Addresses.Fill(&name, IPAddress.Parse(bound.Address), bound.Port);
            _ = Libc.bind(fd.Number, &name, length);
        }
    }

    /// <summary>Sets an option that is a number; false when the kernel refuses, and errno says why.</summary>
    public static bool Set(Fd fd, int level, int option, int value) => Libc.setsockopt(fd.Number, level, option, &value, sizeof(int)) == 0;

    static Fd? Bind(ListenAddress address, IPAddress host, bool joins, out int errno, out ListenAddress bound)
    {
        errno = 0;
        bound = address;
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, host, address.Port);
        var type = address.IsUdp ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM;
        var number = Libc.socket(name.ss_family, type | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (number < 0)
        {
            errno = Libc.Errno;
            return null;
        }

        var fd = new Fd(number);
        if ((!(address.IsTcp || address.ReuseAddress) || Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1))
            && (!joins || Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1))
            && (name.ss_family != Libc.AF_INET6 || Set(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, address.IsIpv6Only ? 1 : 0))
            && Libc.bind(number, &name, length) == 0)
        {
            bound = address with { Kind = KindOf(address.IsUdp, name.ss_family), Address = host.ToString(), Port = Addresses.PortOf(number) };
            return fd;
        }

        errno = Libc.Errno;
        fd.Dispose();
        return null;
    }

    static ListenKind KindOf(bool isUdp, int family) => family == Libc.AF_INET6
        ? isUdp ? ListenKind.Udp6 : ListenKind.Tcp6
        : isUdp ? ListenKind.Udp4 : ListenKind.Tcp4;
}
