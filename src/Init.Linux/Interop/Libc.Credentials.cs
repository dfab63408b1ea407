using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// unistd.h, grp.h, sys/resource.h, sys/prctl.h, sys/auxv.h: what a process is and may do
public static unsafe partial class Libc
{
    public const int PRIO_PROCESS = 0;
    public const int PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_CAP_AMBIENT = 47;
    public const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public const int RLIM_NLIMITS = 16;
    public const int RLIMIT_NOFILE = 7;
    public const int RLIMIT_RTTIME = 15;
    public const int AT_EXECFN = 31;

    [StructLayout(LayoutKind.Sequential)]
    public struct rlimit
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }

    [LibraryImport(Lib)]
    public static partial uint getegid();

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getgroups(int size, uint* list);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setgroups(nuint size, uint* list);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getrlimit(int resource, rlimit* limit);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setrlimit(int resource, rlimit* limit);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getpriority(int which, uint who);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setpriority(int which, uint who, int priority);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int chdir(byte* path);

    [LibraryImport(Lib)]
    public static partial nuint getauxval(nuint type);
}
