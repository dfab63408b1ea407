using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Cluster;

/// <summary>The file of a unix socket: made by bind(2), and nobody's work to remove. One that is left over from before is replaced, one that is used is not.</summary>
static unsafe class UnixPath
{
    /// <summary>Binds a stream socket to its path.</summary>
    public static Fd? Bind(ListenAddress address, out int errno)
    {
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, address.Address);
        if (length == 0 || address.Address.Contains('\0', StringComparison.Ordinal))
        {
            errno = address.Address.Length == 0 || length != 0 ? Libc.EINVAL : Libc.ENAMETOOLONG;
            return null;
        }

        var number = Socket(out errno);
        if (number < 0)
        {
            return null;
        }

        errno = Bind(number, &name, length, address);
        if (errno == Libc.EADDRINUSE && IsStale(address.Address, &name, length) && TryUnlink(address.Address))
        {
            errno = Bind(number, &name, length, address);
        }

        var fd = new Fd(number);
        if (errno == 0)
        {
            return fd;
        }

        fd.Dispose();
        return null;
    }

    /// <summary>What tells this file from another one that somebody puts in its place later (inodes are used again); 0 when it cannot be read.</summary>
    public static ulong Identity(string path)
    {
        using var name = new Utf8z(path);
        Libc.statx_t status;
        return Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & Libc.S_IFMT) == Libc.S_IFSOCK
            ? (status.stx_ino << 32) ^ ((ulong)status.stx_mtime.tv_sec * 1_000_000_000) ^ status.stx_mtime.tv_nsec
            : 0;
    }

    /// <summary>Removes the file if it is still the same one.</summary>
    public static void Remove(string path, ulong identity)
    {
        if (identity != 0 && Identity(path) == identity)
        {
            _ = TryUnlink(path); // the folder may be read-only by now: the next start finds a stale socket and replaces it
        }
    }

    /// <summary>The mode comes from the umask, so that there is no moment with another one. libuv leaves it to the umask too, and adds what was asked for.</summary>
    static int Bind(int fd, Libc.sockaddr_storage* name, uint length, ListenAddress address)
    {
        var before = Libc.umask(0);
        _ = Libc.umask(before & ~((address.ReadableAll ? 0x124u : 0) | (address.WritableAll ? 0x92u : 0))); // 0444, 0222
        var errno = Libc.bind(fd, name, length) == 0 ? 0 : Libc.Errno;
        _ = Libc.umask(before);
        return errno;
    }

    /// <summary>A socket on which nobody listens. Any other answer (also: a full queue, no permission) has an owner.</summary>
    static bool IsStale(string path, Libc.sockaddr_storage* name, uint length)
    {
        if (Identity(path) == 0)
        {
            return false;
        }

        var number = Socket(out _);
        if (number < 0)
        {
            return false;
        }

        using var fd = new Fd(number);
        return Libc.connect(number, name, length) != 0 && Libc.Errno == Libc.ECONNREFUSED;
    }

    static bool TryUnlink(string path)
    {
        using var name = new Utf8z(path);
        return Libc.unlink(name.Pointer) == 0;
    }

    static int Socket(out int errno)
    {
        var number = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        errno = number < 0 ? Libc.Errno : 0;
        return number;
    }
}
