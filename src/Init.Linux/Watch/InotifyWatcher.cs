using System.Runtime.InteropServices;
using System.Text;
using Init.Core.Model;
using Init.Core.Watch;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Watch;

/// <summary>
/// inotify(7): one watch per folder. A folder is watched first and read then, so that what comes into it meanwhile is found by the one or told by the other
/// (`mkdir -p a/b/c`). Where a watched path is missing, is a file, or is a link, the nearest folder above it is watched, and the path is looked at again when
/// something happens there. IN_CLOSE_WRITE is not asked for: an app that has a file open for writing would be restarted by its own end, for ever.
/// What can go wrong: no room for more watches (ENOSPC; <see cref="Problem"/>, and the owner polls instead); a full queue (one change is told, and everything
/// is watched anew); a folder moved away (its watches follow the inode, and would tell wrong paths: they are taken off).
/// </summary>
public sealed unsafe class InotifyWatcher : FolderWatcher, IPollable
{
    const uint Mask = Libc.IN_MODIFY | Libc.IN_ATTRIB | Libc.IN_CREATE | Libc.IN_DELETE | Libc.IN_MOVED_FROM | Libc.IN_MOVED_TO | Libc.IN_DELETE_SELF
        | Libc.IN_MOVE_SELF | Libc.IN_ONLYDIR | Libc.IN_EXCL_UNLINK;

    const uint Came = Libc.IN_CREATE | Libc.IN_MOVED_TO;

    const uint Went = Libc.IN_DELETE | Libc.IN_MOVED_FROM;

    /// <summary>Looks at a path that comes and goes all the time.</summary>
    const int MostTries = 16;

    /// <summary>Kubernetes' link in volumes of ConfigMaps and Secrets.</summary>
    const string VolumeLink = "/..data";

    readonly EventLoop _loop;
    readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>Path of each watch, and the other way round.</summary>
    readonly Dictionary<int, string> _paths = [];
    readonly Dictionary<string, int> _watches = new(StringComparer.Ordinal);

    Fd _fd = new(-1);

    public InotifyWatcher(EventLoop loop, WatchSpec spec, string cwd, Action<string, int> changed, Action<string> warn)
        : base(spec, cwd, changed, warn)
    {
        _loop = loop;
        Begin();
        foreach (var root in Roots)
        {
            if (Problem is null && FileStat.Of(root, followsLinks: true) is null)
            {
                Warn($"{root} does not exist yet: it is watched when it does");
            }
        }
    }

    /// <summary>Why the kernel takes no more watches, and what to do; null: it does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Folders watched now.</summary>
    public int Count => _paths.Count;

    public override Instant NextDeadline => HasWork || Problem is not null ? new Instant(0) : Instant.Never;

    public override void Turn(Instant now)
    {
        Walk();
        Tell();
    }

    public void OnReady(uint events)
    {
        nint got;
        fixed (byte* into = _buffer)
        {
            got = Libc.read(_fd.Number, into, (nuint)_buffer.Length);
        }

        // EAGAIN: the watch began anew meanwhile.
        Take(_buffer.AsSpan(0, (int)Math.Max(got, 0)));
    }

    public void OnFault() => Dispose();

    public override void Dispose()
    {
        base.Dispose();
        Close();
    }

    /// <summary>Events as the kernel writes them.</summary>
    public void Take(ReadOnlySpan<byte> events)
    {
        while (events.Length >= sizeof(Libc.inotify_event))
        {
            var head = MemoryMarshal.Read<Libc.inotify_event>(events);
            var name = events.Slice(sizeof(Libc.inotify_event), (int)head.len);
            var end = name.IndexOf((byte)0);
            events = events[(sizeof(Libc.inotify_event) + (int)head.len)..];
            if ((head.mask & Libc.IN_Q_OVERFLOW) != 0)
            {
                // Which changes are lost nobody knows; watches of folders that came meanwhile are missing too.
                Changed(Roots[0]);
                Close();
                Begin();
                break;
            }

            if (_paths.TryGetValue(head.wd, out var folder))
            {
                if (head.len == 0)
                {
                    OnSelf(folder, head.wd, head.mask);
                }
                else
                {
                    OnEntry(Join(folder, Encoding.UTF8.GetString(end < 0 ? name : name[..end])), head.mask);
                }
            }
        }

        Tell();
    }

