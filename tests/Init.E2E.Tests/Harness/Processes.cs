// Reads /proc, of this machine and of a namespace (through /proc/PID/root, where unshare has mounted the namespace's own).
// A process may vanish between listing and reading: then it is not listed.
using System.Globalization;

namespace Init.E2E.Tests.Harness;

/// <summary>One process of a namespace; all numbers are those inside it.</summary>
sealed record NamespaceProcess(int Pid, string Name, char State, int Parent, int Group, int Session);

static class Processes
{
    public static IReadOnlyList<NamespaceProcess> In(int outerPid)
    {
        var found = new List<NamespaceProcess>();
        foreach (var pid in Pids($"/proc/{outerPid}/root/proc"))
        {
            if (Stat($"/proc/{outerPid}/root/proc/{pid}/stat") is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }

    /// <summary>First child of a process of this machine, 0 when there is none.</summary>
    public static int ChildOf(int parent)
    {
        foreach (var pid in Pids("/proc"))
        {
            if (Stat($"/proc/{pid}/stat")?.Parent == parent)
            {
                return pid;
            }
        }

        return 0;
    }

    public static bool Runs(int pid, string program)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", false)?.FullName == (File.ResolveLinkTarget(program, true)?.FullName ?? program);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static int? OuterPidOf(int outerPid1, long innerPid)
    {
        var space = Link($"/proc/{outerPid1}/ns/pid");
        foreach (var pid in Pids("/proc"))
        {
            var inner = Field($"/proc/{pid}/status", "NSpid:")?.Split('\t', StringSplitOptions.RemoveEmptyEntries)[^1];
            if (inner == innerPid.ToString(CultureInfo.InvariantCulture) && Link($"/proc/{pid}/ns/pid") == space)
            {
                return pid;
            }
        }

        return null;
    }

    /// <summary>The rest of the line of a status file that begins with <paramref name="name"/>; null when there is none.</summary>
    public static string? Field(string path, string name) =>
        Read(path)?.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();

    static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    static IEnumerable<int> Pids(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder)
                .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
                .Where(pid => pid > 0)
                .ToList();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static NamespaceProcess? Stat(string path)
    {
        if (Read(path) is not { Length: > 0 } text)
        {
            return null;
        }

        // proc(5): pid (comm) state ppid pgrp session; comm may hold anything, so look for its last bracket.
        var open = text.IndexOf('(');
        var close = text.LastIndexOf(')');
        var fields = text[(close + 2)..].Split(' ');
        return new NamespaceProcess(
            int.Parse(text[..(open - 1)]),
            text[(open + 1)..close],
            fields[0][0],
            int.Parse(fields[1]),
            int.Parse(fields[2]),
            int.Parse(fields[3]));
    }

    static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
