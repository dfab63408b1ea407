using System.Globalization;
using System.Text;
using Init.Core.Cluster;
using Init.Linux.Files;
using Init.Linux.Interop;

namespace Init.Linux.Cluster;

/// <summary>
/// The drain preload as a file that workers of every user can read, in the first folder that can be written (a container has one in memory: /dev/shm). A memfd
/// will not do: Node follows the link in /proc/self/fd, and its name leads nowhere. What the workers run is ours or it is not used: a file of our user that nobody
/// else can write or replace. Its name comes from user and text, so that all pminits share it and none leaves another one behind, however it ends.
/// </summary>
/// <param name="folders">In order; without blanks or quotes, which NODE_OPTIONS would split.</param>
public sealed unsafe class DrainFile(params string[] folders)
{
    const ushort Sticky = 0x200;
    const ushort OthersWrite = 0x12; // group and others
    const ushort Rights = 0x1ff;
    const ushort ReadByAll = 0x1a4; // 0644

    readonly byte[] _text = Encoding.UTF8.GetBytes(DrainPreload.Source);
    string? _path;
    ulong _inode;

    /// <summary>/dev/shm, /run, /tmp.</summary>
    public static DrainFile InMemory() => new("/dev/shm", "/run", "/tmp");

    /// <summary>The path; asked before each start, because whoever clears temporary folders does not know of us. Null where no folder can be written.</summary>
    public string? Path()
    {
        if (_path is not null && InodeOf(_path) == _inode)
        {
            return _path;
        }

        _path = null;
        for (var i = 0; i < folders.Length && _path is null; i++)
        {
            var path = NameIn(folders[i]);
            if (IsSafe(folders[i]) && (HoldsText(path) || TryMake(path)))
            {
                (_path, _inode) = (path, InodeOf(path));
            }
        }

        return _path;
    }

    string NameIn(string folder)
    {
        var hash = 2166136261; // FNV-1a: tells versions apart, proves nothing
        foreach (var b in _text)
        {
            hash = (hash ^ b) * 16777619;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{folder}/{DrainPreload.Marker}-{Libc.geteuid()}-{hash:x8}.cjs");
    }

    /// <summary>Written beside its place and moved there, so that no worker finds half of it. In a folder of all, nobody's file but ours is replaced.</summary>
    bool TryMake(string path)
    {
        using var place = new Utf8z(path);
        using var beside = new Utf8z(string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.{DateTime.UtcNow.Ticks:x}"));
        var umask = Libc.umask(OthersWrite); // workers of other users read it
        using var fd = new Fd(Libc.open(beside.Pointer, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, ReadByAll));
        _ = Libc.umask(umask);
        if (fd.Number < 0)
        {
            return false;
        }

        if (SmallFile.Write(fd, _text) == 0 && Libc.rename(beside.Pointer, place.Pointer) == 0)
        {
            return true;
        }

        _ = Libc.unlink(beside.Pointer); // or the disk has become read-only: nobody can do anything about it
        return false;
    }

    /// <summary>Of another pminit, or of one that was here before.</summary>
    bool HoldsText(string path)
    {
        if (InodeOf(path) == 0)
        {
            return false;
        }

        using var name = new Utf8z(path);
        using var fd = new Fd(Libc.open(name.Pointer, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0));
        var found = new byte[_text.Length];
        fixed (byte* to = found)
        {
            return fd.Number >= 0 && Libc.read(fd.Number, to, (nuint)found.Length) == found.Length && found.AsSpan().SequenceEqual(_text);
        }
    }

    /// <summary>0 where there is no file of ours with the right size and rights.</summary>
    ulong InodeOf(string path)
    {
        using var name = new Utf8z(path);
        Libc.statx_t status;
        return Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & Libc.S_IFMT) == Libc.S_IFREG && (status.stx_mode & Rights) == ReadByAll
            && status.stx_uid == Libc.geteuid() && status.stx_size == (ulong)_text.Length ? status.stx_ino : 0;
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
}
