// A cgroup of version 1 of this machine, with a limit, for one PID 1 and all it starts. Removed with whatever is in it.
namespace Init.E2E.Tests.Harness;

sealed class Cgroup : IDisposable
{
    static int made;

    readonly string folder;

    /// <param name="controller">"memory" or "pids".</param>
    public Cgroup(string controller)
    {
        folder = $"/sys/fs/cgroup/{controller}/pminit-e2e-{Environment.ProcessId}-{Interlocked.Increment(ref made)}";
        Directory.CreateDirectory(folder);
    }

    /// <summary>A file of it: what it holds, and what to write into it.</summary>
    public string this[string file]
    {
        get => File.ReadAllText(Path.Combine(folder, file)).Trim();
        set => File.WriteAllText(Path.Combine(folder, file), value);
    }

    /// <summary>For <see cref="StartOptions.Before"/>: goes in, and execs what follows.</summary>
    public IReadOnlyList<string> Enter => ["/bin/sh", "-c", "echo 0 >\"$0/cgroup.procs\" && exec \"$@\"", folder];

    /// <summary>Why none can be made here, or null.</summary>
    public static string? Missing(string controller) =>
        !File.Exists($"/sys/fs/cgroup/{controller}/cgroup.procs") ? $"no cgroup v1 with the controller {controller} is mounted on this machine"
            : Environment.UserName != "root" ? "not root: no cgroup can be made" : null;

    public void Dispose()
    {
        foreach (var pid in this["cgroup.procs"].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = Sys.SendSignal(int.Parse(pid), Sys.Kill);
        }

        Assert.True(Limits.Poll(TryRemove), $"{folder} cannot be removed");
    }

    /// <summary>It is busy for a moment after its last process has ended.</summary>
    bool TryRemove()
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>Skipped with the reason where no such cgroup can be made: no package that CI could install mends that.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresCgroupFactAttribute : FactAttribute
{
    public RequiresCgroupFactAttribute(string controller)
    {
        Controller = controller;
        Skip = Cgroup.Missing(controller) ?? Machine.SkipReason(Needs.Python);
    }

    public string Controller { get; }
}
