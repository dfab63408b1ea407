using System.Diagnostics;

namespace Init.Benchmarks.Isolation;

/// <summary>
/// One subject as PID 1 of a pid namespace of its own, with its private folder. Disposing kills PID 1 through its pidfd, whereupon
/// the kernel ends everything else in the namespace, and removes the folder. What is alive when the program ends is killed too.
/// </summary>
sealed class PidNamespace : IDisposable
{
    private static readonly HashSet<PidNamespace> s_alive = [];
    private static readonly TimeSpan s_bootLimit = TimeSpan.FromSeconds(10);

    private static bool s_closed;

    private readonly Fixtures _fixtures;
    private readonly Process _unshare;
    private readonly string _folder;
    private readonly int _pidfd;

    private PidNamespace(Fixtures fixtures, string folder, ProcessStartInfo start)
    {
        (_fixtures, _folder, _pidfd) = (fixtures, folder, -1);
        lock (s_alive)
        {
            if (s_closed)
            {
                throw new BenchmarkException("the program is ending");
            }
            _unshare = Process.Start(start)!;
            s_alive.Add(this);
        }
        bool booted = Clock.Await(() => _unshare.HasExited || ReadText("stamp").EndsWith('\n'), s_bootLimit);
        InitPid = booted ? ProcFs.ChildOf(_unshare.Id) : 0;
        _pidfd = InitPid == 0 ? -1 : Libc.pidfd_open(InitPid);
        if (_pidfd < 0)
        {
            string reason = _unshare.HasExited ? _unshare.StandardError.ReadToEnd() + ReadText("log") : "no PID 1 within 10 s";
            Dispose();
            throw new BenchmarkException($"did not start: {reason.Trim()}");
        }
        ExecNs = long.Parse(ReadText("stamp"));
    }

    /// <summary>The program of <see cref="Subject.AddSleepers"/>, links resolved.</summary>
    public static string SleepProgram { get; } = File.ResolveLinkTarget("/bin/sleep", true)?.FullName ?? "/bin/sleep";

    /// <summary>How many of the added programs run.</summary>
    public int Sleepers() => ProcFs.InNamespaceOf(InitPid).Count(pid => ProcFs.ProgramOf(pid) is { } program && Path.GetFileName(program) == "sleep");

    /// <summary>Pid of the namespace's PID 1 as the host sees it.</summary>
    public int InitPid { get; }

    /// <summary>When the subject was about to be executed.</summary>
    public long ExecNs { get; }

    /// <summary>Starts a subject that runs the worker with these arguments; {record} in them becomes the worker's file.</summary>
    public static PidNamespace Start(Fixtures fixtures, Subject subject, string mode, params string[] moreArgs) =>
        Start(fixtures, subject, 0, mode, moreArgs);

    /// <summary>The same beside so many programs that only sleep.</summary>
    public static PidNamespace Start(Fixtures fixtures, Subject subject, int sleepers, string mode, params string[] moreArgs)
    {
        string folder = Directory.CreateTempSubdirectory("pminit-bench-run-").FullName;
        string[] worker = [fixtures.Worker, mode, Path.Combine(folder, "record"), .. moreArgs];
        Launch launch = subject.Prepare(folder, worker);
        if (sleepers > 0)
        {
            subject.AddSleepers(folder, sleepers, SleepProgram);
        }
        return Start(fixtures, folder, launch);
    }

    /// <summary>Starts any program as PID 1. The folder is removed with it.</summary>
    public static PidNamespace Start(Fixtures fixtures, string folder, Launch launch)
    {
        string[] args =
        [
            .. fixtures.UnshareFlags, fixtures.StampExec, Path.Combine(folder, "log"), Path.Combine(folder, "stamp"), .. launch.Command,
        ];
        var start = new ProcessStartInfo(fixtures.Unshare, args) { RedirectStandardError = true };
        start.Environment.Clear(); // equal for all, and nothing of the caller's leaks in
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = folder;
        start.Environment["LANG"] = "C.UTF-8";
        foreach ((string name, string value) in launch.Environment)
        {
            start.Environment[name] = value;
        }
        return new PidNamespace(fixtures, folder, start);
    }

    /// <summary>Kills what is left and refuses to start more, for the end of the program (on whatever thread it comes).</summary>
    public static void DisposeAll()
    {
        PidNamespace[] left;
        lock (s_alive)
        {
            s_closed = true;
            left = [.. s_alive];
        }
        Array.ForEach(left, one => one.Dispose());
    }

    /// <summary>The worker's records of one kind ("start", "term", ...), in order.</summary>
    public List<long> Records(string kind) =>
        [.. ReadText("record").Split('\n').Select(line => line.Split(' '))
            .Where(parts => parts.Length == 2 && parts[0] == kind).Select(parts => long.Parse(parts[1]))];

    /// <summary>Waits for the nth record of a kind and returns it; throws with the subject's last words when it does not come.</summary>
    public long AwaitRecord(string kind, int nth, TimeSpan limit)
    {
        bool came = Clock.Await(() => _unshare.HasExited || Records(kind).Count >= nth, limit);
        List<long> records = Records(kind);
        return came && records.Count >= nth
            ? records[nth - 1]
            : throw new BenchmarkException(
                $"record {kind} {nth} did not come within {limit.TotalSeconds} s; PID 1 {(_unshare.HasExited ? "ended" : "lives")}; "
                + $"its output ends: {Tail(ReadText("log"))}");
    }

    /// <summary>Everything in the namespace that is not the worker: PID 1 and what it needs to supervise.</summary>
    public List<int> SupervisorPids() =>
        [.. ProcFs.InNamespaceOf(InitPid).Where(pid => ProcFs.ProgramOf(pid) is { } program && program != _fixtures.Worker && Path.GetFileName(program) != "sleep")];

    public int WorkerPid() =>
        ProcFs.InNamespaceOf(InitPid).FirstOrDefault(pid => ProcFs.ProgramOf(pid) == _fixtures.Worker);

    public bool Signal(int signal) => Libc.pidfd_send_signal(_pidfd, signal) == 0;

    /// <summary>True when PID 1 has ended within the time. Returns at the moment of its end, not at the next poll.</summary>
    public bool AwaitEnd(TimeSpan limit) => Libc.AwaitExit(_pidfd, (int)limit.TotalMilliseconds);

    public void Dispose()
    {
        lock (s_alive)
        {
            if (!s_alive.Remove(this))
            {
                return;
            }
        }
        if (_pidfd >= 0)
        {
            _ = Signal(Libc.SIGKILL);
        }
        else if (!_unshare.HasExited)
        {
            _unshare.Kill(); // --kill-child: PID 1 goes with it
        }
        _unshare.WaitForExit(s_bootLimit);
        if (_pidfd >= 0)
        {
            _ = Libc.close(_pidfd);
        }
        _unshare.Dispose();
        RemoveFolder();
    }

    private void RemoveFolder()
    {
        try
        {
            Directory.Delete(_folder, true);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"left behind: {_folder}: {e.Message}");
        }
    }

    private string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(_folder, file));
        }
        catch (FileNotFoundException)
        {
            return ""; // not written yet
        }
    }

    private static string Tail(string text) => text.Length == 0 ? "(nothing)" : text[Math.Max(0, text.Length - 400)..].Trim();
}
