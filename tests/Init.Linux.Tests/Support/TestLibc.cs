using System.Runtime.InteropServices;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>What only the tests need of libc; values are those of x86-64 and arm64 unless said otherwise.</summary>
static unsafe partial class TestLibc
{
    public const int O_APPEND = 0x400;
    public const int O_CREAT = 0x40;
    public const int P_PID = 1;
    public const int PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_SET_SECCOMP = 22;
    public const uint RENAME_EXCHANGE = 2;

    const string Lib = "libc";
    const nint PidfdOpen = 434;

    static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int Setresuid => IsX64 ? 117 : 147;

    public static int Accept4 => IsX64 ? 288 : 242;

    public static int Pipe2 => IsX64 ? 293 : 59;

    public static int Socketpair => IsX64 ? 53 : 199;

    public static int Socket => IsX64 ? 41 : 198;

    public static int Setsockopt => IsX64 ? 54 : 208;

    public static int Sendmsg => IsX64 ? 46 : 211;

    public static int Fcntl => IsX64 ? 72 : 25;

    static int Gettid => IsX64 ? 186 : 178;

    static int Tgkill => IsX64 ? 234 : 131;

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint syscall(nint number, nint a, nint b, nint c);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int socketpair(int family, int type, int protocol, int* fds);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint sendmsg(int fd, Libc.msghdr* message, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int dup(int fd);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int dup2(int fd, int newFd);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int lchown(byte* path, uint uid, uint gid);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int link(byte* from, byte* to);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int renameat2(int fromFolder, byte* from, int toFolder, byte* to, uint flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int posix_openpt(int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int grantpt(int fd);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int unlockpt(int fd);

    [LibraryImport(Lib)]
    public static partial int ptsname_r(int fd, byte* name, nuint size);

    /// <summary>A descriptor that polls readable when the process has ended, without reaping it (pidfd_open(2)).</summary>
    public static int Pidfd(int pid) => (int)syscall(PidfdOpen, pid, 0, 0);

    /// <summary>How many connections wait to be accepted: of a listening socket tcpi_unacked of struct tcp_info says it (tcp(7)).</summary>
    public static int QueueOf(int fd)
    {
        const int Tcp = 6, Info = 11, UnackedAt = 24;
        var info = stackalloc byte[256];
        uint length = 256;
        Assert.Equal(0, Libc.getsockopt(fd, Tcp, Info, info, &length));
        return *(int*)(info + UnackedAt);
    }

    /// <summary>A signal to the calling thread and no other.</summary>
    public static void SignalMe(int signal) =>
        Assert.Equal(0, syscall(Tgkill, Environment.ProcessId, syscall(Gettid, 0, 0, 0), signal));
}
