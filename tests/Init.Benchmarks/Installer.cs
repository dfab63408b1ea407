using System.Diagnostics;

namespace Init.Benchmarks;

/// <summary>--install: the missing peers by apt-get and npm, with their output shown. What fails stays "missing" in the table.</summary>
static class Installer
{
    public static void Install(IEnumerable<Subject> missing)
    {
        string[] commands = [.. missing.Where(subject => !subject.IsOurs).Select(subject => subject.HowToInstall)];
        if (commands.Length == 0)
        {
            return;
        }
        if (commands.Any(command => command.Contains("apt-get", StringComparison.Ordinal)))
        {
            Run("apt-get update");
        }
        foreach (string command in commands)
        {
            foreach (string step in command.Split(';', StringSplitOptions.TrimEntries))
            {
                Run(step.Replace("apt-get install", "apt-get install -y --no-install-recommends", StringComparison.Ordinal));
            }
        }
    }

    private static void Run(string command)
    {
        Console.Error.WriteLine($"+ {command}");
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{command} 1>&2"])
        {
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        })!;
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(true);
        }
        else if (process.ExitCode != 0)
        {
            Console.Error.WriteLine($"  exit code {process.ExitCode}");
        }
    }
}
