using System.Runtime.InteropServices;

namespace Init.E2E.Tests.Harness;

static partial class Sys
{
    public const int Hup = 1;
    public const int Int = 2;
    public const int Quit = 3;
    public const int Ill = 4;
    public const int Bus = 7;
    public const int Fpe = 8;
    public const int Kill = 9;
    public const int Usr1 = 10;
    public const int Segv = 11;
    public const int Usr2 = 12;
    public const int Alrm = 14;
    public const int Term = 15;
    public const int Cont = 18;

    /// <summary>SIGRTMIN+6: queued by the kernel, never merged, and used by no runtime.</summary>
    public const int RealTime = 40;

    public const int Highest = 64;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int SendSignal(int pid, int signal);
}
