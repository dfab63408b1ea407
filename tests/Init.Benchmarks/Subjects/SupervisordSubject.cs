namespace Init.Benchmarks.Subjects;

/// <summary>supervisord in the foreground, logging as its documentation advises for containers.</summary>
sealed class SupervisordSubject : Subject
{
    private const string PackageFolder = "/usr/lib/python3/dist-packages/supervisor"; // Debian's place

    public override string Name => "supervisord";
    public override bool IsSupervisor => true;
    public override bool IsSlow => true;
    public override string HowToInstall => "apt-get install supervisor";
    public override string? Executable => Tool.Find("supervisord");
    public override string Version => FirstVersion(Tool.Run(Executable!, ["--version"]).Output);

    public override bool TakesSleepers => true;

    public override void AddSleepers(string folder, int count, string sleep) => File.AppendAllText(Path.Combine(folder, "supervisord.conf"), $"""

            [program:sleepers]
            command={sleep} 1000000
            numprocs={count}
            process_name=%(program_name)s_%(process_num)d

            """);

    public override Launch Prepare(string folder, IReadOnlyList<string> worker)
    {
        string file = Path.Combine(folder, "supervisord.conf");
        File.WriteAllText(file, $"""
            [supervisord]
            minfds=10000
            nodaemon=true
            user=root
            logfile=/dev/null
            logfile_maxbytes=0
            pidfile={folder}/supervisord.pid

            [program:app]
            command={string.Join(' ', worker)}
            autorestart=true
            stdout_logfile=/dev/stdout
            stdout_logfile_maxbytes=0
            redirect_stderr=true

            """);
        return new Launch([Executable!, "-c", file]);
    }

    public override DiskSize MeasureSize()
    {
        string firstLine = File.ReadLines(Executable!).First(); // not PATH's python3, which may be another one
        string python = firstLine.StartsWith("#!/", StringComparison.Ordinal) && File.Exists(firstLine[2..].Trim())
            ? Resolve(firstLine[2..].Trim()) : throw new BenchmarkException($"interpreter of {Executable} unknown: {firstLine}");
        string library = Path.Combine("/usr/lib", Path.GetFileName(python));
        long own = FileSize(Resolve(Executable!)) + SizeIfThere(PackageFolder);
        long runtime = FileSize(python) + SharedLibraries(python).Sum(FileSize) + SizeIfThere(library);
        return new DiskSize(FileSize(python), own, own + runtime);
    }

    private static long SizeIfThere(string folder) => Directory.Exists(folder) ? FolderSize(folder) : 0;
}
