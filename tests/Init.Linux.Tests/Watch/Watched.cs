using Init.Core.Watch;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;
using Init.Linux.Watch;

namespace Init.Linux.Tests.Watch;

/// <summary>A folder with a watch on it, in a loop of its own.</summary>
sealed class Watched : IDisposable
{
    readonly EventLoop _loop = new();
    readonly FileWatch _watch;

    public Watched(Func<WatchSpec, WatchSpec>? change = null, Action<TempFolder>? before = null)
    {
        Folder.Write("src/a.js", "1");
        Folder.Write("b.js", "1");
        Directory.CreateDirectory(Folder["app"]);
        before?.Invoke(Folder);
        var spec = new WatchSpec { Paths = ["."], Interval = TimeSpan.FromMilliseconds(10) };
        _watch = new FileWatch(_loop, (app, path, count) =>
        {
            Assert.Equal("api", app);
            Assert.True(count > 0);
            Told.Add(Path.GetRelativePath(Folder.Path, path));
            Count += count;
        }, Warnings.Add);
        _watch.Set("api", change?.Invoke(spec) ?? spec, Folder.Path);
        Settle();
    }

    public TempFolder Folder { get; } = new();

    /// <summary>First paths, in order.</summary>
    public List<string> Told { get; } = [];

    public List<string> Warnings { get; } = [];

    public int Count { get; private set; }

    public FileWatch Watch => _watch;

    public EventLoop Loop => _loop;

    public string this[string name] => Folder[name];

    /// <summary>Everything that is there now is watched: a look is over, or no folder is left to be read.</summary>
    public Watched Settle()
    {
        for (var turns = 0; _watch.NextDeadline.Nanoseconds == 0; turns++)
        {
            Assert.True(turns < 100_000, "the watch does not come to an end");
            Bounded.Turn(_loop);
            _watch.Turn(Clock.Now);
        }

        return this;
    }

    public Watched Do(Action action)
    {
        action();
        return this;
    }

    /// <summary>Turns until the first path that is told, which must be this one, or below it.</summary>
    public Watched Tells(string path)
    {
        Bounded.TurnUntil(_loop, () => Told.Count > 0, () => _watch.Turn(Clock.Now));
        Assert.Equal(path, Told[0]);
        return Quiet();
    }

    /// <summary>What happened since is told: a change that is certain to be told comes last. Then everything is forgotten.</summary>
    public Watched Quiet()
    {
        string last;
        do
        {
            Told.Clear();
            last = "zz" + Guid.NewGuid().ToString("N") + ".js";
            File.Create(Folder[last]).Dispose();
            Bounded.TurnUntil(_loop, () => Told.Count > 0, () => _watch.Turn(Clock.Now));
        }
        while (Told[^1] != last);
        Settle();
        Told.Clear();
        Count = 0;
        return this;
    }

    /// <summary>Nothing but the change made here is told.</summary>
    public Watched TellsNothing()
    {
        var last = "zz" + Guid.NewGuid().ToString("N") + ".js";
        File.Create(Folder[last]).Dispose();
        Bounded.TurnUntil(_loop, () => Told.Count > 0, () => _watch.Turn(Clock.Now));
        Assert.Equal(last, Told[0]);
        return Quiet();
    }

    public Watched Turn()
    {
        Bounded.Turn(_loop);
        _watch.Turn(Clock.Now);
        return this;
    }

    public void Dispose()
    {
        _watch.Dispose();
        _loop.Dispose();
        Folder.Dispose();
    }
}
