using System.Text.RegularExpressions;

namespace Init.Benchmarks.Subjects;

/// <summary>
/// One program under measurement: where it is, how it is told to run one worker, and how big it is. Its processes need no
/// description: everything in its pid namespace that is not the worker counts as its own.
/// </summary>
abstract partial class Subject
{
    /// <summary>Column name in the table.</summary>
    public abstract string Name { get; }

    /// <summary>True when it starts a dead worker again; false for pure inits, which end with it.</summary>
    public abstract bool IsSupervisor { get; }

    /// <summary>True for programs that take a second to start: fewer runs.</summary>
    public virtual bool IsSlow => false;

    /// <summary>True for the program that this repository builds.</summary>
    public virtual bool IsOurs => false;

    /// <summary>Command that installs it.</summary>
    public abstract string HowToInstall { get; }

    /// <summary>Absolute path of what PID 1 executes, or null when it is missing.</summary>
    public abstract string? Executable { get; }

    public abstract string Version { get; }

    /// <summary>Writes what the subject wants to read into the folder and tells how to execute it.</summary>
    public abstract Launch Prepare(string folder, IReadOnlyList<string> worker);

    /// <summary>True when it can be told to run many programs beside the worker.</summary>
    public virtual bool TakesSleepers => false;

    /// <summary>After Prepare: so many more programs that only sleep.</summary>
    public virtual void AddSleepers(string folder, int count, string sleep) => throw new BenchmarkException($"{Name} takes no more programs");

    public virtual DiskSize MeasureSize()
    {
        long bytes = new FileInfo(Resolve(Executable!)).Length;
        return new DiskSize(bytes, bytes, bytes + SharedLibraries(Executable!).Sum(FileSize));
    }

    protected static string FirstVersion(string text) => VersionPattern().Match(text) is { Success: true } match ? match.Value : "?";

    protected static string PackageVersion(string package) =>
        Tool.Find("dpkg-query") is { } query ? FirstVersion(Tool.Run(query, ["-W", "-f", "${Version}", package]).Output) : "?";

    /// <summary>What the dynamic loader adds (ldd); nothing for static files and scripts.</summary>
    protected static IEnumerable<string> SharedLibraries(string executable)
    {
        ToolResult result = Tool.Find("ldd") is { } ldd ? Tool.Run(ldd, [executable]) : default;
        return result.ExitCode != 0 || result.Output is null
            ? []
            : LibraryPattern().Matches(result.Output).Select(match => Resolve(match.Value)).Distinct();
    }

    protected static string Resolve(string path) => File.ResolveLinkTarget(path, true)?.FullName ?? path;

    protected static long FileSize(string path) => new FileInfo(path).Length;

    /// <summary>Sum of the regular files below a folder; links are not followed, so nothing counts twice.</summary>
    protected static long FolderSize(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        }).Sum(file => file.Length);

    [GeneratedRegex(@"\d+(\.\d+)+([-+.][0-9A-Za-z.]+)?")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"(?<=[\s])/\S+(?=\s\(0x)")]
    private static partial Regex LibraryPattern();
}
