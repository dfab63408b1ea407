using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// dirent.h, unistd.h: folders of /proc, without what the BCL asks of each entry (it follows links, perhaps to a dead mount)
public static unsafe partial class Libc
{
    /// <summary>struct dirent64 up to its name, which follows.</summary>
    public const int DirentNameOffset = 19;

    /// <summary>Where struct dirent64 has its own length, 16 bits.</summary>
    public const int DirentLengthOffset = 16;

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint getdents64(int fd, byte* buffer, nuint size);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint readlinkat(int folder, byte* path, byte* buffer, nuint size);
}
