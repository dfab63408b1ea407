using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>
/// Threads with another identity or fewer system calls than the rest of the process. The kernel keeps credentials and seccomp filters
/// per thread, so nothing else notices, and all is gone when the thread ends.
/// </summary>
static unsafe class OddThread
{
    /// <summary>nobody.</summary>
    public const uint OtherUid = 65534;

    const ushort LoadWord = 0x20;
    const ushort JumpIfEqual = 0x15;
    const ushort Return = 0x06;
    const int FilterMode = 2;

    // struct seccomp_data
    const int NumberAt = 0;
    const int FirstArgumentAt = 16;

    const uint Allow = 0x7fff0000;
    const uint FailWith = 0x00050000;

    /// <summary>Runs as another user; the raw system call leaves the other threads alone, unlike libc's setresuid.</summary>
    public static void RunAsOther(Action action) => Bounded.Run(() =>
    {
        Assert.Equal(0, TestLibc.syscall(TestLibc.Setresuid, (nint)OtherUid, (nint)OtherUid, (nint)OtherUid));
        action();
    });

    /// <summary>Runs while one system call fails with an error number.</summary>
    public static void RunFailing(int systemCall, int errno, Action action) => RunFiltered(action,
    [
        Instruction(LoadWord, 0, 0, NumberAt),
        Instruction(JumpIfEqual, 0, 1, (uint)systemCall),
        Instruction(Return, 0, 0, FailWith | (uint)errno),
        Instruction(Return, 0, 0, Allow),
    ]);

    /// <summary>Runs while one system call fails when it has this first argument.</summary>
    public static void RunFailingOn(int systemCall, int firstArgument, int errno, Action action) =>
        RunFailingOn(systemCall, FirstArgumentAt, firstArgument, errno, action);

    /// <summary>Runs while one system call fails when it has this third argument (the option, of setsockopt).</summary>
    public static void RunFailingOnThird(int systemCall, int thirdArgument, int errno, Action action) =>
        RunFailingOn(systemCall, FirstArgumentAt + (2 * sizeof(ulong)), thirdArgument, errno, action);

    static void RunFailingOn(int systemCall, int argumentAt, int argument, int errno, Action action) => RunFiltered(action,
    [
        Instruction(LoadWord, 0, 0, NumberAt),
        Instruction(JumpIfEqual, 0, 3, (uint)systemCall),
        Instruction(LoadWord, 0, 0, (uint)argumentAt),
        Instruction(JumpIfEqual, 0, 1, (uint)argument),
        Instruction(Return, 0, 0, FailWith | (uint)errno),
        Instruction(Return, 0, 0, Allow),
    ]);

    static void RunFiltered(Action action, ulong[] filter) => Bounded.Run(() =>
    {
        fixed (ulong* code = filter)
        {
            var program = stackalloc nint[] { filter.Length, (nint)code };
            Assert.Equal(0, Libc.prctl(TestLibc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
            Assert.Equal(0, Libc.prctl(TestLibc.PR_SET_SECCOMP, FilterMode, (nint)program, 0, 0));
        }

        action();
    });

    /// <summary>struct sock_filter: code, jt, jf, k in 8 bytes.</summary>
    static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint operand) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)operand << 32);
}
