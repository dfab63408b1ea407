using Init.Linux.Interop;

namespace Init.Linux.Net;

/// <summary>
/// Where the control socket is, on both sides. Mode 0600; each side checks the other's uid (SO_PEERCRED): root or its own. In a folder
/// that others can write to, only a name that is ours is used and nothing found there is trusted: a stale socket is replaced only
/// if it belongs to us and nobody answers on it.
/// </summary>
public static unsafe class ControlSocket
{
    const int Backlog = 16;

    /// <summary>Paths to try, in order. An explicit path is the only one.</summary>
    /// <param name="explicitPath">From option, `PMINIT_SOCKET` or the file; null for the defaults.</param>
    public static IReadOnlyList<string> Candidates(string? explicitPath) => explicitPath is not null
        ? [explicitPath]
        : ["/run/pminit.sock", $"/dev/shm/pminit-{Libc.geteuid()}.sock", $"/tmp/pminit-{Libc.geteuid()}.sock"];

    /// <summary>Binds the first candidate that can be bound.</summary>
    /// <param name="candidates">Paths, in order.</param>
    /// <param name="path">The path bound, or the reason for each that could not be.</param>
    /// <returns>The listening socket, or null.</returns>
    public static Fd? TryListen(IReadOnlyList<string> candidates, out string path)
    {
        var reasons = new List<string>();
        foreach (var candidate in candidates)
        {
            if (TryListen(candidate, out var reason) is { } fd)
            {
                path = candidate;
                return fd;
            }

            reasons.Add($"{candidate}: {reason}");
        }

        path = string.Join("; ", reasons);
        return null;
    }

    /// <summary>Connects to the first candidate on which somebody trustworthy answers.</summary>
    public static Fd? TryConnect(IReadOnlyList<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (TryConnect(candidate) is { } fd)
            {
                if (IsTrusted(fd.Number, trustInit: true))
                {
                    return fd;
                }

                fd.Dispose();
            }
        }

        return null;
    }

    /// <summary>The peer is root or has our own uid; a client may also trust PID 1 of its own namespace, whatever its uid.</summary>
    public static bool IsTrusted(int fd, bool trustInit = false)
    {
        Libc.ucred peer;
        uint length = 12;
        return Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &peer, &length) == 0
            && (peer.uid == 0 || peer.uid == Libc.geteuid() || (trustInit && peer.pid == 1));
    }

    /// <summary>Removes the path at the end of the server's life.</summary>
    public static void Remove(string path)
    {
        using var name = new Utf8z(path);
        _ = Libc.unlink(name.Pointer); // gone already, or the folder is: nothing is left to do
    }

    static Fd? TryListen(string path, out string reason)
    {
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, path);
        if (length == 0)
        {
            reason = path.Length == 0 ? "empty" : $"longer than {Libc.UnixPathCapacity - 1} bytes";
            return null;
        }

        var fd = Fd.Take(
            Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket", "making the control socket");
        if (Bind(fd.Number, &address, length) && Libc.listen(fd.Number, Backlog) == 0)
        {
            reason = "";
            return fd;
        }

        var errno = Libc.Errno;
        if (errno == Libc.EADDRINUSE && TryRemoveStale(path, out reason)
            && Bind(fd.Number, &address, length) && Libc.listen(fd.Number, Backlog) == 0)
        {
            return fd;
        }

        reason = errno == Libc.EADDRINUSE ? "in use by another pminit, or not ours" : Libc.Describe(errno);
        fd.Dispose();
        return null;
    }

    /// <summary>The mode comes from the umask, so that there is no moment in which others could connect.</summary>
    static bool Bind(int fd, Libc.sockaddr_storage* address, uint length)
    {
        var before = Libc.umask(0x7f); // 0177: leaves 0600
        var result = Libc.bind(fd, address, length);
        var errno = Libc.Errno;
        _ = Libc.umask(before);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
        return result == 0;
    }

    static bool TryRemoveStale(string path, out string reason)
    {
        reason = "in use";
        using var name = new Utf8z(path);
        Libc.statx_t status;
        if (Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) != 0
            || (status.stx_mode & Libc.S_IFMT) != Libc.S_IFSOCK || status.stx_uid != Libc.geteuid())
        {
            return false;
        }

        return !SomebodyAnswers(path) && Libc.unlink(name.Pointer) == 0;
    }

    /// <summary>Never blocks: EAGAIN is a full backlog, and that has an owner too.</summary>
    static bool SomebodyAnswers(string path)
    {
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, path);
        using var fd = Fd.Take(
            Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket", "checking a socket");
        return Libc.connect(fd.Number, &address, length) == 0 || Libc.Errno == Libc.EAGAIN;
    }

    static Fd? TryConnect(string path)
    {
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, path);
        if (length == 0)
        {
            return null;
        }

        var fd = Fd.Take(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket", "connecting to pminit");
        if (Libc.connect(fd.Number, &address, length) == 0)
        {
            return fd;
        }

        fd.Dispose();
        return null;
    }
}
