using Init.Core.Watch;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Watch;

/// <summary>What people and editors do to files, on a real file system, by inotify and by polling.</summary>
public sealed class FileWatchTests
{
    static readonly Dictionary<string, Action<TempFolder>> Saves = new()
    {
        ["in place"] = f => File.WriteAllText(f["src/a.js"], "22"),
        ["append"] = f => File.AppendAllText(f["src/a.js"], "2"),
        ["truncate"] = f => File.WriteAllText(f["src/a.js"], ""),
        ["temporary file renamed over"] = f =>
        {
            File.WriteAllText(f["src/.a.js.tmp"], "22");
            File.Move(f["src/.a.js.tmp"], f["src/a.js"], overwrite: true);
        },
        ["delete and create"] = f =>
        {
            File.Delete(f["src/a.js"]);
            File.WriteAllText(f["src/a.js"], "22");
        },
        ["backup and new file"] = f =>
        {
            File.Move(f["src/a.js"], f["src/a.js~"]);
            File.WriteAllText(f["src/a.js"], "22");
            File.Delete(f["src/a.js~"]);
        },
        ["delete"] = f => File.Delete(f["src/a.js"]),
        ["touch"] = f => File.SetLastWriteTimeUtc(f["src/a.js"], DateTime.UtcNow.AddMilliseconds(5)),
    };

