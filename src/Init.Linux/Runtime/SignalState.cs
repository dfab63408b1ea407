using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>Signal dispositions around an exec. The runtime has put handlers in place, and ignores SIGPIPE; what is executed gets none of that.</summary>
public static unsafe class SignalState
{
    /// <summary>
    /// Every signal that has a disposition: all but KILL and STOP. Raw bits, because glibc's sigfillset leaves 32 and 33 out, and posix_spawn
    /// would then set those ignored.
    /// </summary>
    public const ulong Catchable = ~0UL & ~(1UL << 8) & ~(1UL << 18);

    /// <summary>Sets one disposition without flags.</summary>
    /// <param name="signal">Number; KILL, STOP and libc's own are refused by libc, which changes nothing.</param>
    /// <param name="handler">SIG_IGN or SIG_DFL.</param>
    /// <param name="saved">Receives the one before; null: not wanted.</param>
    public static void Set(int signal, nint handler, byte* saved)
    {
        var action = stackalloc byte[Libc.SigactionSize];
        new Span<byte>(action, Libc.SigactionSize).Clear();
        *(nint*)action = handler;
        _ = Libc.sigaction(signal, action, saved);
    }

    /// <summary>
    /// Makes dispositions and mask what we were started with, for an exec that follows at once. A signal that came in the meantime and was held
    /// back does now what it would do to a program that has just been started.
    /// </summary>
    public static void Restore(Inherited inherited)
    {
        for (var signal = 1; signal <= 64; signal++)
        {
            Set(signal, (inherited.Ignored & (1UL << (signal - 1))) != 0 ? Libc.SIG_IGN : Libc.SIG_DFL, null);
        }

        var mask = new Libc.sigset_t { bits = inherited.Mask };
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, &mask, null);
    }
}
