using System.Runtime.ExceptionServices;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Tests.Support;

/// <summary>Waits that end: for a descriptor, for a loop's work, for a call that must not block.</summary>
static unsafe class Bounded
{
    /// <summary>Far more than anything here takes; only a failing test waits as long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>True when the descriptor got ready in time.</summary>
    public static bool Poll(int fd, short events = Libc.POLLIN)
    {
        var request = new Libc.pollfd { fd = fd, events = events };
        var limit = Clock.Now + Patience;
        while (true)
        {
            var ready = Libc.poll(&request, 1, Math.Max(0, (int)(limit - Clock.Now).TotalMilliseconds));
            if (ready >= 0 || Libc.Errno != Libc.EINTR)
            {
                return ready == 1; // the end of a child interrupts poll(2), as soon as any test has used the runtime's own processes
            }
        }
    }

    /// <summary>True when the descriptor is ready now.</summary>
    public static bool IsReady(int fd, short events = Libc.POLLIN)
    {
        var request = new Libc.pollfd { fd = fd, events = events };
        return Libc.poll(&request, 1, 0) == 1;
    }

    /// <summary>One turn that does not wait.</summary>
    public static void Turn(EventLoop loop)
    {
        var now = Clock.Now;
        loop.Wait(now, now);
        DispatchAll(loop);
    }

    /// <summary>Waits for what happens elsewhere: a process that has been killed may still be dying.</summary>
    public static void Until(Func<bool> condition)
    {
        var limit = Clock.Now + Patience;
        while (!condition())
        {
            Assert.True(Clock.Now < limit, "it did not come about in time");
            Thread.Yield();
        }
    }

    /// <summary>Turns the loop until the condition holds; fails when it does not hold in time.</summary>
    public static void TurnUntil(EventLoop loop, Func<bool> condition, Action? eachTurn = null)
    {
        var limit = Clock.Now + Patience;
        while (!condition())
        {
            var now = Clock.Now;
            Assert.True(now < limit, "the loop did not get there in time");
            loop.Wait(now, eachTurn is null ? limit : now);
            DispatchAll(loop);
            eachTurn?.Invoke();
        }
    }

    /// <summary>Runs on a thread of its own; fails when it does not return. What it throws is thrown here.</summary>
    public static void Run(Action action)
    {
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // Whatever it is, it is rethrown by the test's own thread.
            catch (Exception caught)
#pragma warning restore CA1031
            {
                error = ExceptionDispatchInfo.Capture(caught);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(2 * Patience), "it blocks");
        error?.Throw();
    }

    static void DispatchAll(EventLoop loop)
    {
        loop.Dispatch(Urgency.Signals);
        loop.Dispatch(Urgency.Control);
        loop.Dispatch(Urgency.Logs);
        loop.Dispatch(Urgency.Health);
    }
}
