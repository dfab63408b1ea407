namespace Init.Benchmarks;

/// <summary>What a reader needs to know about the machine before comparing with another table.</summary>
static class Machine
{
    public static IEnumerable<string> Facts(Bench bench)
    {
        yield return $"kernel {Line("/proc/sys/kernel/osrelease")}, {Environment.ProcessorCount} CPUs ({Cpu()}), "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MB, {Distribution()}, load {Line("/proc/loadavg")}";
        yield return $"{bench.Fixtures}, {bench.Options.Runs} runs, {DateTime.UtcNow:yyyy-MM-dd} UTC";
        foreach (Subject subject in bench.All)
        {
            yield return subject.Executable is null
                ? $"{subject.Name}: missing; {subject.HowToInstall}"
                : $"{subject.Name} {subject.Version}: {subject.Executable}";
        }
    }

    private static string Line(string path) => File.Exists(path) ? File.ReadLines(path).First() : "?";

    private static string Cpu() => Value("/proc/cpuinfo", "model name", ':');

    private static string Distribution() => Value("/etc/os-release", "PRETTY_NAME", '=').Trim('"');

    private static string Value(string path, string name, char separator)
    {
        string? line = File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(one => one.StartsWith(name, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(separator) + 1)..].Trim() ?? "?";
    }
}
