using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Loop;

public sealed class EventLoopTests : IDisposable
{
    readonly EventLoop _loop = new();
    readonly List<string> _calls = [];
    readonly List<Exception> _faults = [];
    readonly List<Pipe> _pipes = [];

    public EventLoopTests() => _loop.Fault = _faults.Add;

    public void Dispose()
    {
        _loop.Dispose();
        _pipes.ForEach(pipe => pipe.Dispose());
    }

    [Fact]
    public void Dispatch_FollowsUrgency_WhenAllAreReady()
    {
        foreach (var urgency in new[] { Urgency.Health, Urgency.Logs, Urgency.Signals, Urgency.Control })
        {
            Watch(urgency.ToString(), urgency);
        }

        Bounded.Turn(_loop);
        Assert.Equal(["Signals", "Control", "Logs", "Health"], _calls);
    }

    [Fact]
    public void Dispatch_ComesAgain_WhenWorkIsLeftBehind()
    {
        Watch("a", Urgency.Logs);
        Bounded.Turn(_loop);
        Bounded.Turn(_loop);
        Assert.Equal(["a", "a"], _calls);
    }

    [Fact]
    public void Dispatch_DropsEvent_WhenItsSourceLeftInTheSameBatch()
    {
        Pipe? a = null, b = null;
        a = Watch("a", Urgency.Logs, () => _loop.Remove(b!.Read.Number));
        b = Watch("b", Urgency.Logs, () => _loop.Remove(a.Read.Number));
        Bounded.Turn(_loop);
        Bounded.Turn(_loop);
        Assert.Equal(2, _calls.Count);
        Assert.Single(_calls.Distinct());
    }

    [Theory]
    [InlineData(Urgency.Logs)]
    [InlineData(Urgency.Health)]
    public void Dispatch_DropsStaleEvent_WhenTheDescriptorIsAnotherSourcesNow(Urgency urgency)
    {
        var old = Watch("old", Urgency.Health);
        var number = old.Read.Number;
        var quiet = Open();
        Watch("thief", Urgency.Control, () =>
        {
            if (_calls.Count == 1)
            {
                _loop.Remove(number);
                Assert.Equal(number, TestLibc.dup2(quiet.Read.Number, number));
                _loop.Add(number, new Source(this, "new", null), Libc.EPOLLIN, urgency);
            }
        });
        Bounded.Turn(_loop);
        Assert.Equal(["thief"], _calls);

        quiet.Put("x");
        Bounded.Turn(_loop);
        Assert.Equal(["thief", "thief", "new"], _calls);
    }

    [Fact]
    public void Fault_CostsOneSource_WhenItThrows()
    {
        Watch("bad", Urgency.Signals, () => throw new InvalidOperationException("boom"));
        Watch("good", Urgency.Signals);
        Bounded.Turn(_loop);
        Bounded.Turn(_loop);
        Assert.Equal("boom", Assert.Single(_faults).Message);
        Assert.Equal(["bad", "bad fault", "good", "good"], _calls.Order());
    }

    [Fact]
    public void Fault_LeavesTheNewOwnerAlone_WhenTheSourceHadLeftBefore()
    {
        var quiet = Open();
        Pipe? bad = null;
        bad = Watch("bad", Urgency.Logs, () =>
        {
            _loop.Remove(bad!.Read.Number);
            Assert.Equal(bad.Read.Number, TestLibc.dup2(quiet.Read.Number, bad.Read.Number));
            _loop.Add(bad.Read.Number, new Source(this, "new", null), Libc.EPOLLIN, Urgency.Logs);
            throw new InvalidOperationException("boom");
        });
        Bounded.Turn(_loop);
        Assert.Single(_faults);
        quiet.Put("x");
        Bounded.Turn(_loop);
        Assert.Equal(["bad", "bad fault", "new"], _calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(999_999)]
    [InlineData(1_000_001)]
    [InlineData(2_500_000)]
    public void Wait_DoesNotWakeBeforeTheDeadline(long nanoseconds)
    {
        var now = Clock.Now;
        var deadline = new Instant(now.Nanoseconds + nanoseconds);
        _loop.Wait(now, deadline);
        Assert.True(Clock.Now >= deadline);
    }

    [Fact]
    public void Wait_OnlyLooks_WhenTheDeadlineHasPassed() =>
        Bounded.Run(() =>
        {
            _loop.Wait(Clock.Now, default);
            _loop.Dispatch(Urgency.Signals);
        });

    [Fact]
    public void Wait_EndsWithoutDeadline_WhenSomethingIsReady()
    {
        Watch("a", Urgency.Logs);
        Bounded.Run(() => _loop.Wait(Clock.Now, Instant.Never));
        _loop.Dispatch(Urgency.Logs);
        Assert.Equal(["a"], _calls);
    }

    [Fact]
    public void Change_WaitsForOtherEvents()
    {
        var sockets = Pipe.OpenSockets();
        _pipes.Add(sockets);
        _loop.Add(sockets.Read.Number, new Source(this, "a", null), Libc.EPOLLIN, Urgency.Logs);
        Bounded.Turn(_loop);
        Assert.Empty(_calls);
        _loop.Change(sockets.Read.Number, Libc.EPOLLOUT);
        Bounded.Turn(_loop);
        Assert.Equal(["a"], _calls);
    }

    [Fact]
    public void TryAdd_SaysNo_WhenItIsARegularFile()
    {
        using var folder = new TempFolder();
        using var file = File.OpenHandle(folder.Write("file", "text"));
        var number = (int)file.DangerousGetHandle();
        Assert.False(_loop.TryAdd(number, new Source(this, "file", null), Libc.EPOLLIN, Urgency.Logs));
        Assert.Throws<LinuxException>(() => _loop.Add(number, new Source(this, "file", null), Libc.EPOLLIN, Urgency.Logs));
    }

    [Fact]
    public void Add_Throws_WhenTheDescriptorIsClosed()
    {
        var error = Assert.Throws<LinuxException>(
            () => _loop.Add(19_999, new Source(this, "none", null), Libc.EPOLLIN, Urgency.Logs));
        Assert.Equal(Libc.EBADF, error.Errno);
    }

    [Fact]
    public void Dispatch_ReachesAll_WhenMoreAreReadyThanOneWaitReturns()
    {
        for (var i = 0; i < 600; i++)
        {
            Watch("source " + i, Urgency.Logs);
        }

        // epoll takes turns among the ready ones, so that the last is reached too.
        Bounded.TurnUntil(_loop, () => _calls.Distinct().Count() == 600);
    }

    Pipe Open()
    {
        var pipe = Pipe.Open();
        _pipes.Add(pipe);
        return pipe;
    }

    /// <summary>A source that is ready from now on.</summary>
    Pipe Watch(string name, Urgency urgency, Action? onReady = null)
    {
        var pipe = Open();
        pipe.Put("x");
        _loop.Add(pipe.Read.Number, new Source(this, name, onReady), Libc.EPOLLIN, urgency);
        return pipe;
    }

    sealed class Source(EventLoopTests test, string name, Action? onReady) : IPollable
    {
        public void OnReady(uint events)
        {
            test._calls.Add(name);
            onReady?.Invoke();
        }

        public void OnFault() => test._calls.Add(name + " fault");
    }
}
