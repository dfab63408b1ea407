// Signal names, masks and the signalfd of this worker. A NativeAOT process has a second thread (the finalizer) before Main runs,
// and a process-directed signal may land there; so the mask is set on both threads, the other one by way of a finalizer.
// A signal that arrives before that still has its default action: tests wait for the first line before they send one.
using System.Runtime.InteropServices;

namespace TestWorker;

static unsafe class Signals
{
    public const int Highest = 64;
    public const int Usr1 = 10;
    public const int Term = 15;

    static readonly Dictionary<string, int> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ABRT"] = 6,
        ["KILL"] = 9,
        ["USR1"] = Usr1,
        ["SEGV"] = 11,
        ["USR2"] = 12,
        ["PIPE"] = 13,
        ["ALRM"] = 14,
        ["TERM"] = Term,
    };

    public static int Number(string name) => Names.TryGetValue(name, out var number) ? number : int.Parse(name);

    public static void Ignore(string names)
    {
        foreach (var name in names.Split(','))
        {
            _ = Libc.signal(Number(name), Libc.SIG_IGN);
        }
    }

    /// <summary>Blocks all that can be blocked in every thread and returns a signalfd that reads them.</summary>
    public static int OpenAll()
    {
        // Bit n-1 is signal n. Faults must stay deliverable, 32 to 34 belong to libc and to the runtime's garbage collector.
        var set = ulong.MaxValue;
        foreach (var kept in new[] { 4, 5, 6, 7, 8, 11, 31, 32, 33, 34 })
        {
            set &= ~(1UL << (kept - 1));
        }

        Block(set);
        BlockInFinalizerThread(set);
        var mask = stackalloc ulong[16];
        mask[0] = set;
        return Libc.signalfd(-1, mask, 0);
    }

    static void Block(ulong set)
    {
        var mask = stackalloc ulong[16];
        mask[0] = set;
        _ = Libc.pthread_sigmask(Libc.SIG_BLOCK, mask, null);
    }

    static void BlockInFinalizerThread(ulong set)
    {
        DropOne(set);
        while (!FinalizerBlock.Done)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    // A method of its own, so that no register of the caller keeps the object alive.
    static void DropOne(ulong set) => _ = new FinalizerBlock(set);

    sealed class FinalizerBlock(ulong set)
    {
        public static volatile bool Done;

        ~FinalizerBlock()
        {
            Block(set);
            Done = true;
        }
    }

    /// <summary>Next signal number; 0 when <paramref name="timeoutMs"/> passed (-1: no limit).</summary>
    public static int Next(int signalfd, int timeoutMs)
    {
        var poll = new Libc.PollFd { Fd = signalfd, Events = Libc.POLLIN };
        var ready = Libc.poll(&poll, 1, timeoutMs);
        if (ready <= 0)
        {
            return ready < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR ? Next(signalfd, timeoutMs) : 0;
        }

        var info = stackalloc byte[Libc.SignalfdSize];
        return Libc.read(signalfd, info, Libc.SignalfdSize) == Libc.SignalfdSize ? *(int*)info : 0;
    }

    /// <summary>Dies by a signal as a real crash does: default action, no unwinding.</summary>
    public static void DieBy(int number)
    {
        _ = Libc.signal(number, Libc.SIG_DFL);
        _ = Libc.kill(Libc.getpid(), number);
        Libc._exit(99);
    }
}
