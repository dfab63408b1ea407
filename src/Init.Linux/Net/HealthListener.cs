using System.Net;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Net;

/// <summary>Binds the probe address. Every address of both families by default; IPv4 alone where the kernel has no IPv6.</summary>
public static unsafe class HealthListener
{
    const int Backlog = 64;

    /// <summary>Binds and listens.</summary>
    /// <param name="settings">Host must be a numeric address or null.</param>
    /// <param name="port">The port that was bound.</param>
    /// <param name="errno">Why it failed; 0 otherwise.</param>
    /// <returns>The listening socket, or null.</returns>
    public static Fd? TryListen(HealthSettings settings, out int port, out int errno)
    {
        var fd = settings.Host is null
            ? TryBind(IPAddress.IPv6Any, settings.Port, dualStack: true, out errno)
            : TryBind(IPAddress.Parse(settings.Host), settings.Port, dualStack: false, out errno);
        if (fd is null && settings.Host is null && errno is not (Libc.EADDRINUSE or Libc.EACCES))
        {
            fd = TryBind(IPAddress.Any, settings.Port, dualStack: false, out errno);
        }

        port = fd is null ? 0 : Addresses.PortOf(fd.Number);
        return fd;
    }

    static Fd? TryBind(IPAddress address, int port, bool dualStack, out int errno)
    {
        errno = 0;
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, address, port);
        var number = Libc.socket(name.ss_family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (number < 0)
        {
            errno = Libc.Errno;
            return null;
        }

        var fd = new Fd(number);
        int on = 1, off = 0;
        _ = Libc.setsockopt(number, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, &on, sizeof(int));
        if (dualStack && Libc.setsockopt(number, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, &off, sizeof(int)) != 0)
        {
            errno = Libc.Errno;
        }
        else if (Libc.bind(number, &name, length) != 0 || Libc.listen(number, Backlog) != 0)
        {
            errno = Libc.Errno;
        }

        if (errno == 0)
        {
            return fd;
        }

        fd.Dispose();
        return null;
    }
}
