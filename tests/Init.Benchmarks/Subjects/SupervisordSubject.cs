namespace Init.Benchmarks.Subjects;

/// <summary>supervisord in the foreground, logging as its documentation advises for containers.</summary>
sealed class SupervisordSubject : Subject
{
    public override string Name => "supervisord";
    public override bool IsSupervisor => true;
    public override bool IsSlow => true;
    public override string HowToInstall => "apt-get install supervisor";
    public override string? Executable => Tool.Find("supervisord");
    public override string Version => FirstVersion(Tool.Run(Executable!, ["--version"]).Output);

    public override Launch Prepare(string folder, IReadOnlyList<string> worker)
    {
        string file = Path.Combine(folder, "supervisord.conf");
        File.WriteAllText(file, $"""
            [supervisord]
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
        long script = FileSize(Resolve(Executable!));
        string? folder = Directory.Exists("/usr/lib/python3/dist-packages/supervisor") ? "/usr/lib/python3/dist-packages/supervisor" : null;
        long own = script + (folder is null ? 0 : FolderSize(folder));
        string? python = Tool.Find("python3") is { } found ? Resolve(found) : null;
        string library = python is null ? "" : Path.Combine("/usr/lib", Path.GetFileName(python));
        long runtime = python is null ? 0 : FileSize(python) + SharedLibraries(python).Sum(FileSize);
        return new DiskSize(script, own, own + runtime + (Directory.Exists(library) ? FolderSize(library) : 0));
    }
}
