using System.Runtime.InteropServices;

namespace Init.Benchmarks.Isolation;

/// <summary>
/// The C programs, compiled into the run's own folder: static where libc.a exists, else dynamic (start times then include the
/// worker's loader, equally for every subject). Throws BenchmarkException with the compiler's words.
/// </summary>
sealed class Fixtures : IDisposable
{
    public Fixtures()
    {
        ToolResult probe = Tool.Run(Unshare, [.. UnshareFlags, "true"]);
        if (probe.ExitCode != 0)
        {
            throw new BenchmarkException($"no pid namespace here ({probe.Output}): run as root, in docker with --privileged");
        }
        Folder = Directory.CreateTempSubdirectory("pminit-bench-").FullName;
        Worker = Compile("worker");
        StampExec = Compile("stamp-exec");
    }

    public string Folder { get; }
    public string Worker { get; }

    public string Unshare { get; } = Tool.Find("unshare") ?? throw new BenchmarkException("no unshare: apt-get install util-linux");

    /// <summary>--kill-child: when unshare dies, so does PID 1 and all below it. Without root, a user namespace comes first.</summary>
    public IReadOnlyList<string> UnshareFlags { get; } = [Libc.geteuid() == 0 ? "-pf" : "-rpf", "--kill-child", "--mount-proc"];

    public string StampExec { get; }
    public bool IsStatic { get; private set; } = true;

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, true);
        }
    }

    private string Compile(string name)
    {
        string compiler = Tool.Find("gcc") ?? Tool.Find("cc")
            ?? throw new BenchmarkException("no C compiler: apt-get install gcc libc6-dev");
        string source = Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".c");
        string output = Path.Combine(Folder, name);
        if (Tool.Run(compiler, ["-O2", "-static", "-o", output, source]).ExitCode == 0)
        {
            return output;
        }
        IsStatic = false;
        ToolResult result = Tool.Run(compiler, ["-O2", "-o", output, source]);
        return result.ExitCode == 0 ? output : throw new BenchmarkException($"{name}.c: {result.Output}");
    }

    public override string ToString() =>
        $"{(IsStatic ? "static" : "dynamic")} C worker, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
}
