// The few calls that the BCL does not offer a program that wants to misbehave: masks, raw writes, spawning without a wait.
// Numbers are those of x86-64 and arm64 Linux. Standard output is written by write(2) on purpose: the BCL's Console starts a
// signal thread, which would take signals that a test wants to count.
using System.Runtime.InteropServices;

namespace TestWorker;

static unsafe partial class Libc
{
    public const int SIG_BLOCK = 0;
    public const nint SIG_IGN = 1;
    public const nint SIG_DFL = 0;
    public const int EINTR = 4;
    public const short POLLIN = 1;
    public const int F_GETFD = 1;
    public const short POSIX_SPAWN_SETSIGDEF = 4;
    public const short POSIX_SPAWN_SETSID = 0x80;
    public const int SignalfdSize = 128;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int fd, int command);

    [LibraryImport("libc")]
    public static partial nint signal(int signal, nint handler);

    /// <summary>A sigset_t of glibc is 128 bytes; only the first eight matter to the kernel.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int pthread_sigmask(int how, ulong* set, ulong* old);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int signalfd(int fd, ulong* mask, int flags);

    [LibraryImport("libc")]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    public static partial int getpid();

    [LibraryImport("libc")]
    public static partial void _exit(int code);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(byte* attributes, ulong* set);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn(int* pid, string path, void* actions, byte* attributes, byte** argv, byte** envp);
}
