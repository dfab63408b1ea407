using System.Globalization;
using System.Text;
using Init.Core.Cluster;
using Init.Linux.Files;
using Init.Linux.Interop;

namespace Init.Linux.Cluster;

/// <summary>
/// The drain preload as a file that workers of every user can read, in the first folder that can be written (a container has one in memory: /dev/shm). A memfd
/// will not do: Node follows the link in /proc/self/fd, and its name leads nowhere. What the workers run is ours or it is not used: the file is made anew under a
/// name that was free, in a folder in which nobody else can replace it.
/// </summary>
/// <param name="folders">In order; without blanks or quotes, which NODE_OPTIONS would split.</param>
public sealed unsafe class DrainFile(params string[] folders) : IDisposable
{
    const ushort Sticky = 0x200;
    const ushort OthersWrite = 0x12; // group and others

    readonly byte[] _text = Encoding.UTF8.GetBytes(DrainPreload.Source);
    string? _path;
    ulong _inode;

    /// <summary>/dev/shm, /run, /tmp.</summary>
    public static DrainFile InMemory() => new("/dev/shm", "/run", "/tmp");

    /// <summary>The path; asked before each start, because whoever clears temporary folders does not know of us. Null where no folder can be written.</summary>
    public string? Path()
    {
        if (_path is not null && IsOurs(_path))
        {
            return _path;
        }

        _path = null;
        for (var i = 0; i < folders.Length && _path is null; i++)
        {
            _path = IsSafe(folders[i]) ? TryMake(folders[i]) : null;
        }

        return _path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_path is not null && IsOurs(_path))
        {
            Unlink(_path);
        }

        _path = null;
    }

    string? TryMake(string folder)
    {
        // The time is no secret; O_EXCL is what refuses a name that somebody has taken.
        var path = string.Create(CultureInfo.InvariantCulture, $"{folder}/{DrainPreload.Marker}-{Environment.ProcessId}-{DateTime.UtcNow.Ticks:x}.cjs");
        using var name = new Utf8z(path);
        var umask = Libc.umask(0x12); // 022: workers of other users read it
        using var fd = new Fd(Libc.open(name.Pointer, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0x1A4));
        _ = Libc.umask(umask);
        if (fd.Number < 0)
        {
            return null;
        }

        Libc.statx_t status;
        if (SmallFile.Write(fd, _text) != 0
            || Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) != 0)
        {
            Unlink(path);
            return null;
        }

        _inode = status.stx_ino;
        return path;
    }

    bool IsOurs(string path)
    {
        using var name = new Utf8z(path);
        Libc.statx_t status;
        return Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0
            && status.stx_ino == _inode && status.stx_size == (ulong)_text.Length;
    }

    static bool IsSafe(string folder)
    {
        using var name = new Utf8z(folder);
        Libc.statx_t status;
        return Libc.statx(Libc.AT_FDCWD, name.Pointer, 0, Libc.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & Libc.S_IFMT) == Libc.S_IFDIR
            && (status.stx_uid == 0 || status.stx_uid == Libc.geteuid())
            && ((status.stx_mode & OthersWrite) == 0 || (status.stx_mode & Sticky) != 0);
    }

    static void Unlink(string path)
    {
        using var name = new Utf8z(path);
        _ = Libc.unlink(name.Pointer); // gone already, or the disk has become read-only: nobody can do anything about it
    }
}
