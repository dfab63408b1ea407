// Runs `pminit VERB` against this PID 1: from outside by the path of its socket, or inside the namespace as `docker exec` does.
using System.Diagnostics;

namespace Init.E2E.Tests.Harness;

/// <summary>What a client call left behind.</summary>
sealed record ClientResult(int Code, string Output, string Errors);

sealed partial class Pid1
{
    public ClientResult Client(params string[] arguments) => Run([Machine.Pminit, .. arguments]);

    public ClientResult ClientInside(params string[] arguments) =>
        Run(["nsenter", "-t", $"{OuterPid}", "-p", "-m", "--", Machine.Pminit, .. arguments]);

    ClientResult Run(string[] command) => Run(command, new() { ["PMINIT_SOCKET"] = Socket });

    /// <summary>Runs a program to its end and reads all it prints.</summary>
    public static ClientResult Run(string[] command, Dictionary<string, string> environment, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit ?? Limits.Default))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"did not end: {string.Join(' ', command)}");
        }

        return new ClientResult(process.ExitCode, output.Result, errors.Result);
    }
}
