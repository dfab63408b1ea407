// Changed files restart an app: the real kernel, a real folder. What editors do to files is in the tests of Init.Linux, timing in those of Init.Core.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class WatchTests(ITestOutputHelper output) : Pid1Test(output)
{
    /// <summary>A folder with something in it, before pminit starts in it.</summary>
    static readonly string[] Files = ["sh", "-c", "mkdir -p src/lib node_modules/x && touch src/a.js src/lib/b.js && exec \"$@\"", "sh"];

    [RequiresFact]
    public void TouchedFile_RestartsItsApp_AndNoOther()
    {
        var pid1 = StartWatched(Worker("api", "print=up on-term=0").With("watch", true), Worker("other", "print=up"));
        var first = pid1.WaitEvent("worker_started", "api");

        File.SetLastWriteTimeUtc(Path.Combine(pid1.Folder, "src/lib/b.js"), DateTime.UtcNow.AddSeconds(1));

        Assert.EndsWith("/src/lib/b.js", pid1.WaitEvent("file_changed", "api").String("path"), StringComparison.Ordinal);
        Assert.NotEqual(first.Pid, pid1.WaitEvent("worker_started", "api", 2).Pid);
        Assert.Single(pid1.Events("worker_started", "other"));
        Assert.Contains("\"watch\":true", pid1.Client("jlist").Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void BurstOfWrites_IsOneRestart()
    {
        var pid1 = StartWatched(Worker("api", "print=up on-term=0").With("watch", "src").With("watch_delay", 400).With("instances", 2));

        for (var i = 0; i < 50; i++)
        {
            File.AppendAllText(Path.Combine(pid1.Folder, $"src/lib/{i % 5}.js"), "x");
            Thread.Sleep(10); // part of what is tested: a build takes its time
        }

        pid1.WaitEvent("worker_started", "api", 4);
        Assert.InRange(pid1.WaitEvent("file_changed", "api").Number("changes")!.Value, 50, 500);
        File.Delete(Path.Combine(pid1.Folder, "src/a.js"));
        pid1.WaitEvent("file_changed", "api", 2);
        pid1.WaitEvent("worker_started", "api", 6);
        Assert.Equal(6, pid1.Events("worker_started", "api").Count());
    }

    [RequiresFact]
    public void IgnoredFiles_RestartNothing()
    {
        var pid1 = StartWatched(Worker("api", "print=up on-term=0").With("watch", true).With("ignore_watch", new JsonArray("*.log")));

        foreach (var file in (string[])["node_modules/x/i.js", "src/api.log", ".env", "src/lib/b.js"])
        {
            File.WriteAllText(Path.Combine(pid1.Folder, file), "x");
        }

        Assert.EndsWith("/src/lib/b.js", pid1.WaitEvent("file_changed", "api").String("path"), StringComparison.Ordinal);
    }

    [RequiresFact]
    public void AppThatWasGivenUp_GoesAgain_WhenItsFileIsMended()
    {
        var pid1 = StartWatched(Shell("api", "test -f src/mended && exec sleep 1000").With("watch", "src").With("max_restarts", 1));
        pid1.WaitEvent("worker_failed", "api");

        File.WriteAllText(Path.Combine(pid1.Folder, "src/mended"), "");

        pid1.WaitEvent("worker_ready", "api", 2);
        Assert.Equal(0, pid1.Client("health").Code);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void NewFile_ChangesWhatIsWatched()
    {
        var pid1 = StartWatched(Worker("api", "print=up on-term=0").With("watch", "src/lib"));
        File.WriteAllText(Path.Combine(pid1.Folder, "ecosystem.json"), Of(Worker("api", "print=up on-term=0")));

        Assert.Contains("adjusted (watch", pid1.Client("reload-config").Output, StringComparison.Ordinal);

        pid1.WaitUntil("nothing is watched", () => Watches(pid1) == 0);
        File.WriteAllText(Path.Combine(pid1.Folder, "ecosystem.json"), Of(Worker("api", "print=up on-term=0").With("watch", "src")));
        pid1.Signal(Sys.Hup);
        pid1.WaitUntil("src and src/lib are watched", () => Watches(pid1) == 2);
        Assert.Single(pid1.Events("worker_started", "api"));
    }

    [RequiresFact(Needs.UserNamespace)]
    public void KernelWithoutRoom_IsSaid_AndFilesAreLookedAt()
    {
        var pid1 = Start(new StartOptions
        {
            File = Of(Worker("api", "print=up on-term=0").With("watch", "src").With("watch_options", new JsonObject { ["interval"] = 50 })),
            Before = ["unshare", "-Ur", .. Files[..2], "echo 1 >/proc/sys/user/max_inotify_watches; " + Files[2], "sh"],
        });
        var warning = pid1.WaitEvent("warning");
        Assert.Contains("watch of api: the kernel takes no more than 1 watches: raise the sysctl fs.inotify.max_user_watches", warning.Message, StringComparison.Ordinal);

        // The first look only finds what is there, and nobody says when it is over.
        pid1.WaitUntil("a change is seen", () =>
        {
            File.AppendAllText(Path.Combine(pid1.Folder, "src/lib/b.js"), "x");
            return pid1.Events("worker_started", "api").Any();
        });
        pid1.WaitUntil("a restart", () =>
        {
            File.AppendAllText(Path.Combine(pid1.Folder, "src/a.js"), "x");
            return pid1.Events("file_changed", "api").Any();
        });
        pid1.WaitEvent("worker_started", "api", 2);
    }

    Pid1 StartWatched(params JsonObject[] apps)
    {
        var pid1 = Start(new StartOptions { File = Of(apps), Before = Files });
        pid1.WaitEvent("worker_started");
        pid1.WaitUntil("the files are watched", () => Watches(pid1) > 0);
        IdleTests.WaitAsleep(pid1);
        return pid1;
    }

    /// <summary>Folders that pminit watches, as the kernel counts them.</summary>
    static int Watches(Pid1 pid1)
    {
        var count = 0;
        foreach (var path in Directory.GetFiles($"/proc/{pid1.OuterPid}/fdinfo"))
        {
            try
            {
                count += File.ReadLines(path).Count(line => line.StartsWith("inotify wd:", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                continue; // a descriptor that was closed meanwhile
            }
        }

        return count;
    }
}
