using Init.Linux.Interop;

namespace Init.Linux.Tests.Support;

/// <summary>What a test needs of the machine that not every machine has.</summary>
[Flags]
enum Need
{
    None = 0,
    Compiler = 1,
    Root = 2,
    CoreFiles = 4,
    Bash = 8,
    IPv6 = 16,
    ManyFiles = 32,
}

/// <summary>
/// A fact that is skipped, with the reason, where the machine lacks something. With PMINIT_NO_SKIP=1 it runs and fails instead, so that
/// a build machine cannot lose tests unseen.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(Need needs)
    {
        if (Environment.GetEnvironmentVariable("PMINIT_NO_SKIP") != "1")
        {
            Skip = Needs.Missing(needs);
        }
    }
}

/// <summary>As <see cref="RequiresFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(Need needs)
    {
        if (Environment.GetEnvironmentVariable("PMINIT_NO_SKIP") != "1")
        {
            Skip = Needs.Missing(needs);
        }
    }
}

static class Needs
{
    const int ManyFiles = 4000;

    /// <summary>Why a test cannot run here, or null.</summary>
    public static string? Missing(Need needs)
    {
        if (needs.HasFlag(Need.Compiler) && Compiler is null)
        {
            return "no C compiler (cc or gcc) in PATH";
        }

        if (needs.HasFlag(Need.Root) && Libc.geteuid() != 0)
        {
            return "not root: cannot take another uid";
        }

        if (needs.HasFlag(Need.CoreFiles) && (Libc.geteuid() != 0 || !CoresAreFiles()))
        {
            return "core dumps do not go to the working directory here";
        }

        if (needs.HasFlag(Need.Bash) && InPath("bash") is null)
        {
            return "no bash in PATH";
        }

        if (needs.HasFlag(Need.IPv6) && !File.Exists("/proc/net/if_inet6"))
        {
            return "no IPv6 here";
        }

        return needs.HasFlag(Need.ManyFiles) && OpenFilesLimit() < ManyFiles ? $"fewer than {ManyFiles} open files allowed" : null;
    }

    public static string? Compiler => InPath("cc") ?? InPath("gcc");

    static bool CoresAreFiles() => File.ReadAllText("/proc/sys/kernel/core_pattern")[0] is not ('|' or '/');

    static long OpenFilesLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], out var limit) ? limit : long.MaxValue;
    }

    static string? InPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
