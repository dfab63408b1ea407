using Init.Linux.Interop;

namespace Init.Linux.Stage;

/// <summary>
/// Which descriptors a new process gets, and under which numbers. What goes wrong without care: dup2 of one end onto a number under
/// which a later one still waits, so ends are first moved above every number that is to be given; and a number in a gap that somebody
/// left open to us without close-on-exec.
/// </summary>
sealed unsafe class ChildFds : IDisposable
{
    readonly List<Fd> _ends = [];
    readonly List<int> _targets = [];
    readonly List<Fd> _moved = [];

    /// <summary>The highest number given; 2 at least.</summary>
    public int Highest { get; private set; } = 2;

    /// <summary>Takes an end over, to be that number in the process.</summary>
    public void Give(Fd end, int target)
    {
        _ends.Add(end);
        _targets.Add(target);
        Highest = Math.Max(Highest, target);
    }

    /// <summary>The lowest number from 3 that is not given yet.</summary>
    public int Free()
    {
        var number = 3;
        while (_targets.Contains(number))
        {
            number++;
        }

        return number;
    }

    /// <summary>Writes the actions of a spawn. Descriptor 0 is not among them.</summary>
    /// <returns>0, or an errno when no descriptor is left.</returns>
    public int WriteTo(byte* actions)
    {
        for (var i = 0; i < _ends.Count; i++)
        {
            var number = _ends[i].Number;
            if (number <= Highest)
            {
                number = Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, Highest + 1);
                if (number < 0)
                {
                    return Libc.Errno;
                }

                _moved.Add(new Fd(number));
            }

            _ = Libc.posix_spawn_file_actions_adddup2(actions, number, _targets[i]);
        }

        for (var gap = 3; gap < Highest; gap++)
        {
            if (!_targets.Contains(gap))
            {
                _ = Libc.posix_spawn_file_actions_addclose(actions, gap);
            }
        }

        _ = Libc.posix_spawn_file_actions_addclosefrom_np(actions, Highest + 1);
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends.ForEach(static end => end.Dispose());
        _moved.ForEach(static end => end.Dispose());
    }
}
