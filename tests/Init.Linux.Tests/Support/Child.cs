using System.Globalization;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Tests.Support;

/// <summary>A real worker process, started by the real spawner, and killed with its whole session at the end of the test.</summary>
sealed unsafe class Child : IDisposable
{
    static readonly Spawner Spawner = new(Inherited.FromRuntime([]));

    readonly List<int> _family = [];
    bool _isReaped;

    Child(SpawnedProcess process) => Process = process;

    public SpawnedProcess Process { get; }

    public int Pid => Process.Pid;

    /// <summary>Starts a program of PATH.</summary>
    public static Child Start(string program, params string[] args) =>
        Start(Spawner, new AppSpec { Name = "app", Command = new CommandSpec { Program = program, Args = [.. args] } });

    /// <summary>Starts `sh -c script`.</summary>
    public static Child Shell(string script) => Start("/bin/sh", "-c", script);

    /// <summary>As <see cref="Shell"/>, with the mark of a worker's process.</summary>
    public static Child Marked(WorkerId worker, int incarnation, string script)
    {
        Assert.Null(Subreaper.Ensure());
        Assert.True(WorkerMark.Set(WorkerMark.Of(worker, incarnation), ProcessSettings.None));
        try
        {
            return Shell(script);
        }
        finally
        {
            WorkerMark.Clear();
        }
    }

    public static Child Start(Spawner spawner, AppSpec spec, int index = 0, int pmId = 0)
    {
        var (process, problem) = spawner.Spawn(spec, index, pmId);
        Assert.True(process is not null, problem?.Detail);
        return new Child(process);
    }

    /// <summary>The next line of its standard output.</summary>
    public string ReadLine() => Reading.Line(Process.Output.Number);

    /// <summary>The next line, which is the pid of a descendant; that one is killed at the end too.</summary>
    public int ReadPid()
    {
        var pid = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
        _family.Add(pid);
        return pid;
    }

    /// <summary>All its standard output.</summary>
    public string ReadToEnd() => Reading.ToEnd(Process.Output.Number);

    /// <summary>Waits for its end without reaping it.</summary>
    public void WaitEnd() => WaitEnd(Pid);

    public static void WaitEnd(int pid)
    {
        using var watch = new Fd(TestLibc.Pidfd(pid));
        Assert.True(watch.Number < 0 || Bounded.Poll(watch.Number), $"process {pid} goes on");
    }

    /// <summary>Reaps this process and no other.</summary>
    public ExitStatus Reap()
    {
        WaitEnd();
        _isReaped = true;
        Libc.siginfo_t info;
        Assert.Equal(0, Libc.waitid(TestLibc.P_PID, (uint)Pid, &info, Libc.WEXITED | Libc.WNOHANG));
        return info.si_code == Libc.CLD_EXITED ? ExitStatus.Exited(info.si_status) : ExitStatus.Signalled(info.si_status);
    }

    /// <summary>Somebody else has reaped it: its pid may be another's by now.</summary>
    public void Forget() => _isReaped = true;

    public void Dispose()
    {
        // All die first and are reaped then: only when its parent is dead does a descendant become our child (we are a subreaper).
        if (!_isReaped)
        {
            _ = Libc.kill(-Pid, 9);
            _family.Add(Pid);
        }

        foreach (var pid in _family)
        {
            _ = Libc.kill(pid, 9);
            WaitEnd(pid);
        }

        foreach (var pid in _family)
        {
            Libc.siginfo_t info;
            _ = Libc.waitid(TestLibc.P_PID, (uint)pid, &info, Libc.WEXITED | Libc.WNOHANG);
        }

        Process.Dispose();
    }
}
