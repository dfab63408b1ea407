using Init.Core.Model;
using Init.Core.Watch;
using Init.Linux.Loop;

namespace Init.Linux.Watch;

/// <summary>
/// The watches of all apps. Each has an inotify descriptor of its own (two apps may watch the same folder, and one's full queue is not the other's), or
/// polls: because it was asked to, or because the kernel has no room. No app watches, no descriptor and no wake-up.
/// </summary>
/// <param name="loop">Where events are told.</param>
/// <param name="changed">Told the app, the first path of some changes, and how many.</param>
/// <param name="warn">Told what cannot be watched as it should.</param>
public sealed class FileWatch(EventLoop loop, Action<string, string, int> changed, Action<string> warn) : IDisposable
{
    readonly List<Entry> _entries = [];

    /// <summary>When <see cref="Turn"/> has something to do.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Never;
            foreach (var entry in _entries)
            {
                next = Instant.Min(next, entry.Watcher.NextDeadline);
            }

            return next;
        }
    }

    /// <summary>Watches, from now on, what an app watches; nothing, when that is off. Reads no folder yet.</summary>
    /// <param name="app">Its name.</param>
    /// <param name="spec">What it watches.</param>
    /// <param name="cwd">Its cwd as in the file.</param>
    public void Set(string app, WatchSpec spec, string? cwd)
    {
        End(_entries.Find(entry => entry.App == app));
        if (!spec.IsOn)
        {
            return;
        }

        var folder = Path.GetFullPath(cwd ?? ".");
        if (!spec.UsesPolling)
        {
            _entries.Add(new Entry(app, spec, folder, new InotifyWatcher(loop, spec, folder, (path, count) => changed(app, path, count), text => Warn(app, text))));
        }
        else
        {
            Poll(app, spec, folder);
        }
    }

    /// <summary>Works for a bounded time.</summary>
    public void Turn(Instant now)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            var entry = _entries[i];
            if (entry.Watcher.NextDeadline > now)
            {
                continue;
            }

            try
            {
                entry.Watcher.Turn(now);
            }
            catch
            {
                End(entry); // what nobody expected costs this watch, once
                throw;
            }

            if (entry.Watcher is InotifyWatcher { Problem: { } problem })
            {
                Warn(entry.App, $"{problem}. Until then files are looked at every {(long)entry.Spec.Interval.TotalMilliseconds} ms");
                End(entry);
                Poll(entry.App, entry.Spec, entry.Folder);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries)
        {
            entry.Watcher.Dispose();
        }

        _entries.Clear();
    }

    void Poll(string app, WatchSpec spec, string folder) =>
        _entries.Add(new Entry(app, spec, folder, new PollingWatcher(spec, folder, (path, count) => changed(app, path, count), text => Warn(app, text))));

    void Warn(string app, string text) => warn($"watch of {app}: {text}");

    void End(Entry? entry)
    {
        if (entry is not null)
        {
            _ = _entries.Remove(entry);
            entry.Watcher.Dispose();
        }
    }

    sealed class Entry(string app, WatchSpec spec, string folder, FolderWatcher watcher)
    {
        public string App => app;

        public WatchSpec Spec => spec;

        public string Folder => folder;

        public FolderWatcher Watcher => watcher;
    }
}
