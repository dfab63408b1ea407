using System.Diagnostics;
using System.Text;

namespace Init.Benchmarks.Isolation;

/// <summary>Finds and runs the programs the harness itself needs (compiler, package managers, --version). Never waits for ever.</summary>
static class Tool
{
    private static readonly string[] s_fallbackFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>Absolute path of a program, or null.</summary>
    public static string? Find(string name)
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(s_fallbackFolders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs to the end or for two minutes; exit code -1 when it had to be killed or could not start.</summary>
    public static ToolResult Run(string program, IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        var output = new StringBuilder();
        try
        {
            using var process = Process.Start(start)!;
            DataReceivedEventHandler append = (_, e) =>
            {
                lock (output)
                {
                    output.AppendLine(e.Data);
                }
            };
            process.OutputDataReceived += append;
            process.ErrorDataReceived += append;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
            {
                process.Kill();
                return new ToolResult(-1, $"{program}: not done in two minutes");
            }
            process.WaitForExit(); // the overload without a limit also waits for the output's end
            lock (output)
            {
                return new ToolResult(process.ExitCode, output.ToString().Trim());
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new ToolResult(-1, e.Message);
        }
    }
}
