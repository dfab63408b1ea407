using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Loop;

/// <summary>
/// Which signals pminit blocks and reads. The faults belong to the runtime, 32 and 33 to libc, 34 (SIGRTMIN) to the garbage
/// collector, which suspends threads with it. The same set is blocked in native/early.c, before any thread exists.
/// </summary>
public static unsafe class SignalSet
{
    /// <summary>Bit n-1 for signal n.</summary>
    public static readonly ulong Handled = Build();

    /// <summary>True when the calling thread blocks all of <see cref="Handled"/>.</summary>
    public static bool IsBlockedNow()
    {
        Libc.sigset_t current;
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, null, &current);
        return (current.bits & Handled) == Handled;
    }

    /// <summary>Blocks <see cref="Handled"/> in the calling thread.</summary>
    public static void Block()
    {
        var set = new Libc.sigset_t { bits = Handled };
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, &set, null);
    }

    /// <summary>Signals do to the calling thread what they do to any program: to a client, which is not the server.</summary>
    /// <param name="inherited">What we were started with.</param>
    public static void Restore(Inherited inherited)
    {
        var set = new Libc.sigset_t { bits = inherited.Mask };
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, &set, null);
    }

    static ulong Build()
    {
        var bits = 0UL;
        for (var number = 1; number <= Signal.Highest; number++)
        {
            if (number is not (4 or 5 or 6 or 7 or 8 or 9 or 11 or 19 or 31 or 32 or 33 or 34))
            {
                bits |= 1UL << (number - 1);
            }
        }

        return bits;
    }
}
