using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Loop;

/// <summary>
/// Under CoreCLR other threads block no signal, so each test has a thread of its own that blocks some, sends them to itself alone and
/// reads them there. Signals to the whole process are left to the end-to-end tests.
/// </summary>
public unsafe class SignalSourceTests
{
    static readonly Signal First = new(42);
    static readonly Signal Second = new(43);

    [Fact]
    public void Source_ReportsSignals_WhenTheyAreBlocked() => WithSource((loop, seen) =>
    {
        TestLibc.SignalMe(First.Number);
        TestLibc.SignalMe(Second.Number);
        TestLibc.SignalMe(Signal.Usr1.Number);
        Bounded.TurnUntil(loop, () => seen.Count == 3);
        Assert.Equal([Signal.Usr1, First, Second], seen.OrderBy(signal => signal.Number));
    });

    [Fact]
    public void Source_ReportsAll_WhenThereAreMoreThanOneReadTakes() => WithSource((loop, seen) =>
    {
        for (var i = 0; i < 100; i++)
        {
            TestLibc.SignalMe(First.Number);
        }

        Bounded.TurnUntil(loop, () => seen.Count == 100);
    });

    [Fact]
    public void Source_ReportsOnce_WhenAStandardSignalCameTwice() => WithSource((loop, seen) =>
    {
        TestLibc.SignalMe(Signal.Usr1.Number);
        TestLibc.SignalMe(Signal.Usr1.Number);
        Bounded.TurnUntil(loop, () => seen.Count > 0);
        Bounded.Turn(loop);
        Assert.Equal([Signal.Usr1], seen);
    });

    [Fact]
    public void Source_Stays_WhenItsHandlerThrows()
    {
        var faults = 0;
        WithSource(
            (loop, seen) =>
            {
                loop.Fault = _ => faults++;
                TestLibc.SignalMe(Second.Number);
                Bounded.TurnUntil(loop, () => faults == 1);
                TestLibc.SignalMe(First.Number);
                Bounded.TurnUntil(loop, () => seen.Contains(First));
            },
            throwOn: Second);
        Assert.Equal(1, faults);
    }

    [Fact]
    public void Block_BlocksTheHandledSignals_InTheCallingThread() => Bounded.Run(() =>
    {
        Assert.False(SignalSet.IsBlockedNow());
        SignalSet.Block();
        Assert.True(SignalSet.IsBlockedNow());
        Libc.sigset_t now;
        Assert.Equal(0, Libc.pthread_sigmask(Libc.SIG_SETMASK, null, &now));

        // KILL and STOP cannot be blocked, so asking for them would not show.
        Assert.Equal(SignalSet.Handled, now.bits);
    });

    [Theory]
    [InlineData(4, "SIGILL is the runtime's")]
    [InlineData(5, "SIGTRAP is the runtime's")]
    [InlineData(6, "SIGABRT is how the runtime ends")]
    [InlineData(7, "SIGBUS is the runtime's")]
    [InlineData(8, "SIGFPE is the runtime's")]
    [InlineData(11, "SIGSEGV is the runtime's")]
    [InlineData(31, "SIGSYS tells of a forbidden call")]
    [InlineData(32, "libc's")]
    [InlineData(33, "libc's")]
    [InlineData(34, "the garbage collector suspends threads with it")]
    public void Handled_LeavesOut_WhatIsNotOurs(int number, string why) =>
        Assert.True((SignalSet.Handled & (1UL << (number - 1))) == 0, why);

    [Fact]
    public void Handled_HasAllThatCanBeForwarded_ButTheCollectors()
    {
        for (var number = 1; number <= Signal.Highest; number++)
        {
            if (number != 34 && new Signal(number).IsForwardable)
            {
                Assert.True((SignalSet.Handled & (1UL << (number - 1))) != 0, new Signal(number).ToString());
            }
        }
    }

    static void WithSource(Action<EventLoop, List<Signal>> test, Signal throwOn = default) => Bounded.Run(() =>
    {
        var bits = Bit(First) | Bit(Second) | Bit(Signal.Usr1);
        var set = new Libc.sigset_t { bits = bits };
        Assert.Equal(0, Libc.pthread_sigmask(Libc.SIG_SETMASK, &set, null));
        var seen = new List<Signal>();
        using var loop = new EventLoop();
        using var source = new SignalSource(loop, bits, signal =>
        {
            if (signal == throwOn)
            {
                throw new InvalidOperationException("on purpose");
            }

            seen.Add(signal);
        });
        test(loop, seen);
    });

    static ulong Bit(Signal signal) => 1UL << (signal.Number - 1);
}
