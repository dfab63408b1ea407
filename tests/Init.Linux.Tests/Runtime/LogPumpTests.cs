using System.Text;
using Init.Core.Logging;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public sealed class LogPumpTests : IDisposable
{
    /// <summary>High-water mark and pipes of both sides, with room for one chunk that grew as JSON. Far below what is offered.</summary>
    const int BoundBytes = 4 * 1024 * 1024;

    const int LineBytes = 10;

    readonly LogBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Lines_ComeInOrderAsJson()
    {
        var (output, _) = _bench.Pump(3);
        var (error, _) = _bench.Pump(3, LogStream.Stderr);
        output.Put("one\ntw");
        error.Put("bad\n");
        _bench.TurnUntil(2);
        output.Put("o\n\nthree \"quoted\"\r\n");
        _bench.TurnUntil(4);

        Assert.Equal(["one", "two", "three \"quoted\""], _bench.Lines.Where(IsStdout).Select(line => line.GetProperty("message").GetString()));
        var first = _bench.Lines.First(IsStdout);
        Assert.Equal("app", first.GetProperty("app").GetString());
        Assert.Equal(3, first.GetProperty("instance").GetInt32());
        Assert.Equal(103, first.GetProperty("pid").GetInt32());
        Assert.Equal("bad", _bench.Lines.Single(line => !IsStdout(line)).GetProperty("message").GetString());
    }

    [Fact]
    public void HalfLine_IsWritten_AtTheEndOfTheStream()
    {
        var (pipe, pump) = _bench.Pump();
        pipe.Put("whole\nhalf");
        _bench.TurnUntil(1);
        Assert.Empty(_bench.Closed);
        pipe.Write.Dispose();
        _bench.TurnUntil(2);
        Assert.Equal(["whole", "half"], _bench.Messages);
        Assert.Same(pump, Assert.Single(_bench.Closed));
        Assert.Equal(-1, pipe.Read.Number);
        Assert.Equal(0, _bench.Budget.UsedBytes);
    }

    [Fact]
    public void Drain_TakesAllThatIsThere_WithoutTheLoop()
    {
        var (pipe, pump) = _bench.Pump();
        pipe.Put("one\ntwo\n");
        pump.Drain();
        _bench.Sink.Flush();
        _bench.Collect();
        Assert.Equal(["one", "two"], _bench.Messages);
        pump.Drain();
        Assert.Empty(_bench.Closed);
    }

    [Fact]
    public void Drain_Closes_WhenTheStreamHasEnded()
    {
        var (pipe, pump) = _bench.Pump();
        pipe.Put("last words");
        pipe.Write.Dispose();
        pump.Drain();
        Assert.Single(_bench.Closed);
        pump.Drain();
        pump.Finish(Clock.Now + Bounded.Patience);
        pump.Resume();
        Assert.Single(_bench.Closed);
        _bench.TurnUntil(1);
        Assert.Equal(["last words"], _bench.Messages);
    }

    [Fact]
    public void GrandchildsLines_StillCome_WhenTheProcessHasEnded()
    {
        var (pipe, pump) = _bench.Pump();
        using var grandchild = new Fd(TestLibc.dup(pipe.Write.Number));
        pipe.Put("leader\n");
        pipe.Write.Dispose();
        pump.Drain();
        Assert.Empty(_bench.Closed);

        Assert.Equal(0, StandardError.Write(grandchild.Number, "grandchild\n") ? 0 : 1);
        _bench.TurnUntil(2);
        Assert.Equal(["leader", "grandchild"], _bench.Messages);
        grandchild.Dispose();
        Bounded.TurnUntil(_bench.Loop, () => _bench.Closed.Count == 1);
    }

    [Fact]
    public void Finish_LetsGo_WhenAGrandchildKeepsThePipeOpen()
    {
        var (pipe, pump) = _bench.Pump();
        pipe.Put("half");
        pump.Finish(Clock.Now + Bounded.Patience);
        Assert.Single(_bench.Closed);
        _bench.TurnUntil(1);
        Assert.Equal(["half"], _bench.Messages);
        Assert.Equal(-1, pipe.Read.Number);
    }

    [Fact]
    public void Pump_StopsReading_WhenTheSinkIsCongested_AndResumes()
    {
        var (pipe, _) = _bench.Pump();
        var sent = FillUntilStuck(pipe);
        Assert.True(_bench.Sink.IsCongested);

        pipe.Write.Dispose();
        Bounded.TurnUntil(_bench.Loop, () => _bench.Closed.Count == 1, () =>
        {
            _bench.Sink.Flush();
            _bench.Collect();
        });
        _bench.TurnUntil(1);
        Finish();
        ExpectNumbered(sent);
        Assert.Equal(0, _bench.Sink.Dropped);
    }

    [Fact]
    public void PausedPump_DoesNotWakeTheLoop_WhenItsPipeIsHungUp()
    {
        var (pipe, _) = _bench.Pump();
        FillUntilStuck(pipe);
        pipe.Write.Dispose();
        var now = Clock.Now;
        var deadline = now + TimeSpan.FromMilliseconds(5);
        _bench.Loop.Wait(now, deadline);
        Assert.True(Clock.Now >= deadline);
    }

    [Fact]
    public void Finish_TakesWhatAPausedPumpLeft_WhenTheReaderComesBack()
    {
        var (pipe, pump) = _bench.Pump();
        var sent = FillUntilStuck(pipe);
        var end = new Thread(() =>
        {
            pump.Finish(Clock.Now + Bounded.Patience);
            _bench.Sink.FlushFinally(Clock.Now + Bounded.Patience);
        });
        end.Start();
        while (!end.Join(1))
        {
            _bench.Collect();
        }

        Assert.Single(_bench.Closed);
        Finish();
        ExpectNumbered(sent);
    }

    [Fact]
    public void Finish_ReadsNoMore_WhenNobodyTakesTheLines() => Bounded.Run(() =>
    {
        var (pipe, pump) = _bench.Pump();
        var sent = FillUntilStuck(pipe);
        pump.Finish(Clock.Now);
        Assert.Single(_bench.Closed);
        Finish();
        Assert.InRange(_bench.Lines.Count, 1, sent - 1);
    });

    [Fact]
    public void OnePump_DoesNotStarveTheOthers()
    {
        var (chatty, _) = _bench.Pump(0);
        var (quiet, _) = _bench.Pump(1);
        chatty.TryPut(Encoding.ASCII.GetBytes(new string('x', 200) + "\n"));
        quiet.Put("here\n");
        for (var turn = 0; turn < 50; turn++)
        {
            chatty.TryPut(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 200) + "\n", 100))));
            _bench.Turn();
            _bench.Collect();
        }

        Assert.Contains("here", _bench.Messages);
    }

    [RequiresFact(Need.ManyFiles)]
    public void ThousandPumps_LoseNothing()
    {
        var pipes = Enumerable.Range(0, 1000).Select(i => _bench.Pump(i).Pipe).ToList();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < pipes.Count; i++)
            {
                pipes[i].Put($"{round}\nhalf of ");
            }

            _bench.TurnUntil(1000 * (round + 1));
        }

        pipes.ForEach(pipe => pipe.Write.Dispose());
        _bench.TurnUntil(4000);
        Assert.Equal(1000, _bench.Closed.Count);
        foreach (var worker in _bench.Lines.GroupBy(line => line.GetProperty("instance").GetInt32()))
        {
            Assert.Equal(["0", "half of 1", "half of 2", "half of "], worker.Select(line => line.GetProperty("message").GetString()));
        }
    }

    static bool IsStdout(System.Text.Json.JsonElement line) => line.GetProperty("stream").GetString() == "stdout";

    /// <summary>Writes numbered lines and turns the loop, but reads nothing of the output, until no more is taken.</summary>
    /// <returns>Lines written.</returns>
    int FillUntilStuck(Pipe pipe)
    {
        var sent = 0;
        for (var refusals = 0; refusals < 50;)
        {
            if (pipe.TryPut(Encoding.ASCII.GetBytes($"{sent:D9}\n")) > 0)
            {
                sent++;
                refusals = 0;
                Assert.True(sent < BoundBytes / LineBytes, "it never stops reading");
                continue;
            }

            refusals++;
            _bench.Turn();
        }

        return sent;
    }

    /// <summary>Reads the rest of the output.</summary>
    void Finish()
    {
        for (var before = -1; before != _bench.Lines.Count;)
        {
            before = _bench.Lines.Count;
            _bench.Turn();
            _bench.Collect();
        }
    }

    void ExpectNumbered(int count)
    {
        Assert.Equal(count, _bench.Lines.Count);
        var expected = 0;
        Assert.All(_bench.Messages, message => Assert.Equal($"{expected++:D9}", message));
    }
}
