using Init.Core.Model;
using Init.Core.Watch;

namespace Init.Linux.Watch;

/// <summary>
/// `usePolling`: looks at every file, again and again, and compares time, size and inode. For mounts whose changes the kernel does not tell (the host's
/// folders in a container of Docker Desktop, NFS), and where inotify has no room. The interval runs from the end of a look, so a large tree is no busy loop.
/// </summary>
public sealed class PollingWatcher(WatchSpec spec, string cwd, Action<string, int> changed, Action<string> warn) : FolderWatcher(spec, cwd, changed, warn)
{
    readonly Dictionary<string, Seen> _files = new(StringComparer.Ordinal);

    /// <summary>Folders of this look, by identity: links can form circles.</summary>
    readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>0: the first look, which finds what is there.</summary>
    int _look = -1;

    Instant _next;
    bool _isLooking;

    public override Instant NextDeadline => _isLooking ? new Instant(0) : _next;

    public override void Turn(Instant now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        if (!_isLooking)
        {
            _isLooking = true;
            _look++;
            _folders.Clear();
            foreach (var root in Roots)
            {
                if (FileStat.Of(root, followsLinks: true) is not { } stat)
                {
                    continue;
                }

                if (stat.IsFolder)
                {
                    Plan(root, isNews: false);
                }
                else if (Filter.Wants(root))
                {
                    Found(root, isNews: false);
                }
            }
        }

        Walk();
        if (!HasWork)
        {
            _isLooking = false;
            _next = now + Spec.Interval;
            FindGone();
        }

        Tell();
    }

    protected override bool Enter(string folder, bool isNews) => FileStat.Of(folder, followsLinks: true) is { IsFolder: true } stat && _folders.Add(stat.Identity);

    protected override void Found(string path, bool isNews)
    {
        if (FileStat.Of(path, followsLinks: true) is not { } stat)
        {
            return;
        }

        if (!_files.TryGetValue(path, out var seen))
        {
            _files.Add(path, new Seen { Stat = stat, Look = _look });
            if (_look > 0)
            {
                Changed(path);
            }

            return;
        }

        if (seen.Stat.Differs(stat))
        {
            Changed(path);
        }

        (seen.Stat, seen.Look) = (stat, _look);
    }

    void FindGone()
    {
        var gone = new List<string>();
        foreach (var (path, seen) in _files)
        {
            if (seen.Look != _look)
            {
                gone.Add(path);
            }
        }

        foreach (var path in gone)
        {
            _ = _files.Remove(path);
            Changed(path);
        }
    }

    sealed class Seen
    {
        public required FileStat Stat { get; set; }

        public int Look { get; set; }
    }
}
