using System.Runtime.InteropServices;
using Init.Core.Watch;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;
using Init.Linux.Watch;

namespace Init.Linux.Tests.Watch;

/// <summary>What inotify costs, and what happens when it has no room.</summary>
public sealed class InotifyWatcherTests : IDisposable
{
    readonly EventLoop _loop = new();
    readonly TempFolder _folder = new();
    readonly List<string> _told = [];
    readonly List<string> _warnings = [];

    [Fact]
    public void IgnoredFolders_HaveNoWatch_AndOthersOne()
    {
        for (var i = 0; i < 50; i++)
        {
            _folder.Write($"node_modules/{i}/lib/index.js", "");
            _folder.Write($"src/{i}/index.js", "");
        }

        using var watcher = Watcher();
        Work(watcher);
        Assert.Equal(1 + 1 + 50, watcher.Count);
    }

    [Fact]
    public void LargeTree_IsGoneThrough_AFewFoldersPerTurn()
    {
        for (var i = 0; i < 300; i++)
        {
            Directory.CreateDirectory(_folder[$"{i}"]);
        }

        using var watcher = Watcher();
        var (turns, before) = (0, 0);
        for (; watcher.HasWork; turns++)
        {
            Assert.Equal(0, watcher.NextDeadline.Nanoseconds);
            watcher.Turn(Clock.Now);
            Assert.InRange(watcher.Count - before, 0, 16);
            before = watcher.Count;
        }

        Assert.InRange(turns, 19, 100);
        Assert.Equal(301, watcher.Count);
        Assert.False(watcher.NextDeadline.IsSet);
    }

    [Fact]
    public void LargeFolder_IsReadInParts()
    {
        for (var i = 0; i < 2000; i++)
        {
            _folder.Write($"{i}.js", "");
        }

        using var watcher = Watcher();
        Assert.InRange(Work(watcher), 8, 100);
        Assert.Empty(_told);
    }

    [Fact]
    public void FullQueue_IsOneChange_AndEverythingIsWatchedAnew()
    {
        Directory.CreateDirectory(_folder["src"]);
        using var watcher = Watcher();
        Work(watcher);
        watcher.Take(Event(-1, Libc.IN_Q_OVERFLOW));
        Assert.Equal([_folder.Path + " 1"], _told);
        Assert.True(watcher.HasWork);
        Work(watcher);
        Assert.Equal(2, watcher.Count);
        _folder.Write("src/a.js", "");
        Bounded.TurnUntil(_loop, () => _told.Count > 1);
        Assert.StartsWith(_folder["src/a.js"], _told[1]);
    }

    [Fact]
    public void EventsOfNoWatch_AreDropped()
    {
        using var watcher = Watcher();
        Work(watcher);
        watcher.Take(Event(77, Libc.IN_MODIFY, "a.js"));
        watcher.Take(Event(77, Libc.IN_IGNORED));
        watcher.Take([1, 2, 3]);
        watcher.Take([]);
        Assert.Empty(_told);
    }

    [Fact]
    public void AnyBytes_AreTaken_WithoutAnException()
    {
        using var watcher = Watcher();
        Work(watcher);
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var name = new byte[random.Next(4) * 16];
            random.NextBytes(name);
            watcher.Take([.. Event(random.Next(-1, 3), (uint)random.Next() & ~Libc.IN_Q_OVERFLOW), .. Event(1, (uint)random.Next() & 0xfff, name)]);
        }

        Work(watcher);
    }

    [Fact]
    public void NoApp_HasNoDescriptor_AndNoWakeUp()
    {
        var before = InotifyDescriptors();
        using var watch = new FileWatch(_loop, (_, _, _) => { }, _warnings.Add);
        watch.Set("api", WatchSpec.None, _folder.Path);
        Assert.False(watch.NextDeadline.IsSet);
        Assert.Equal(before, InotifyDescriptors());
        watch.Set("api", new WatchSpec { Paths = ["."] }, _folder.Path);
        watch.Set("api", new WatchSpec { Paths = ["x"] }, _folder.Path);
        Assert.Equal(before + 1, InotifyDescriptors());
        watch.Set("api", WatchSpec.None, _folder.Path);
        Assert.Equal(before, InotifyDescriptors());
        Assert.False(watch.NextDeadline.IsSet);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _folder.Dispose();
    }

    InotifyWatcher Watcher() => new(_loop, new WatchSpec { Paths = ["."] }, _folder.Path, (path, count) => _told.Add($"{path} {count}"), _warnings.Add);

    static int Work(InotifyWatcher watcher)
    {
        var turns = 0;
        for (; watcher.HasWork; turns++)
        {
            watcher.Turn(Clock.Now);
        }

        return turns;
    }

    /// <summary>Of this process that lead here; other tests have theirs meanwhile.</summary>
    int InotifyDescriptors() => Directory.GetFiles("/proc/self/fdinfo").Count(path =>
    {
        try
        {
            return File.ReadAllText(path).Contains("inotify wd:", StringComparison.Ordinal) && File.ReadAllText(path).Contains(Inode(), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    string Inode() => $"ino:{long.Parse(FileStat.Of(_folder.Path, true)!.Identity.Split(':')[2]):x} ";

    static byte[] Event(int wd, uint mask, string name) => Event(wd, mask, System.Text.Encoding.UTF8.GetBytes(name + "\0"));

    static byte[] Event(int wd, uint mask, byte[]? name = null)
    {
        var head = new Libc.inotify_event { wd = wd, mask = mask, len = (uint)(name?.Length ?? 0) };
        return [.. MemoryMarshal.AsBytes(new ReadOnlySpan<Libc.inotify_event>(in head)), .. name ?? []];
    }
}
