using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// sys/wait.h, sys/prctl.h, sys/mman.h, sched.h, unistd.h
public static unsafe partial class Libc
{
    public const int P_ALL = 0;
    public const int P_PID = 1;
    public const int WNOHANG = 1;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x01000000;
    public const int CLD_EXITED = 1;
    public const int CLD_KILLED = 2;
    public const int CLD_DUMPED = 3;
    public const int PR_SET_CHILD_SUBREAPER = 36;
    public const int MADV_DONTNEED = 4;
    public const int _SC_CLK_TCK = 2;
    public const int _SC_PAGESIZE = 30;
    public const int _SC_NPROCESSORS_ONLN = 84;

    /// <summary>The fields of siginfo_t that waitid(2) fills.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct siginfo_t
    {
        [FieldOffset(0)] public int si_signo;
        [FieldOffset(8)] public int si_code;
        [FieldOffset(16)] public int si_pid;
        [FieldOffset(24)] public int si_status;
    }

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int waitid(int idType, uint id, siginfo_t* info, int options);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int execve(byte* path, byte** argv, byte** envp);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int sched_getaffinity(int pid, nuint size, byte* mask);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport(Lib)]
    public static partial nint sysconf(int name);

    [LibraryImport(Lib)]
    public static partial int getpid();

    [LibraryImport(Lib)]
    public static partial int getpgrp();

    [LibraryImport(Lib)]
    public static partial uint geteuid();

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int tcgetpgrp(int terminal);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int tcsetpgrp(int terminal, int group);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint getrandom(byte* buffer, nuint count, uint flags);

    [LibraryImport(Lib)]
    public static partial void _exit(int code);
}
