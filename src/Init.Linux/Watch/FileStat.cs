using System.Globalization;
using Init.Linux.Interop;

namespace Init.Linux.Watch;

/// <summary>What is known of a path: one statx(2).</summary>
public sealed unsafe class FileStat
{
    Libc.statx_t _raw;

    FileStat()
    {
    }

    public bool IsFolder => (_raw.stx_mode & Libc.S_IFMT) == Libc.S_IFDIR;

    public bool IsLink => (_raw.stx_mode & Libc.S_IFMT) == 0xa000;

    /// <summary>Another file, or another content, as far as one can tell from outside.</summary>
    public bool Differs(FileStat other) => _raw.stx_mtime.tv_sec != other._raw.stx_mtime.tv_sec || _raw.stx_mtime.tv_nsec != other._raw.stx_mtime.tv_nsec
        || _raw.stx_size != other._raw.stx_size || _raw.stx_ino != other._raw.stx_ino;

    /// <summary>The same file or folder, by whatever path.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{(long)_raw.stx_dev_major}:{(long)_raw.stx_dev_minor}:{(long)_raw.stx_ino}");

    /// <summary>The last change was of the content or its time (`touch`), not of rights, owner or number of names.</summary>
    public bool WasTouched => Math.Abs(_raw.stx_ctime.tv_sec - _raw.stx_mtime.tv_sec) <= 1;

    /// <summary>Null: there is nothing, or nothing to see.</summary>
    public static FileStat? Of(string path, bool followsLinks)
    {
        using var name = new Utf8z(path);
        var stat = new FileStat();
        fixed (Libc.statx_t* into = &stat._raw)
        {
            return Libc.statx(Libc.AT_FDCWD, name.Pointer, followsLinks ? 0 : Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, into) == 0 ? stat : null;
        }
    }
}
