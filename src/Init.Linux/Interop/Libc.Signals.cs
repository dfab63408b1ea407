using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// signal.h, sys/signalfd.h
public static unsafe partial class Libc
{
    public const int SIG_SETMASK = 2;
    public const int SFD_NONBLOCK = 0x800;
    public const int SFD_CLOEXEC = 0x80000;
    public const nint SIG_DFL = 0;
    public const nint SIG_IGN = 1;

    /// <summary>sizeof(struct signalfd_siginfo).</summary>
    public const int SignalfdSiginfoSize = 128;

    /// <summary>sigset_t: bit n-1 of the first word is signal n; the rest is padding.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct sigset_t
    {
        [FieldOffset(0)] public ulong bits;
    }

    [LibraryImport(Lib)]
    public static partial int pthread_sigmask(int how, sigset_t* set, sigset_t* old);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int signalfd(int fd, sigset_t* set, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int kill(int pid, int signal);

    /// <summary>Room for a struct sigaction of any libc (glibc: 152 bytes); the handler comes first.</summary>
    public const int SigactionSize = 160;

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int sigaction(int signal, byte* action, byte* old);
}