    protected override bool Enter(string folder, bool isNews)
    {
        var wd = Add(folder, out var errno);
        if (wd >= 0)
        {
            // By a link this folder may be watched under another path already: once is enough, and circles end here.
            return _paths[wd] == folder;
        }

        if (Problem is null)
        {
            WarnOnce(folder, errno);
        }

        if (errno is Libc.ENOENT or Libc.ENOTDIR && Roots.Contains(folder))
        {
            Attach(folder, isNews: true);
        }

        return false;
    }

    protected override void Found(string path, bool isNews)
    {
        if (isNews)
        {
            Changed(path);
        }
    }

    /// <summary>The watched folder itself has gone.</summary>
    void OnSelf(string folder, int wd, uint mask)
    {
        if ((mask & Libc.IN_IGNORED) != 0)
        {
            Drop(folder, wd);
            return;
        }

        if ((mask & (Libc.IN_DELETE_SELF | Libc.IN_MOVE_SELF | Libc.IN_UNMOUNT)) == 0)
        {
            return;
        }

        foreach (var root in Roots)
        {
            if (IsAtOrBelow(root, folder))
            {
                Gone(folder);
                Attach(root, isNews: true);
            }
        }
    }

    void OnEntry(string path, uint mask)
    {
        if ((mask & (Came | Went)) != 0)
        {
            LookAtRoots(path, (mask & Went) != 0);
        }

        if ((mask & Libc.IN_ISDIR) != 0)
        {
            OnFolder(path, mask);
            return;
        }

        if ((mask & Came) != 0 && path.EndsWith(VolumeLink, StringComparison.Ordinal))
        {
            OnVolumeChanged(path);
            return;
        }

        if (_watches.ContainsKey(path))
        {
            Gone(path); // a link to a folder that was changed, or taken away
        }

        if ((mask & Came) != 0 && Spec.FollowsLinks && Filter.Enters(path) && FileStat.Of(path, followsLinks: true)?.IsFolder == true)
        {
            Plan(path, isNews: true);
        }
        else if (Filter.Wants(path) && ((mask & ~Libc.IN_ATTRIB) != 0 || FileStat.Of(path, followsLinks: true)?.WasTouched == true))
        {
            Changed(path);
        }
    }

    /// <summary>A folder that comes counts by its files. One that is deleted has told of them itself; one that is moved away has not.</summary>
    void OnFolder(string path, uint mask)
    {
        if ((mask & (Came | Went)) == 0 || !Filter.Enters(path))
        {
            return;
        }

        if ((mask & Came) != 0)
        {
            Plan(path, isNews: true);
        }
        else if ((mask & Libc.IN_MOVED_FROM) != 0)
        {
            Gone(path);
        }
    }

    /// <summary>
    /// All that a ConfigMap or Secret holds has changed at once: its files are links that lead through this one, and kubelet renames another over it. They change
    /// without an event of their own, and this name is one that nobody watches.
    /// </summary>
    void OnVolumeChanged(string link)
    {
        var folder = FolderOf(link);
        if (Filter.Enters(folder))
        {
            Changed(link);
            Plan(folder, isNews: false); // folders in it are others now
            return;
        }

        foreach (var root in Roots)
        {
            if (FolderOf(root) == folder && FileStat.Of(root, followsLinks: false) is { IsLink: true })
            {
                Changed(root);
                Attach(root, isNews: false);
            }
        }
    }

