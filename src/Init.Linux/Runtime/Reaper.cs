using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// The only caller of waitid(2). One thread and one reaper mean that a pid cannot be used again before we have seen its end, so
/// kill(pid) is free of races and every exit belongs to exactly one worker, or to an orphan.
/// </summary>
public sealed unsafe class Reaper
{
    /// <summary>Exits taken in one go before signals get their turn again (a fork bomb must not make PID 1 deaf).</summary>
    const int Budget = 1024;

    const int KillSignal = 9;

    readonly Dictionary<int, Owner> _owned = [];
    readonly Dictionary<int, Action<ExitStatus>> _expected = [];
    bool _hasKilledOrphan;

    /// <summary>Processes reaped that were nobody's worker.</summary>
    public long OrphansReaped { get; private set; }

    /// <summary>Whether a SIGKILL has ended one of those since the last question.</summary>
    public bool TakeKilledOrphan() => (_hasKilledOrphan, _hasKilledOrphan = false).Item1;

    /// <summary>True for the pid of a live worker leader.</summary>
    public bool Owns(int pid) => _owned.ContainsKey(pid);

    /// <summary>True for the pid of a live process of our own that is no worker.</summary>
    public bool Expects(int pid) => _expected.ContainsKey(pid);

    /// <summary>A worker's process exists from now on.</summary>
    public void Own(int pid, WorkerId worker, int incarnation) => _owned[pid] = new Owner(worker, incarnation);

    /// <summary>A process of our own that is no worker exists from now on; its exit is told once.</summary>
    public void Expect(int pid, Action<ExitStatus> onExit) => _expected[pid] = onExit;

    /// <summary>Takes every exit the kernel has, up to the budget.</summary>
    /// <param name="onExit">Called for each worker's exit.</param>
    /// <returns>True when the budget ran out: call again before sleeping.</returns>
    public bool Reap(Action<WorkerId, int, int, ExitStatus> onExit)
    {
        for (var taken = 0; taken < Budget; taken++)
        {
            Libc.siginfo_t info = default;
            if (Libc.waitid(Libc.P_ALL, 0, &info, Libc.WEXITED | Libc.WNOHANG) != 0)
            {
                var errno = Libc.Errno;
                if (errno == Libc.EINTR)
                {
                    continue;
                }

                return errno == Libc.ECHILD ? false : throw new LinuxException("waitid", errno, "reaping");
            }

            if (info.si_pid == 0)
            {
                return false;
            }

            if (_owned.Remove(info.si_pid, out var owner))
            {
                onExit(owner.Worker, owner.Incarnation, info.si_pid, StatusOf(info));
            }
            else if (_expected.Remove(info.si_pid, out var told))
            {
                told(StatusOf(info));
            }
            else
            {
                OrphansReaped++;
                _hasKilledOrphan |= info.si_code != Libc.CLD_EXITED && info.si_status == KillSignal;
            }
        }

        return true;
    }

    /// <summary>Takes those of these children that have ended and are nobody's: as zombies they would still be found by who looks for their number (`kill -0`).</summary>
    public void ReapOrphans(List<int> children)
    {
        foreach (var child in children)
        {
            Libc.siginfo_t info = default;
            if (!Owns(child) && !Expects(child) && Libc.waitid(Libc.P_PID, (uint)child, &info, Libc.WEXITED | Libc.WNOHANG) == 0 && info.si_pid == child)
            {
                OrphansReaped++;
            }
        }
    }

    /// <summary>How a process ended, from what waitid(2) says.</summary>
    internal static ExitStatus StatusOf(in Libc.siginfo_t info) => info.si_code == Libc.CLD_EXITED
        ? ExitStatus.Exited(info.si_status)
        : ExitStatus.Signalled(info.si_status, info.si_code == Libc.CLD_DUMPED);

    readonly record struct Owner(WorkerId Worker, int Incarnation);
}
