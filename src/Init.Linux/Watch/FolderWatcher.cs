using Init.Core.Model;
using Init.Core.Watch;
using Init.Linux.Interop;

namespace Init.Linux.Watch;

/// <summary>
/// Watches what one app watches. Folders are gone through a few entries per turn of the loop, because a tree may hold 50,000 of them and PID 1 has
/// children to reap; ignored folders are not entered. How a change is noticed is the heirs' affair.
/// What can go wrong: anything may vanish, or become something else, between two calls. That is never an error; the next look, or event, knows more.
/// </summary>
public abstract class FolderWatcher : IDisposable
{
    /// <summary>Entries of a turn; a folder costs as much as several.</summary>
    const int Budget = 256;

    const int FolderCost = 16;

    readonly Stack<Visit> _open = new();
    readonly Action<string, int> _changed;
    readonly Action<string> _warn;
    FolderReader? _reader;
    Visit? _visit;
    string _first = "";
    int _count;
    bool _warned;

    /// <param name="spec">What is watched.</param>
    /// <param name="cwd">The app's, absolute.</param>
    /// <param name="changed">Told the first path of some changes, and how many.</param>
    /// <param name="warn">Told what cannot be watched.</param>
    protected FolderWatcher(WatchSpec spec, string cwd, Action<string, int> changed, Action<string> warn)
    {
        Spec = spec;
        Filter = new PathFilter(spec, cwd);
        Roots = Filter.Roots;
        _changed = changed;
        _warn = warn;
    }

    /// <summary>When <see cref="Turn"/> has something to do.</summary>
    public abstract Instant NextDeadline { get; }

    protected WatchSpec Spec { get; }

    protected PathFilter Filter { get; }

    protected List<string> Roots { get; }

    /// <summary>Folders are still to be gone through.</summary>
    public bool HasWork => _reader is not null || _open.Count > 0;

    /// <summary>Works for a bounded time.</summary>
    public abstract void Turn(Instant now);

    public virtual void Dispose()
    {
        _open.Clear();
        _reader?.Dispose();
        _reader = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>A folder is about to be read. False: it is not.</summary>
    protected abstract bool Enter(string folder, bool isNews);

    /// <summary>A wanted file was found.</summary>
    /// <param name="path">Which.</param>
    /// <param name="isNews">It was not there when the watch began.</param>
    protected abstract void Found(string path, bool isNews);

    /// <summary>The folder is gone through later.</summary>
    protected void Plan(string folder, bool isNews) => _open.Push(new Visit(folder, isNews));

    protected void Changed(string path)
    {
        _first = _count++ == 0 ? path : _first;
    }

    /// <summary>Tells what has changed since the last call.</summary>
    protected void Tell()
    {
        if (_count > 0)
        {
            var count = _count;
            _count = 0;
            _changed(_first, count);
        }
    }

    /// <summary>Says it once per watch: one folder without rights usually has many like it.</summary>
    protected void WarnOnce(string path, int errno)
    {
        if (!_warned && errno is not (Libc.ENOENT or Libc.ENOTDIR or Libc.ELOOP))
        {
            _warned = true;
            Warn($"{path} is not watched: {Libc.Describe(errno)}");
        }
    }

    protected void Warn(string text) => _warn(text);

    protected void Walk()
    {
        for (var left = Budget; left > 0;)
        {
            if (_reader is null)
            {
                if (!_open.TryPop(out _visit))
                {
                    return;
                }

                left -= FolderCost;
                if (Enter(_visit.Folder, _visit.IsNews))
                {
                    _reader = FolderReader.Open(_visit.Folder, out var errno);
                    WarnOnce(_visit.Folder, _reader is null ? errno : Libc.ENOENT);
                }
            }
            else if (_reader.Next(out var name, out var type))
            {
                left--;
                Look(Join(_visit!.Folder, name), type, _visit.IsNews);
            }
            else
            {
                _reader.Dispose();
                _reader = null;
            }
        }
    }

    protected static string Join(string folder, string name) => folder == "/" ? "/" + name : folder + "/" + name;

    void Look(string path, byte type, bool isNews)
    {
        // Most entries need no stat: only links, and what the file system does not tell, do.
        var isFolder = type == Libc.DT_DIR;
        if (type is Libc.DT_UNKNOWN or Libc.DT_LNK && (Filter.Enters(path) || Filter.Wants(path)))
        {
            isFolder = FileStat.Of(path, Spec.FollowsLinks)?.IsFolder == true;
        }

        if (isFolder)
        {
            if (Filter.Enters(path))
            {
                Plan(path, isNews);
            }
        }
        else if (Filter.Wants(path))
        {
            Found(path, isNews);
        }
    }

    sealed class Visit(string folder, bool isNews)
    {
        public string Folder => folder;

        public bool IsNews => isNews;
    }
}
