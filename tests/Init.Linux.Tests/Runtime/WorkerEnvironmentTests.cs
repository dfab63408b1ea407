using System.Runtime.InteropServices;
using Init.Core.Model;
using Init.Linux.Cluster;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public unsafe class WorkerEnvironmentTests
{
    static readonly AppSpec Plain = new() { Name = "app", Command = new CommandSpec { Program = "x" } };

    [Fact]
    public void Build_AddsThePromises_ToPminitsOwn() => Assert.Equal(
        "A=1|NODE_APP_INSTANCE=2|PATH=/bin|PMINIT_APP=app|PMINIT_WORKER=app/2|pm_id=5",
        Build(Plain, "A=1", "PATH=/bin", "LISTEN_FDS=1", "pm_id=9"));

    [Fact]
    public void Build_CountsUp_FromTheBase() => Assert.Equal(
        "NODE_APP_INSTANCE=2|PMINIT_APP=app|PMINIT_WORKER=app/2|PORT=3002|pm_id=5",
        Build(Plain with { Env = [new("PORT", "3000")], Increment = new("PORT", 3000) }, "PORT=80"));

    [Fact]
    public void Build_RenamesTheInstance_AndLeavesTheOldNameAlone() => Assert.Equal(
        "COPY=2|NODE_APP_INSTANCE=outer|PMINIT_APP=app|PMINIT_WORKER=app/2|pm_id=5",
        Build(Plain with { InstanceVar = "COPY" }, "NODE_APP_INSTANCE=outer"));

    [Fact]
    public void Build_FiltersOnlyPminitsOwn()
    {
        var app = Plain with { Env = [new("A_FILE", "kept")] };
        const string Rest = "A_FILE=kept|NODE_APP_INSTANCE=2|PMINIT_APP=app|PMINIT_WORKER=app/2|pm_id=5";
        string[] own = ["A=1", "AB=2", "B=3", "no equals"];
        Assert.Equal(Rest, Build(app with { EnvFilter = new EnvFilter { All = true } }, own));
        Assert.Equal("AB=2|" + Rest.Replace("|NODE", "|B=3|NODE", StringComparison.Ordinal).Replace("|pm_id", "|no equals|pm_id", StringComparison.Ordinal),
            Build(app with { EnvFilter = new EnvFilter { Name = "A" } }, own));
        Assert.Equal("A_FILE=kept|B=3|NODE_APP_INSTANCE=2|PMINIT_APP=app|PMINIT_WORKER=app/2|no equals|pm_id=5", Build(app with { EnvFilter = new EnvFilter { Parts = ["A", "p"] } }, own));
    }

    [Fact]
    public void PathOf_IsTheDefault_WhenPathIsFiltered()
    {
        using var some = new RawStrings("PATH=/inherited");
        var filtered = Plain with { EnvFilter = new EnvFilter { Name = "PATH" } };
        Assert.Equal(ProgramFinder.DefaultPath, WorkerEnvironment.PathOf(some.AsInherited(), filtered));
        Assert.Equal("/a", WorkerEnvironment.PathOf(some.AsInherited(), filtered with { Env = [new("PATH", "/a")] }));
    }

    [Fact]
    public void Variables_AreTheFirstOfEachName()
    {
        using var some = new RawStrings("no equals", "A=1", "A=2", "B=x=y", "=C", "EMPTY=");
        Assert.Equal("A:1|B:x=y|EMPTY:", string.Join('|', some.AsInherited().Variables().Select(pair => pair.Key + ":" + pair.Value)));
    }

    /// <summary>Only workers of Node's cluster load it, after the user's own options.</summary>
    [Fact]
    public void DrainScript_IsAddedToNodeOptions()
    {
        using var folder = new TempFolder();
        var drain = new DrainFile(folder.Path);
        var spec = new AppSpec { Name = "api", Command = new CommandSpec { Program = "server.js" }, Env = [KeyValuePair.Create("NODE_OPTIONS", "--own")] };
        Assert.Equal($"--own --require {drain.Path()}", Options(spec, uniqueId: 1, drain));
        Assert.Equal("--own", Options(spec, uniqueId: 1, null));
        Assert.Equal("--own", Options(spec, uniqueId: 0, drain));
        Assert.Equal($"--theirs --require {drain.Path()}", Options(spec with { Env = [] }, uniqueId: 1, drain));
        Assert.StartsWith("--theirs --import data:", Options(spec with { Env = [] }, uniqueId: 1, new DrainFile("/proc")), StringComparison.Ordinal);
    }

    /// <summary>Said where neither a file nor an option without one is possible; not where it is not wanted.</summary>
    [Fact]
    public void DrainScript_IsMissed_WhereItHasNoPlace()
    {
        using var folder = new TempFolder();
        var (missed, nowhere) = (0, new DrainFile("/proc"));
        var spec = new AppSpec { Name = "api", Command = new CommandSpec { Program = "server.js" } };
        string Build(AppSpec app, DrainFile drain)
        {
            using var environment = new RawStrings("PMINIT_KILL_SIGNAL=SIGHUP");
            using var block = WorkerEnvironment.Build(environment.AsInherited(), app, 2, 5, uniqueId: 1, drain: drain, onUndrained: () => missed++);
            var all = "";
            for (var i = 0; i < block.Count; i++)
            {
                all += Marshal.PtrToStringUTF8((nint)block.Pointer[i]) + "\n";
            }

            return all;
        }

        Assert.Contains("PMINIT_KILL_SIGNAL=SIGINT\n", Build(spec with { KillSignal = Signal.Int }, new DrainFile(folder.Path)), StringComparison.Ordinal);
        Assert.DoesNotContain("PMINIT_KILL_SIGNAL", Build(spec with { KeepaliveDrain = false }, nowhere), StringComparison.Ordinal);
        Assert.Contains("NODE_OPTIONS=--import data:", Build(spec with { Env = [new("NODE_VERSION", "22.1.0")] }, nowhere), StringComparison.Ordinal);
        Assert.Equal(0, missed);
        Assert.DoesNotContain("PMINIT_KILL_SIGNAL", Build(spec, nowhere), StringComparison.Ordinal);
        Assert.Equal(1, missed);
    }

    static string? Options(AppSpec spec, int uniqueId, DrainFile? drain)
    {
        using var environment = new RawStrings("NODE_OPTIONS=--theirs", "NODE_VERSION=22.1.0");
        using var block = WorkerEnvironment.Build(environment.AsInherited(), spec, 2, 5, uniqueId: uniqueId, drain: drain);
        for (var i = 0; i < block.Count; i++)
        {
            if (Marshal.PtrToStringUTF8((nint)block.Pointer[i]) is { } entry && entry.StartsWith("NODE_OPTIONS=", StringComparison.Ordinal))
            {
                return entry["NODE_OPTIONS=".Length..];
            }
        }

        return null;
    }

    static string Build(AppSpec spec, params string[] own)
    {
        using var environment = new RawStrings(own);
        using var block = WorkerEnvironment.Build(environment.AsInherited(), spec, 2, 5);
        var all = new List<string>();
        for (var i = 0; i < block.Count; i++)
        {
            all.Add(Marshal.PtrToStringUTF8((nint)block.Pointer[i])!);
        }

        all.Sort(StringComparer.Ordinal);
        return string.Join('|', all);
    }
}