    /// <summary>Something came or went that may be a watched path, or on the way to one.</summary>
    void LookAtRoots(string path, bool went)
    {
        foreach (var root in Roots)
        {
            if (IsAtOrBelow(root, path))
            {
                if (_watches.ContainsKey(root))
                {
                    Gone(path);
                }
                else if (went && root == path && Filter.Wants(path))
                {
                    Changed(path);
                }

                Attach(root, isNews: true);
            }
        }
    }

    void Begin()
    {
        _fd = new Fd(Libc.inotify_init1(Libc.IN_NONBLOCK | Libc.IN_CLOEXEC));
        if (_fd.Number < 0)
        {
            Problem = Libc.Errno == Libc.EMFILE
                ? "the kernel gives no more inotify instances: raise the sysctl fs.inotify.max_user_instances of the host"
                : $"inotify is not there: {Libc.Describe(Libc.Errno)}";
            return;
        }

        _loop.Add(_fd.Number, this, Libc.EPOLLIN, Urgency.Logs);
        foreach (var root in Roots)
        {
            Attach(root, isNews: false);
        }
    }

    /// <summary>Watches a path, or else the nearest folder above it.</summary>
    void Attach(string root, bool isNews)
    {
        for (var tries = 0; tries < MostTries && Problem is null; tries++)
        {
            var stat = FileStat.Of(root, followsLinks: true);
            if (stat is { IsFolder: true })
            {
                Plan(root, isNews);
                if (FileStat.Of(root, followsLinks: false) is { IsLink: false })
                {
                    return;
                }
            }
            else if (stat is not null && isNews && Filter.Wants(root))
            {
                Changed(root);
            }

            var (above, below) = (FolderOf(root), root);
            while (Add(above, out var errno) < 0 && above != "/" && Problem is null)
            {
                WarnOnce(above, errno);
                (above, below) = (FolderOf(above), above);
            }

            if (stat is not null || FileStat.Of(below, followsLinks: true) is null)
            {
                return;
            }

            // The next folder on the way has come before the one above it was watched: once more.
        }
    }

    /// <returns>The watch; -1 with an errno. It keeps the path it had first.</returns>
    int Add(string folder, out int errno)
    {
        using var name = new Utf8z(folder);
        var wd = Libc.inotify_add_watch(_fd.Number, name.Pointer, Mask);
        errno = wd < 0 ? Libc.Errno : 0;
        if (wd >= 0)
        {
            if (_paths.TryAdd(wd, folder))
            {
                _watches[folder] = wd;
            }
        }
        else if (errno is Libc.ENOSPC or Libc.ENOMEM)
        {
            Problem = $"the kernel takes no more than {Count} watches: raise the sysctl fs.inotify.max_user_watches of the host, or let ignore_watch name folders that need none";
        }

        return wd;
    }

    void Gone(string path)
    {
        Changed(path);
        Forget(path);
    }

    /// <summary>Takes the watches of a folder and of all below it off.</summary>
    void Forget(string path)
    {
        var gone = new List<int>();
        foreach (var (wd, folder) in _paths)
        {
            if (IsAtOrBelow(folder, path))
            {
                gone.Add(wd);
            }
        }

        foreach (var wd in gone)
        {
            _ = Libc.inotify_rm_watch(_fd.Number, wd);
            Drop(_paths[wd], wd);
        }
    }

    void Drop(string folder, int wd)
    {
        _ = _paths.Remove(wd);
        if (_watches.TryGetValue(folder, out var current) && current == wd)
        {
            _ = _watches.Remove(folder);
        }
    }

    void Close()
    {
        if (_fd.Number >= 0)
        {
            _loop.Remove(_fd.Number);
        }

        _fd.Dispose();
        _paths.Clear();
        _watches.Clear();
    }

    static string FolderOf(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "/";

    static bool IsAtOrBelow(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length || folder == "/" || path[folder.Length] == '/');
}
