using System.Runtime.CompilerServices;
using Init.Core.Config;
using Init.Core.Tests.Support;
using Init.Linux.Evaluation;
using Init.Linux.Runtime;

namespace Init.Linux.Tests.Evaluation;

/// <summary>The samples that are scripts: evaluated by node, then read like the others (SampleTests of Init.Core).</summary>
public sealed class ScriptSampleTests
{
    static readonly ConfigContext Context = new() { Cpus = 4, MemoryLimitBytes = 1 << 30 };

    public static TheoryData<string> Samples => [.. Directory.EnumerateFiles(Folder(), "*", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith(".expected", StringComparison.Ordinal) && FileFormats.Of(path) == FileFormat.Script)
        .Select(path => Path.GetRelativePath(Folder(), path)).Order(StringComparer.Ordinal)];

    [NodeTheory]
    [MemberData(nameof(Samples))]
    public void Sample_ComesToWhatIsExpected(string name)
    {
        var path = Path.Combine(Folder(), name);
        var (json, error) = ConfigEvaluator.Run(path, Inherited.FromRuntime([]), _ => { });
        Assert.Null(error?.ToString());
        GoldenFile.CheckAt(path + ".expected", SampleText.Of(EcosystemReader.Read(json, Path.GetFileName(name), Context)));
    }

    static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Samples"));
}

/// <summary>Skipped, with the reason, where there is no node.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute()
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "node")));
        Skip = isThere || Environment.GetEnvironmentVariable("PMINIT_NO_SKIP") == "1" ? null : "node is missing: apt-get install nodejs";
    }
}
