using System.Runtime.InteropServices;

namespace Init.Benchmarks.Isolation;

/// <summary>The system calls that the BCL does not offer. A pidfd, unlike a pid, cannot come to mean another process.</summary>
static unsafe partial class Libc
{
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGUSR2 = 12;
    public const int SIGTERM = 15;

    // Equal on every architecture: both are newer than the unified table (syscall(2)).
    private const nint SYS_pidfd_send_signal = 424;
    private const nint SYS_pidfd_open = 434;
    private const short POLLIN = 1;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc")]
    public static partial void sync();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFd* fds, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setaffinity(int thread, nuint size, ulong* mask);

    /// <summary>Lets a thread run on the CPUs of the mask only; false with errno when it is gone.</summary>
    public static bool Confine(int thread, ulong mask) => sched_setaffinity(thread, sizeof(ulong), &mask) == 0;

    public static int pidfd_open(int pid) => (int)syscall(SYS_pidfd_open, pid, 0, 0, 0);

    public static int pidfd_send_signal(int pidfd, int signal) => (int)syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0);

    /// <summary>True when the process behind the pidfd has ended within the time.</summary>
    public static bool AwaitExit(int pidfd, int timeoutMs)
    {
        var entry = new PollFd { fd = pidfd, events = POLLIN };
        return poll(&entry, 1, timeoutMs) == 1;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int fd;
        public short events;
        public short revents;
    }
}
