using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// sys/eventfd.h
public static unsafe partial class Libc
{
    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);
}
