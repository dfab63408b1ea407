using Init.Linux.Interop;

namespace Init.Linux.Files;

/// <summary>What pminit's few files have in common.</summary>
static unsafe class SmallFile
{
    /// <summary>Writes all of it.</summary>
    /// <returns>errno(3), or 0.</returns>
    public static int Write(Fd fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            for (nint at = 0; at < bytes.Length;)
            {
                var wrote = Libc.write(fd.Number, from + at, (nuint)(bytes.Length - at));
                if (wrote < 0 && Libc.Errno is not Libc.EINTR and var errno)
                {
                    return errno;
                }

                at += wrote < 0 ? 0 : wrote;
            }
        }

        return 0;
    }

    /// <summary>Type and rights of what stands there, a link itself and not its target; null: nothing.</summary>
    public static int? ModeOf(string path)
    {
        Libc.statx_t status;
        using var name = new Utf8z(path);
        return Libc.statx(Libc.AT_FDCWD, name.Pointer, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0 ? status.stx_mode : null;
    }
}
