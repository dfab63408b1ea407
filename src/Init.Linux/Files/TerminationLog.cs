using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Termination;
using Init.Linux.Interop;

namespace Init.Linux.Files;

/// <summary>
/// The file that tells an orchestrator why the container ended, and what has to be kept for it: the last lines of each worker. Where there is no such file at
/// the start nothing is kept. Only a regular file is written, so that the end never waits for a reader.
/// </summary>
public sealed class TerminationLog
{
    /// <summary>Below this many there is nothing to sweep.</summary>
    const int FewTails = 64;

    readonly string _path;
    readonly Dictionary<WorkerId, OutputTail> _tails = [];
    readonly Dictionary<WorkerId, (int Pid, OutputTail Tail)> _successors = [];
    int _sweepAt = FewTails;

    TerminationLog(string path) => _path = path;

    /// <summary>Null when it is off, or is the default file and does not exist.</summary>
    /// <param name="path">Empty: off.</param>
    public static TerminationLog? Find(string path)
    {
        return path.Length == 0 || (path == GlobalSettings.DefaultTerminationLog && SmallFile.ModeOf(path) is null) ? null : new TerminationLog(path);
    }

    /// <summary>Keeps the last lines of a new process from now on, and forgets those of the one before.</summary>
    /// <param name="worker">Whose process.</param>
    /// <param name="pid">The process.</param>
    /// <param name="isSuccessor">It has not taken over: those of the other one stay until <see cref="Promote"/>.</param>
    /// <param name="supervisor">Knows which workers there still are.</param>
    public OutputTail Follow(WorkerId worker, int pid, bool isSuccessor, Supervisor supervisor)
    {
        if (isSuccessor)
        {
            _successors[worker] = (pid, new OutputTail());
            return _successors[worker].Tail;
        }

        if (_tails.Count >= _sweepAt)
        {
            Sweep(supervisor);
        }

        return _tails[worker] = new OutputTail();
    }

    /// <summary>The process has taken over.</summary>
    public void Promote(WorkerId worker, int pid)
    {
        if (_successors.Remove(worker, out var successor) && successor.Pid == pid)
        {
            _tails[worker] = successor.Tail;
        }
    }

    /// <summary>Writes what a failure comes to.</summary>
    /// <returns>What went wrong, for people; null when nothing did.</returns>
    public string? Write(TerminationCause cause, int code)
    {
        var tail = _tails.GetValueOrDefault(cause.Worker);
        return Write(_path, TerminationMessage.Of(cause, code, tail?.Lines() ?? [], tail?.HasErrors == true));
    }

    /// <summary>Writes a message, in place of what was there.</summary>
    /// <param name="path">A regular file; one that is not the default is created where there is none.</param>
    /// <param name="message">Its whole text.</param>
    /// <returns>What went wrong, for people; null when nothing did.</returns>
    public static unsafe string? Write(string path, ReadOnlySpan<byte> message)
    {
        var isDefault = path == GlobalSettings.DefaultTerminationLog;
        if (SmallFile.ModeOf(path) is { } mode)
        {
            if ((mode & Libc.S_IFMT) != Libc.S_IFREG)
            {
                return $"{path} is no regular file, so the reason of the end is not written there; set pminit.termination_log to a file, or to false";
            }
        }
        else if (isDefault)
        {
            return null;
        }

        // Should somebody put a pipe or a link there just now: O_NONBLOCK does not wait for its reader, O_NOFOLLOW does not go on.
        using var name = new Utf8z(path);
        using var fd = new Fd(Libc.open(name.Pointer,
            Libc.O_WRONLY | Libc.O_TRUNC | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC | (isDefault ? 0 : Libc.O_CREAT), 0x1A4));
        var errno = fd.Number < 0 ? Libc.Errno : SmallFile.Write(fd, message);
        return errno == 0 ? null
            : $"the reason of the end could not be written to {path}: {Libc.Describe(errno)}; set pminit.termination_log to a file that can be written, or to false";
    }

    /// <summary>Workers that a changed file has no more.</summary>
    void Sweep(Supervisor supervisor)
    {
        foreach (var worker in new List<WorkerId>(_tails.Keys))
        {
            if (!supervisor.Knows(worker))
            {
                _tails.Remove(worker);
            }
        }

        foreach (var worker in new List<WorkerId>(_successors.Keys))
        {
            if (!supervisor.Knows(worker))
            {
                _successors.Remove(worker);
            }
        }

        _sweepAt = Math.Max(FewTails, _tails.Count * 2);
    }
}
