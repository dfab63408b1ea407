// One pminit as PID 1 of a pid namespace of its own, with a temporary folder, a control socket and a health port that nobody shares.
// Dispose kills unshare, and with it (--kill-child) the namespace with everything in it, whatever the test left running.
// Signals come from outside the namespace, as an orchestrator's do; the numbers in log lines are pids inside it.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Init.E2E.Tests.Harness;

sealed partial class Pid1 : IDisposable
{
    readonly Process unshare;
    readonly StdoutKind stdout;
    LineReader? output;
    readonly LineReader errors;
    readonly List<LogLine> parsed = [];
    int outerPid;

    Pid1(Process unshare, StdoutKind stdout, string folder, int healthPort)
    {
        this.unshare = unshare;
        this.stdout = stdout;
        Folder = folder;
        HealthPort = healthPort;
        errors = new LineReader(unshare.StandardError.BaseStream);
        if (stdout == StdoutKind.Pipe)
        {
            ReadOutput();
        }
    }

    /// <summary>Temporary folder of this instance; gone after the test.</summary>
    public string Folder { get; }

    public int HealthPort { get; }

    public string Socket => Path.Combine(Folder, "pminit.sock");

    public string OutputFile => Path.Combine(Folder, "stdout.txt");

    public StreamWriter Stdin => unshare.StandardInput;

    /// <summary>Pid of PID 1, seen from outside. Waits until it runs pminit and no longer unshare.</summary>
    public int OuterPid => outerPid != 0 ? outerPid : outerPid = FindOuterPid();

    public static Pid1 Start(StartOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("pminit-e2e-").FullName;
        // 0755: some tests run pminit as somebody who only may read.
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
        var port = FreePort();
        List<string> command = ["unshare", .. Machine.UnshareArguments, .. options.Before, ProgramOf(options, folder)];
        if (options.File is not null)
        {
            var file = Path.Combine(folder, options.FileName);
            File.WriteAllText(file, options.File);
            command.Add(file);
            if (options.Health is { } health)
            {
                command.AddRange(["--health", health == "auto" ? $"127.0.0.1:{port}" : health]);
            }
        }

        command.AddRange(options.Arguments);
        var redirection = options.Stdout switch
        {
            StdoutKind.Closed => " >&-",
            StdoutKind.DevFull => " >/dev/full",
            StdoutKind.File => $" >{folder}/stdout.txt",
            StdoutKind.Pipe or StdoutKind.UnreadPipe => "",
        };
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$@\"{redirection}", "sh", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        SetEnvironment(start, folder, options);
        var process = Process.Start(start)!;
        if (!options.Stdin)
        {
            process.StandardInput.Close();
        }

        return new Pid1(process, options.Stdout, folder, port);
    }

    /// <summary>Starts to read a pipe that was left unread until now.</summary>
    public void ReadOutput() => output ??= new LineReader(unshare.StandardOutput.BaseStream);

    /// <summary>Closes the reading end: every later write of pminit fails with EPIPE.</summary>
    public void CloseOutput() => unshare.StandardOutput.BaseStream.Dispose();

    /// <summary>Fails when pminit is gone: a test that signals means one that runs.</summary>
    public void Signal(int signal)
    {
        if (Sys.SendSignal(OuterPid, signal) != 0)
        {
            throw Failure($"signal {signal} could not be sent: pminit is gone");
        }
    }

    /// <summary>Sends a signal to a process of the namespace by the pid it has inside.</summary>
    public void SignalInside(long innerPid, int signal)
    {
        var outer = Processes.OuterPidOf(OuterPid, innerPid) ?? throw Failure($"no process {innerPid} in the namespace");
        _ = Sys.SendSignal(outer, signal);
    }

    /// <summary>Waits for the end and returns the code that pminit ended with by itself; fails when a signal killed it.</summary>
    public int WaitExit(TimeSpan? limit = null)
    {
        WaitEnd(limit);

        // unshare(1) ends with 1 and says so when its child was killed: never to be taken for an exit code.
        if (errors.Snapshot().Any(l => l.StartsWith("unshare: ", StringComparison.Ordinal)))
        {
            throw Failure("pminit was killed by a signal");
        }

        return unshare.ExitCode;
    }

    /// <summary>Waits for the end, whatever it is.</summary>
    public void WaitEnd(TimeSpan? limit = null)
    {
        if (!unshare.WaitForExit(limit ?? Limits.Default))
        {
            throw Failure("pminit did not end in time");
        }

        // Nobody of the namespace is left to hold the pipes open.
        if (!errors.WaitEnd(Limits.Default) || output?.WaitEnd(Limits.Default) == false)
        {
            throw Failure("pminit ended, but its output did not");
        }
    }

    public bool HasExited => unshare.HasExited;

    /// <summary>Processes of the namespace now, by their inner pids. Empty when it is gone.</summary>
    public IReadOnlyList<NamespaceProcess> ListProcesses() => Processes.In(OuterPid);

    public int CountZombies() => ListProcesses().Count(p => p.State == 'Z');

    /// <summary>An exception that carries the tail of the log.</summary>
    public Exception Failure(string message) => new InvalidOperationException($"{message}\n{Tail()}");

    public string Tail(int count = 40)
    {
        var lines = output?.Snapshot() ?? [];
        var tail = lines.TakeLast(count).Select(LogLine.Shorten);
        return $"--- stdout, {lines.Length} lines\n{string.Join('\n', tail)}\n--- stderr\n{string.Join('\n', errors.Snapshot().TakeLast(count))}";
    }

    public void Dispose()
    {
        if (!unshare.HasExited)
        {
            // Killing unshare alone would do; PID 1 first makes the end of the namespace certain where pdeathsig is refused.
            var child = FindChild();
            if (child > 0)
            {
                _ = Sys.SendSignal(child, Sys.Kill);
            }

            unshare.Kill();
            unshare.WaitForExit();
        }

        unshare.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    static string ProgramOf(StartOptions options, string folder)
    {
        if (options.CalledAs is null)
        {
            return Machine.Pminit;
        }

        var link = Path.Combine(folder, options.CalledAs);
        File.CreateSymbolicLink(link, Machine.Pminit);
        return link;
    }

    static void SetEnvironment(ProcessStartInfo start, string folder, StartOptions options)
    {
        // A known environment: the test runner's own DOTNET_* would reconfigure the runtime inside pminit.
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "HOME" })
        {
            start.Environment[name] = Environment.GetEnvironmentVariable(name);
        }

        start.Environment["PMINIT_SOCKET"] = Path.Combine(folder, "pminit.sock");
        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }
    }

    int FindOuterPid()
    {
        var child = 0;
        var found = Limits.Poll(() => unshare.HasExited || ((child = FindChild()) > 0 && Processes.Runs(child, Machine.Pminit)));
        return found && child > 0 ? child : throw Failure("PID 1 did not appear, or ended before it was looked for");
    }

    int FindChild() => unshare.HasExited ? 0 : Processes.ChildOf(unshare.Id);

    /// <summary>The first of two that follow one another, below those that the kernel gives to others.</summary>
    public static int TwoFreePorts()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            if (IsFree(port) && IsFree(port + 1))
            {
                return port;
            }
        }
    }

    static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
