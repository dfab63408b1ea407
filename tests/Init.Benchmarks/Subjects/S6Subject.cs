namespace Init.Benchmarks.Subjects;

/// <summary>
/// s6: s6-svscan as PID 1 and one s6-supervise per worker. The run script is a shell script, as users write it: about half a
/// millisecond of its start is the shell.
/// </summary>
sealed class S6Subject : Subject
{
    public override string Name => "s6";
    public override bool IsSupervisor => true;
    public override string HowToInstall => "apt-get install s6";
    public override string? Executable => Tool.Find("s6-supervise") is null ? null : Tool.Find("s6-svscan");
    public override string Version => PackageVersion("s6");

    public override bool TakesSleepers => true;

    public override void AddSleepers(string folder, int count, string sleep)
    {
        for (int i = 0; i < count; i++)
        {
            WriteService(folder, $"sleeper{i}", [sleep, "1000000"]);
        }
    }

    public override Launch Prepare(string folder, IReadOnlyList<string> worker)
    {
        WriteService(folder, "app", worker);
        return new Launch([Executable!, "-c", "5000", Path.Combine(folder, "scan")]);
    }

    private static void WriteService(string folder, string name, IReadOnlyList<string> command)
    {
        string run = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "scan", name)).FullName, "run");
        File.WriteAllText(run, $"#!/bin/sh\nexec {string.Join(' ', command)}\n");
        File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public override DiskSize MeasureSize()
    {
        string supervise = Tool.Find("s6-supervise")!;
        string[] libraries = [.. SharedLibraries(Executable!).Union(SharedLibraries(supervise))];
        long executable = FileSize(Resolve(Executable!));
        long programs = executable + FileSize(Resolve(supervise));
        long own = programs + libraries.Where(path => path.Contains("libs6") || path.Contains("libskarnet")).Sum(FileSize);
        return new DiskSize(executable, own, programs + libraries.Sum(FileSize));
    }
}
