using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// sys/inotify.h, dirent.h
public static unsafe partial class Libc
{
    public const int IN_NONBLOCK = 0x800;
    public const int IN_CLOEXEC = 0x80000;
    public const uint IN_MODIFY = 0x2;
    public const uint IN_ATTRIB = 0x4;
    public const uint IN_MOVED_FROM = 0x40;
    public const uint IN_MOVED_TO = 0x80;
    public const uint IN_CREATE = 0x100;
    public const uint IN_DELETE = 0x200;
    public const uint IN_DELETE_SELF = 0x400;
    public const uint IN_MOVE_SELF = 0x800;
    public const uint IN_UNMOUNT = 0x2000;
    public const uint IN_Q_OVERFLOW = 0x4000;
    public const uint IN_IGNORED = 0x8000;
    public const uint IN_ONLYDIR = 0x1000000;
    public const uint IN_EXCL_UNLINK = 0x4000000;
    public const uint IN_ISDIR = 0x40000000;
    public const byte DT_UNKNOWN = 0;
    public const byte DT_DIR = 4;
    public const byte DT_LNK = 10;

    /// <summary>Where d_type is in struct dirent.</summary>
    public const int DirentType = 18;

    /// <summary>Where d_name is in struct dirent.</summary>
    public const int DirentName = 19;

    [StructLayout(LayoutKind.Sequential)]
    public struct inotify_event
    {
        public int wd;
        public uint mask;
        public uint cookie;
        public uint len;
    }

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int inotify_init1(int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int inotify_add_watch(int fd, byte* path, uint mask);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int inotify_rm_watch(int fd, int wd);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint opendir(byte* path);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial byte* readdir(nint directory);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int closedir(nint directory);
}
