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
    const uint Allow = 0x7fff0000;
    const uint FailWith = 0x00050000;

    /// <summary>Runs as another user; the raw system call leaves the other threads alone, unlike libc's setresuid.</summary>
    public static void RunAsOther(Action action) => Bounded.Run(() =>
    {
        Assert.Equal(0, TestLibc.syscall(TestLibc.Setresuid, (nint)OtherUid, (nint)OtherUid, (nint)OtherUid));
        action();
    });

    /// <summary>Runs while one system call fails with an error number.</summary>
    public static void RunFailing(int systemCall, int errno, Action action) => Bounded.Run(() =>
    {
        // seccomp_data.nr is its first word; filter instructions are 8 bytes: code, jt, jf, k.
        var filter = stackalloc ulong[]
        {
            Instruction(LoadWord, 0, 0, 0),
            Instruction(JumpIfEqual, 0, 1, (uint)systemCall),
            Instruction(Return, 0, 0, FailWith | (uint)errno),
            Instruction(Return, 0, 0, Allow),
        };
        var program = stackalloc nint[] { 4, (nint)filter };
        Assert.Equal(0, Libc.prctl(TestLibc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        Assert.Equal(0, Libc.prctl(TestLibc.PR_SET_SECCOMP, 2, (nint)program, 0, 0));
        action();
    });

    static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint operand) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)operand << 32);
}
