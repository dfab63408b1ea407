// Prints what this process was born with, one `key value` a line: what a test of a clean start wants to know.
// SigIgn and SigCgt show the .NET runtime's own handlers too (8, 11, 13, 33, 34), and it may open /dev/urandom: where a test
// needs those exactly, it runs /bin/cat /proc/self/status and /bin/ls -l /proc/self/fd instead.
using System.Collections;

namespace TestWorker;

static class Status
{
    public static void Print()
    {
        foreach (var line in File.ReadLines("/proc/self/status").Where(l => l.StartsWith("Sig", StringComparison.Ordinal)))
        {
            Output.Line($"status {line.Replace(":\t", " ")}");
        }

        // The name in field 2 may hold spaces, so count from its closing bracket: state ppid pgrp session tty tpgid.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Output.Line($"pid {Libc.getpid()}");
        Output.Line($"ppid {fields[1]}");
        Output.Line($"pgrp {fields[2]}");
        Output.Line($"session {fields[3]}");
        Output.Line($"tty {fields[4]}");
        Output.Line($"foreground {fields[5]}");
        Output.Line($"cwd {Environment.CurrentDirectory}");
        PrintDescriptors();
        foreach (var argument in Environment.GetCommandLineArgs())
        {
            Output.Line($"arg {argument}");
        }

        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            Output.Line($"env {variable.Key}={variable.Value}");
        }

        Output.Line("status-end");
    }

    // Asked one by one: listing /proc/self/fd would open a descriptor of its own.
    static void PrintDescriptors()
    {
        for (var fd = 0; fd < 1024; fd++)
        {
            if (Libc.fcntl(fd, Libc.F_GETFD) >= 0)
            {
                Output.Line($"fd {fd} {File.ResolveLinkTarget($"/proc/self/fd/{fd}", false)?.Name}");
            }
        }
    }
}
