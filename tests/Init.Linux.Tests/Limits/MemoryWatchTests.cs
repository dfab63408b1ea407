using Init.Core.Supervision;
using Init.Linux.Limits;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Limits;

/// <summary>Usage from trees given by path, of both versions; and the kernel's word, from a real cgroup of this machine where one can be made.</summary>
public sealed class MemoryWatchTests : IDisposable
{
    const long MiB = 1 << 20;

    readonly TempFolder _root = new();
    readonly EventLoop _loop = new();
    int _notices;

    public void Dispose()
    {
        _loop.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void V2_CountsWithoutPagesOfFiles()
    {
        _root.Write("memory.events", "oom_kill 0\n");
        _root.Write("memory.max", $"{100 * MiB}\n");
        _root.Write("memory.current", $"{95 * MiB}\n");
        _root.Write("memory.stat", $"anon 1\nfile 5\ninactive_file {20 * MiB}\nactive_file {10 * MiB}\nshmem 7\n");
        Assert.Equal(new SupervisorEvent.MemoryRead(65 * MiB, 100 * MiB, false), Read("0::/\n"));

        // Well below the mark nobody looks so closely.
        _root.Write("memory.current", $"{50 * MiB}\n");
        Assert.Equal(new SupervisorEvent.MemoryRead(50 * MiB, 100 * MiB, false), Read("0::/\n"));
    }

    [Fact]
    public void V1_CountsTheWholeHierarchy()
    {
        _root.Write("memory/memory.limit_in_bytes", $"{100 * MiB}\n");
        _root.Write("memory/memory.usage_in_bytes", $"{95 * MiB}\n");
        _root.Write("memory/memory.stat", $"inactive_file 1\nactive_file 2\ntotal_inactive_file {20 * MiB}\ntotal_active_file {10 * MiB}\n");
        Assert.Equal(new SupervisorEvent.MemoryRead(65 * MiB, 100 * MiB, false), Read("4:memory:/\n"));
    }

    [Fact]
    public void NoLimit_IsNothingToWatch()
    {
        _root.Write("memory.events", "oom_kill 0\n");
        _root.Write("memory.max", "max\n");
        Assert.Equal(new SupervisorEvent.MemoryRead(0, 0, false), Read("0::/\n"));
    }

    [Fact]
    public void FilesThatVanish_AreNoUsage()
    {
        _root.Write("memory.events", "oom_kill 0\n");
        _root.Write("memory.max", $"{100 * MiB}\n");
        Assert.Equal(new SupervisorEvent.MemoryRead(0, 100 * MiB, false), Read("0::/\n"));
    }

    [RequiresCgroupFact]
    public void V1Threshold_IsToldOnce_UntilTheNextReading()
    {
        using var real = new RealCgroup(64 * MiB);
        using var watch = new MemoryWatch(_loop, MemoryCgroup.Find("/sys/fs/cgroup", real.Membership)!, () => _notices++);
        Assert.True(watch.Read(50, 90) is { KernelTells: true, LimitBytes: 64 * MiB });
        Bounded.Turn(_loop);
        Assert.Equal(0, _notices);

        // Shared memory counts for whoever writes it, for as long as it is there.
        using var hog = Child.Shell($"echo $$ >{real.Folder}/cgroup.procs; head -c 40M /dev/zero >{real.SharedFile}; echo full; exec sleep 1000");
        Assert.Equal("full", hog.ReadLine());
        Bounded.TurnUntil(_loop, () => _notices > 0);
        for (var i = 0; i < 10; i++)
        {
            Bounded.Turn(_loop);
        }

        Assert.Equal(1, _notices);
        var read = watch.Read(50, 90);
        Assert.InRange(read.UsedBytes, 40 * MiB, 64 * MiB);
        Assert.False(read.KernelTells, "usage is beyond the first threshold: somebody has to look");
        File.Delete(real.SharedFile);
        Bounded.TurnUntil(_loop, () => _notices > 1); // downwards too
        Assert.True(watch.Read(50, 90).KernelTells);
    }

    SupervisorEvent.MemoryRead Read(string membership)
    {
        using var watch = new MemoryWatch(_loop, MemoryCgroup.Find(_root.Path, membership)!, () => _notices++);
        return watch.Read(67, 90);
    }
}
