// What this machine has: the two binaries under test, the programs that tests use, and a way to become PID 1.
// Asked once, before any test. A wrong answer here skips tests, so each reason says what was looked for and where.
using System.Diagnostics;

namespace Init.E2E.Tests.Harness;

static class Machine
{
    static readonly string[][] WaysToPid1 =
    [
        ["-pf", "--mount-proc", "--kill-child"],
        ["-Urpf", "--mount-proc", "--kill-child"],
    ];

    static readonly Lazy<string[]?> Pid1Arguments = new(FindWayToPid1);

    static readonly Lazy<bool> HasUserNamespaces = new(() => Find("unshare") is not null && Ends("unshare", "-Ur", "sh", "-c", "echo 9 >/proc/sys/user/max_inotify_watches"));

    public static string Pminit { get; } = Environment.GetEnvironmentVariable("PMINIT_BIN") ?? Path.Combine(Root(), "out", "pminit");

    public static string TestWorker { get; } =
        Environment.GetEnvironmentVariable("TESTWORKER_BIN") ?? Path.Combine(Root(), "out", "testworker", "testworker");

    /// <summary>Arguments of unshare(1) that make the program behind them PID 1 here.</summary>
    public static string[] UnshareArguments => Pid1Arguments.Value ?? throw new InvalidOperationException(Missing(Needs.None));

    public static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    public static string? SkipReason(Needs needs) =>
        Environment.GetEnvironmentVariable("PMINIT_NO_SKIP") == "1" ? null : Missing(needs);

    /// <summary>Fails a test that runs although something is missing (PMINIT_NO_SKIP=1).</summary>
    public static void Demand(Needs needs)
    {
        if (Missing(needs) is { } reason)
        {
            throw new InvalidOperationException($"PMINIT_NO_SKIP=1, and {reason}");
        }
    }

    /// <summary>Full path of a program in PATH, or null.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    static string? Missing(Needs needs)
    {
        if (!File.Exists(Pminit))
        {
            return $"the published binary is missing: {Pminit} (make publish, or PMINIT_BIN)";
        }

        if (!File.Exists(TestWorker))
        {
            return $"the published test worker is missing: {TestWorker} (make publish, or TESTWORKER_BIN)";
        }

        if (Pid1Arguments.Value is null)
        {
            return "a pid namespace cannot be made: unshare -pf --mount-proc is missing or not permitted";
        }

        return MissingProgram(needs, Needs.Node, "node")
            ?? MissingProgram(needs, Needs.Python, "python3")
            ?? MissingProgram(needs, Needs.Script, "script")
            ?? MissingProgram(needs, Needs.Php, "php")
            ?? MissingProgram(needs, Needs.Ruby, "ruby")
            ?? MissingProgram(needs, Needs.Perl, "perl")
            ?? MissingProgram(needs, Needs.Bash, "bash")
            ?? MissingProgram(needs, Needs.Root, "setpriv")
            ?? (needs.HasFlag(Needs.Root) && Environment.UserName != "root" ? "not root: cannot become another user" : null)
            ?? (needs.HasFlag(Needs.UserNamespace) && !HasUserNamespaces.Value ? "a user namespace cannot be made: unshare -Ur is not permitted" : null)
            ?? (needs.HasFlag(Needs.Engine) ? Engine.Missing() : null);
    }

    static string? MissingProgram(Needs needs, Needs flag, string program) =>
        needs.HasFlag(flag) && Find(program) is null ? $"{program} is not in PATH" : null;

    static string[]? FindWayToPid1() => Find("unshare") is null ? null : WaysToPid1.FirstOrDefault(Works);

    static bool Works(string[] arguments) => Ends("unshare", [.. arguments, "true"]);

    static bool Ends(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Init.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? AppContext.BaseDirectory;
    }
}
