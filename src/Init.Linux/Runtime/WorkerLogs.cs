using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Loop;
using Init.Linux.Readiness;

namespace Init.Linux.Runtime;

/// <summary>All pumps, by process. A process's pumps outlive it while something else holds its pipes.</summary>
/// <param name="loop">Where the pipes are watched.</param>
/// <param name="output">Where stdout goes.</param>
/// <param name="error">Where stderr goes; mostly the same.</param>
public sealed class WorkerLogs(EventLoop loop, LogSink output, LogSink error)
{
    readonly LineBudget _budget = new();
    readonly Dictionary<int, (LogPump Output, LogPump Error)> _live = [];
    readonly HashSet<LogPump> _all = [];

    /// <summary>Starts pumping for a new process; takes the pipes over.</summary>
    /// <param name="worker">Whose.</param>
    /// <param name="pmId">Its number.</param>
    /// <param name="process">The process.</param>
    /// <param name="matcher">Sees the lines of both streams until one matches; null: nobody does.</param>
    /// <param name="tail">Keeps the last lines; null: nobody does.</param>
    internal void Attach(WorkerId worker, int pmId, SpawnedProcess process, LineMatcher? matcher, OutputTail? tail) =>
        _live[process.Pid] = (Pump(worker, pmId, process, matcher, tail, isError: false), Pump(worker, pmId, process, matcher, tail, isError: true));

    /// <summary>Another process of the worker holds the pipes and ends last.</summary>
    public void Move(int pid, int to)
    {
        if (_live.Remove(pid, out var pumps))
        {
            _live[to] = pumps;
        }
    }

    /// <summary>The process has ended: its last words come before what is said of its end.</summary>
    public void DrainEnded(int pid)
    {
        if (_live.Remove(pid, out var pumps))
        {
            pumps.Output.Drain();
            pumps.Error.Drain();
        }
    }

    /// <summary>pminit ends: everything still in a pipe, half lines included, goes to the sink, as far as it finds room until the deadline.</summary>
    public void Finish(Instant deadline)
    {
        foreach (var pump in new List<LogPump>(_all))
        {
            pump.Finish(deadline);
        }
    }

    LogPump Pump(WorkerId worker, int pmId, SpawnedProcess process, LineMatcher? matcher, OutputTail? tail, bool isError)
    {
        var head = new StreamHead(worker, process.Pid, isError ? LogStream.Stderr : LogStream.Stdout, pmId);
        var pump = new LogPump(loop, isError ? error : output, isError ? process.Error : process.Output, head, _budget, Closed) { Matcher = matcher, Tail = tail };
        _all.Add(pump);
        return pump;
    }

    void Closed(LogPump pump) => _all.Remove(pump);
}
