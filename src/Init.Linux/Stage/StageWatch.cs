using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Stage;

/// <summary>
/// The status pipes of processes that are still in the exec stage. A pipe that ends without a word says that the program has been executed; one with a
/// message waits for the exit that follows. Nothing here waits: the loop tells, or the exit does.
/// </summary>
public sealed class StageWatch(EventLoop loop)
{
    readonly Dictionary<int, StagePipe> _open = [];

    /// <summary>Watches a new process; takes the pipe over. One without a pipe is executed already.</summary>
    /// <param name="process">The process.</param>
    /// <param name="spec">Its app, for messages.</param>
    /// <param name="onExecuted">Called when the program runs.</param>
    public void Attach(SpawnedProcess process, AppSpec spec, Action onExecuted)
    {
        if (process.Stage is null)
        {
            return;
        }

        var pipe = new StagePipe(loop, process.Stage, process.Path, spec, executed: () =>
        {
            _open.Remove(process.Pid);
            onExecuted();
        });
        _open[process.Pid] = pipe;
        pipe.Watch();
    }

    /// <summary>The process has ended and was reaped.</summary>
    /// <returns>Why it never became its program; null when it did.</returns>
    public SpawnProblem? Ended(int pid) => _open.Remove(pid, out var pipe) ? pipe.Finish() : null;
}

/// <summary>One status pipe.</summary>
sealed unsafe class StagePipe(EventLoop loop, Fd pipe, string path, AppSpec spec, Action executed) : IPollable
{
    SpawnProblem? _problem;
    bool _isWatched;

    public void Watch()
    {
        loop.Add(pipe.Number, this, Libc.EPOLLIN, Urgency.Signals); // before the turn's decisions, which it is part of
        _isWatched = true;
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        Read();
        if (_problem is null)
        {
            executed();
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _isWatched = false;
        Close();
    }

    /// <summary>Reads what is there, if that has not happened yet.</summary>
    public SpawnProblem? Finish()
    {
        Read();
        return _problem;
    }

    /// <summary>The message is shorter than PIPE_BUF, so it comes whole. The read end does not block.</summary>
    void Read()
    {
        if (pipe.Number < 0)
        {
            return;
        }

        var message = stackalloc int[3];
        if (Libc.read(pipe.Number, (byte*)message, ExecStage.MessageSize) == ExecStage.MessageSize)
        {
            _problem = StageReport.Describe((StageStep)message[0], message[1], message[2], spec, path);
        }

        Close();
    }

    void Close()
    {
        if (_isWatched)
        {
            loop.Remove(pipe.Number);
            _isWatched = false;
        }

        pipe.Dispose();
    }
}
