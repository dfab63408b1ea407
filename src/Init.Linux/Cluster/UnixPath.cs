using System.Globalization;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Cluster;

/// <summary>
/// The file of a unix socket: made by bind(2), and nobody's work to remove. One that is left over from before is replaced, one that is used is not.
/// What goes wrong without care: the path is a worker's, who may let it lead elsewhere from one system call to the next, while we may be root. So the folder is opened once, all
/// looks and removals are in that one, and only a socket is removed. bind(2) alone goes by the path, since everybody is shown what it was given: what it can do at worst is make a socket.
/// </summary>
sealed unsafe class UnixPath : IDisposable
{
    readonly Fd _folder;
    readonly string _name;

    UnixPath(Fd folder, string name) => (_folder, _name) = (folder, name);

    /// <summary>What tells this file from another one that somebody puts in its place later (inodes are used again); 0 when it is not known.</summary>
    public ulong Identity { get; private set; }

    /// <summary>Binds a stream socket to its path.</summary>
    /// <param name="address">The path, and its mode.</param>
    /// <param name="errno">Why there is no socket; else 0.</param>
    /// <param name="path">Its file; null when there is no socket.</param>
    public static Fd? Bind(ListenAddress address, out int errno, out UnixPath? path)
    {
        path = null;
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

        var fd = new Fd(number);
        path = Open(address.Address, out errno);
        if (path is not null)
        {
            errno = path.Bind(number, &name, length, address);
            if (errno == 0)
            {
                return fd;
            }

            path.Dispose();
            path = null;
        }

        fd.Dispose();
        return null;
    }

    /// <summary>Of the socket that a path leads to now; 0 when there is none.</summary>
    public static ulong IdentityAt(string path) => Look(Libc.AT_FDCWD, path, out _);

    /// <summary>Removes the file if it is still the same one.</summary>
    public void Remove()
    {
        if (Identity != 0 && Look(_folder.Number, _name, out _) == Identity)
        {
            _ = TryUnlink(); // the folder may be read-only by now: the next start finds a stale socket and replaces it
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>The slash stays with the folder: what is none is refused.</summary>
    static UnixPath? Open(string path, out int errno)
    {
        var slash = path.LastIndexOf('/');
        using var folder = new Utf8z(slash < 0 ? "." : path[..(slash + 1)]);
        var number = Libc.open(folder.Pointer, Libc.O_PATH | Libc.O_CLOEXEC, 0);
        errno = number < 0 ? Libc.Errno : 0;
        return number < 0 ? null : new UnixPath(new Fd(number), path[(slash + 1)..]);
    }

    /// <returns>0, or the error number.</returns>
    int Bind(int fd, Libc.sockaddr_storage* name, uint length, ListenAddress address)
    {
        // A name that was taken, while bind(2) succeeds, is not of the file that it has made: the path has led elsewhere.
        _ = Look(_folder.Number, _name, out var before);
        var errno = Make(fd, name, length, address);
        if (errno == Libc.EADDRINUSE && IsStale() && TryUnlink())
        {
            before = Libc.ENOENT;
            errno = Make(fd, name, length, address);
        }

        Identity = errno == 0 && before == Libc.ENOENT ? Look(_folder.Number, _name, out _) : 0;
        return errno;
    }

    /// <summary>The mode comes from the umask, so that there is no moment with another one. libuv leaves it to the umask too, and adds what was asked for.</summary>
    static int Make(int fd, Libc.sockaddr_storage* name, uint length, ListenAddress address)
    {
        var before = Libc.umask(0);
        _ = Libc.umask(before & ~((address.ReadableAll ? 0x124u : 0) | (address.WritableAll ? 0x92u : 0))); // 0444, 0222
        var errno = Libc.bind(fd, name, length) == 0 ? 0 : Libc.Errno;
        _ = Libc.umask(before);
        return errno;
    }

    /// <summary>
    /// A socket on which nobody listens. Any other answer (also: a full queue, no permission) has an owner. connect(2) knows no folders; without /proc, or with
    /// a name too long for that way, nobody knows, and the file stays.
    /// </summary>
    bool IsStale()
    {
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_folder.Number}/{_name}"));
        if (length == 0 || Look(_folder.Number, _name, out _) == 0)
        {
            return false;
        }

        var number = Socket(out _);
        if (number < 0)
        {
            return false;
        }

        using var fd = new Fd(number);
        return Libc.connect(number, &name, length) != 0 && Libc.Errno == Libc.ECONNREFUSED;
    }

    bool TryUnlink()
    {
        using var name = new Utf8z(_name);
        return Libc.unlinkat(_folder.Number, name.Pointer, 0) == 0;
    }

    /// <summary>Identity of a socket; 0 when it cannot be read, or is none.</summary>
    static ulong Look(int folder, string path, out int errno)
    {
        using var name = new Utf8z(path);
        Libc.statx_t status;
        errno = Libc.statx(folder, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0 ? 0 : Libc.Errno;
        return errno == 0 && (status.stx_mode & Libc.S_IFMT) == Libc.S_IFSOCK
            ? (status.stx_ino << 32) ^ ((ulong)status.stx_mtime.tv_sec * 1_000_000_000) ^ status.stx_mtime.tv_nsec
            : 0;
    }

    static int Socket(out int errno)
    {
        var number = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        errno = number < 0 ? Libc.Errno : 0;
        return number;
    }
}
