using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// sys/timerfd.h, time.h
public static unsafe partial class Libc
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_THREAD_CPUTIME_ID = 3;
    public const int TFD_NONBLOCK = 0x800;
    public const int TFD_CLOEXEC = 0x80000;
    public const int TFD_TIMER_ABSTIME = 1;
    public const int TFD_TIMER_CANCEL_ON_SET = 2;
    public const int ECANCELED = 125;

    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public nint tv_sec;
        public nint tv_nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct itimerspec
    {
        public timespec it_interval;
        public timespec it_value;
    }

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int clock_gettime(int clock, timespec* time);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int timerfd_settime(int fd, int flags, itimerspec* value, itimerspec* old);
}