    public static TheoryData<string, bool> SaveNames()
    {
        var rows = new TheoryData<string, bool>();
        foreach (var name in Saves.Keys)
        {
            rows.Add(name, false);
            rows.Add(name, true);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(SaveNames))]
    public void Save_IsTold(string save, bool polls)
    {
        using var watched = Watch(polls);
        watched.Do(() => Saves[save](watched.Folder)).Tells("src/a.js");
        Assert.Empty(watched.Warnings);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FoldersThatCome_AreWatched_HoweverDeep(bool polls)
    {
        using var watched = Watch(polls);
        for (var i = 0; i < 20; i++)
        {
            var file = $"new{i}/a/b/c/x.js";
            watched.Do(() => watched.Folder.Write(file, "")).Tells(file);
            watched.Do(() => File.WriteAllText(watched[file], "2")).Tells(file);
        }
    }

    [Fact]
    public void FoldersThatComeOneByOne_AreWatched()
    {
        using var watched = Watch(polls: false);
        var path = "one";
        for (var i = 0; i < 10; i++, path += "/x")
        {
            watched.Do(() => Directory.CreateDirectory(watched[path]));
            for (var turn = 0; turn < i; turn++)
            {
                watched.Turn();
            }
        }

        watched.Do(() => watched.Folder.Write(path + "/f.js", "")).Tells(path + "/f.js");
    }

    [Fact]
    public void EmptyFolder_IsNoChange()
    {
        using var watched = Watch(polls: false);
        watched.Do(() => Directory.CreateDirectory(watched["empty"])).TellsNothing();
        watched.Do(() => Directory.Delete(watched["empty"])).TellsNothing();
    }

    [Theory]
    [InlineData(false, "moved")]
    [InlineData(true, "moved/a.js")]
    public void FolderMovedWithin_IsToldByItsNewName(bool polls, string first)
    {
        using var watched = Watch(polls);
        watched.Do(() => Directory.Move(watched["src"], watched["moved"]));
        watched.Tells(polls ? first : "src");
        watched.Do(() => File.WriteAllText(watched["moved/a.js"], "333")).Tells("moved/a.js");
        watched.Do(() => watched.Folder.Write("src/new.js", "")).Tells("src/new.js");
    }

    [Theory]
    [InlineData(false, "lib")]
    [InlineData(true, "lib/x/l.js")]
    public void FolderMovedInAndOut_IsTold(bool polls, string gone)
    {
        using var watched = Watch(polls);
        using var elsewhere = new TempFolder();
        elsewhere.Write("lib/x/l.js", "");
        watched.Do(() => Directory.Move(elsewhere["lib"], watched["lib"])).Tells("lib/x/l.js");
        watched.Do(() => Directory.Move(watched["lib"], elsewhere["lib"])).Tells(gone);
        watched.Do(() => elsewhere.Write("lib/x/l.js", "2")).TellsNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WholeFolderDeleted_IsToldByItsFiles(bool polls)
    {
        using var watched = Watch(polls);
        watched.Do(() => Directory.Delete(watched["src"], recursive: true)).Tells("src/a.js");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WatchedPath_MayComeLater_AndGoAndComeAgain(bool polls)
    {
        using var watched = Watch(polls, spec => spec with { Paths = ["later/deep", "zz*"] });
        for (var i = 0; i < 3; i++)
        {
            watched.Do(() => Directory.CreateDirectory(watched["later"]));
            watched.Do(() => watched.Folder.Write("later/aside.js", "")).TellsNothing();
            watched.Do(() => watched.Folder.Write("later/deep/x/a.js", "")).Tells("later/deep/x/a.js");
            watched.Do(() => File.WriteAllText(watched["later/deep/x/a.js"], "2")).Tells("later/deep/x/a.js");
            Directory.Delete(watched["later"], recursive: true);
            watched.Quiet();
        }

        Assert.Equal(polls ? [] : [$"watch of api: {watched["later/deep"]} does not exist yet: it is watched when it does"], watched.Warnings);
    }

    [Fact]
    public void WatchedFolder_MayBeMovedAway_AndAnotherPutInItsPlace()
    {
        using var watched = Watch(polls: false, spec => spec with { Paths = ["src", "zz*"] });
        watched.Do(() => Directory.Move(watched["src"], watched["old"])).Tells("src");
        watched.Do(() => File.WriteAllText(watched["old/a.js"], "333")).TellsNothing();
        watched.Do(() => Directory.Move(watched["old"], watched["src"])).Tells("src/a.js");
        watched.Do(() => File.WriteAllText(watched["src/a.js"], "4444")).Tells("src/a.js");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OneFile_IsWatchedAlone(bool polls)
    {
        using var watched = Watch(polls, spec => spec with { Paths = ["b.js", "zz*"] });
        watched.Do(() => watched.Folder.Write("c.js", "")).TellsNothing();
        watched.Do(() => File.WriteAllText(watched["b.js"], "22")).Tells("b.js");
        watched.Do(() => File.Move(watched["c.js"], watched["b.js"], overwrite: true)).Tells("b.js");
        watched.Do(() => File.Delete(watched["b.js"])).Tells("b.js");
        watched.Do(() => File.WriteAllText(watched["b.js"], "")).Tells("b.js");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IgnoredFiles_AreNotTold(bool polls)
    {
        using var watched = Watch(polls, spec => spec with { Ignore = ["*.log", "run"] }, folder => folder.Write("node_modules/x/i.js", ""));
        watched.Do(() =>
        {
            watched.Folder.Write("app.log", "");
            watched.Folder.Write("src/app.log", "");
            watched.Folder.Write("run/app.pid", "");
            watched.Folder.Write(".git/HEAD", "");
            watched.Folder.Write("src/.a.js.swp", "");
            watched.Folder.Write("node_modules/x/i.js", "2");
            watched.Folder.Write("node_modules/y/i.js", "2");
        }).TellsNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RightsAndReading_AreNoChange(bool polls)
    {
        using var watched = Watch(polls, before: folder => File.SetLastWriteTimeUtc(folder["b.js"], DateTime.UtcNow.AddHours(-1)));
        watched.Do(() =>
        {
            File.SetUnixFileMode(watched["b.js"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _ = File.ReadAllText(watched["b.js"]);
            using var open = File.Open(watched["b.js"], FileMode.Open, FileAccess.ReadWrite);
        }).TellsNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinkedFolder_IsWatched_AndItsOtherTargetToo(bool polls)
    {
        using var elsewhere = new TempFolder();
        elsewhere.Write("v1/a.js", "");
        elsewhere.Write("v2/a.js", "22");
        using var watched = Watch(polls, before: folder =>
        {
            Directory.CreateSymbolicLink(folder["current"], elsewhere["v1"]);
            Directory.CreateSymbolicLink(folder["src/circle"], folder.Path);
        });
        watched.Do(() => File.WriteAllText(elsewhere["v1/a.js"], "1")).Tells("current/a.js");
        watched.Do(() =>
        {
            Directory.CreateSymbolicLink(watched["next"], elsewhere["v2"]);
            using var rename = Child.Start("/bin/mv", "-T", watched["next"], watched["current"]);
            Assert.True(rename.Reap().IsSuccess);
        }).Quiet();
        watched.Do(() => File.WriteAllText(elsewhere["v1/a.js"], "333")).TellsNothing();
        watched.Do(() => File.WriteAllText(elsewhere["v2/a.js"], "333")).Tells("current/a.js");
    }

    [Theory]
    [InlineData(false, ".", "conf/..data")]
    [InlineData(true, ".", "conf/app.conf")]
    [InlineData(false, "conf/app.conf", "conf/app.conf")]
    [InlineData(true, "conf/app.conf", "conf/app.conf")]
    [InlineData(false, "conf/sub", "conf/sub")]
    [InlineData(true, "conf/sub", "conf/sub/more.conf")]
    public void ConfigMapThatIsUpdated_IsTold_EachTime(bool polls, string path, string told)
    {
        using var watched = Watch(polls, spec => spec with { Paths = [path, "zz*"] }, folder =>
        {
            Publish(folder, 1);
            Directory.CreateSymbolicLink(folder["conf/app.conf"], "..data/app.conf");
            Directory.CreateSymbolicLink(folder["conf/sub"], "..data/sub");
        });
        for (var version = 2; version < 5; version++)
        {
            watched.Do(() => Publish(watched.Folder, version));
            Bounded.TurnUntil(watched.Loop, () => watched.Told.Count > 0, () => watched.Turn());
            Assert.Contains(watched.Told[0], new[] { told, "conf/sub/more.conf" }); // a look goes through folders in any order
            watched.Quiet();
        }

        watched.TellsNothing();
    }

    /// <summary>As kubelet does it.</summary>
    static void Publish(TempFolder folder, int version)
    {
        folder.Write($"conf/..v{version}/app.conf", new string('x', version));
        folder.Write($"conf/..v{version}/sub/more.conf", new string('x', version));
        Directory.CreateSymbolicLink(folder["conf/..data_tmp"], $"..v{version}");
        using var rename = Child.Start("/bin/mv", "-T", folder["conf/..data_tmp"], folder["conf/..data"]);
        Assert.True(rename.Reap().IsSuccess);
        if (version > 1)
        {
            Directory.Delete(folder[$"conf/..v{version - 1}"], recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinkedFolder_IsNotFollowed_WhenTheFileSaysSo(bool polls)
    {
        using var elsewhere = new TempFolder();
        elsewhere.Write("a.js", "");
        using var watched = Watch(polls, spec => spec with { FollowsLinks = false }, folder => Directory.CreateSymbolicLink(folder["link"], elsewhere.Path));
        watched.Do(() => File.WriteAllText(elsewhere["a.js"], "1")).TellsNothing();
    }

    [Fact]
    public void FolderWithoutRights_IsSaidOnce()
    {
        using var watched = Watch(polls: false);
        if (Init.Linux.Interop.Libc.geteuid() == 0)
        {
            return; // root may read everything
        }

        watched.Do(() => Directory.CreateDirectory(watched["a"], UnixFileMode.None)).Do(() => Directory.CreateDirectory(watched["b"], UnixFileMode.None)).TellsNothing();
        Assert.Contains("Permission denied", Assert.Single(watched.Warnings));
    }

    static Watched Watch(bool polls, Func<WatchSpec, WatchSpec>? change = null, Action<TempFolder>? before = null)
        => new(spec => (change?.Invoke(spec) ?? spec) with { UsesPolling = polls }, before);
}
