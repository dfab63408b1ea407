namespace Init.Benchmarks.Subjects;

/// <summary>pminit itself: as a supervisor of an ecosystem file ("pminit") and as a plain init ("pminit --").</summary>
sealed class PminitSubject(string path, bool supervises) : Subject
{
    private readonly string _path = Path.GetFullPath(path);

    public override string Name => supervises ? "pminit" : "pminit --";
    public override bool IsSupervisor => supervises;
    public override bool IsOurs => true;
    public override string HowToInstall => $"make publish (looked for {_path}; --pminit PATH for another place)";
    public override string? Executable => File.Exists(_path) ? _path : null;
    public override string Version => FirstVersion(Tool.Run(_path, ["--version"]).Output);

    public override bool TakesSleepers => supervises;

    public override void AddSleepers(string folder, int count, string sleep)
    {
        string file = Path.Combine(folder, "ecosystem.json");
        string sleepers = $$"""{"name":"sleepers","script":"{{sleep}}","args":["1000000"],"interpreter":"none","instances":{{count}}},""";
        File.WriteAllText(file, File.ReadAllText(file).Replace("[{", "[" + sleepers + "{", StringComparison.Ordinal));
    }

    public override Launch Prepare(string folder, IReadOnlyList<string> worker)
    {
        string file = Path.Combine(folder, "ecosystem.json");
        EcosystemFile.Write(file, worker);
        return new Launch(supervises ? [_path, file] : [_path, "--", .. worker])
        {
            Environment = new Dictionary<string, string>
            {
                ["PMINIT_HEALTH"] = "off", // several subjects run at once, and one port serves one of them
                ["PMINIT_SOCKET"] = Path.Combine(folder, "pminit.sock"),
            },
        };
    }
}
