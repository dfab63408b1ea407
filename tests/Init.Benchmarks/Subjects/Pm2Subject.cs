using System.Text.Json;

namespace Init.Benchmarks.Subjects;

/// <summary>
/// npm's pm2-runtime, pm2's own answer for containers. Executed as node with the script, which saves it the `env` of its first line.
/// Looked for in the peers' folder first, then as a global installation.
/// </summary>
sealed class Pm2Subject : Subject
{
    /// <summary>Where --install puts npm packages: outside the repository, kept between runs.</summary>
    public static string PeersFolder { get; } = Environment.GetEnvironmentVariable("PMINIT_BENCH_PEERS")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "pminit-bench");

    public override string Name => "pm2-runtime";
    public override bool IsSupervisor => true;
    public override bool IsSlow => true;
    public override string HowToInstall =>
        (Tool.Find("npm") is null ? "apt-get install nodejs npm; " : "") + $"npm install --prefix {PeersFolder} pm2@7";
    public override string? Executable => Tool.Find("node") is null ? null : Script;

    public override string Version
    {
        get
        {
            using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(PackageFolder, "package.json")));
            string node = Tool.Run(Tool.Find("node")!, ["--version"]).Output;
            return $"{package.RootElement.GetProperty("version").GetString()} (node {node.TrimStart('v')})";
        }
    }

    private static string? Script
    {
        get
        {
            string local = Path.Combine(PeersFolder, "node_modules", "pm2", "bin", "pm2-runtime");
            return File.Exists(local) ? local : Tool.Find("pm2-runtime") is { } global ? Resolve(global) : null;
        }
    }

    private static string PackageFolder => Path.GetDirectoryName(Path.GetDirectoryName(Script!))!;

    public override Launch Prepare(string folder, IReadOnlyList<string> worker)
    {
        string file = Path.Combine(folder, "ecosystem.json");
        EcosystemFile.Write(file, worker, ("exec_interpreter", "none"));
        return new Launch([Tool.Find("node")!, Script!, "start", file])
        {
            Environment = new Dictionary<string, string>
            {
                ["PM2_HOME"] = Path.Combine(folder, "pm2"),
                ["PM2_DISABLE_VERSION_CHECK"] = "true", // no network
            },
        };
    }

    public override DiskSize MeasureSize()
    {
        // A private node_modules holds pm2 and nothing else; a global one may hold more, so then only pm2's own tree counts.
        string modules = Path.Combine(PeersFolder, "node_modules");
        long own = FolderSize(Directory.Exists(modules) ? modules : PackageFolder);
        string node = Resolve(Tool.Find("node")!);
        return new DiskSize(FileSize(node), own, own + FileSize(node) + SharedLibraries(node).Sum(FileSize));
    }
}
