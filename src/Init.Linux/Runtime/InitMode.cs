using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Runtime;

/// <summary>
/// `pminit -- command args`: what tini does. One child with our stdin, stdout, stderr and terminal, every forwardable signal passed
/// on, everything reaped, the child's code (128+n for a signal) as ours. argv and environment go on byte for byte; the mask and the
/// ignored signals that we were started with are the child's again.
/// What can go wrong: a command that cannot be executed ends us with 126 or 127 (as a shell would), after one line on stderr.
/// </summary>
public sealed unsafe class InitMode : IDisposable
{
    /// <summary>SIGFPE and SIGSEGV: the runtime handles them, so an inherited "ignore" is gone by now.</summary>
    static ReadOnlySpan<int> Faults => [8, 11];

    readonly Inherited _inherited;
    readonly EventLoop _loop = new();
    readonly Reaper _reaper = new();
    readonly StartupMemory _memory = new();
    int _child;
    ExitStatus? _ended;

    InitMode(Inherited inherited) => _inherited = inherited;

    /// <summary>Runs argv[<paramref name="first"/>…] to its end.</summary>
    /// <returns>pminit's exit code.</returns>
    public static int Run(Inherited inherited, int first)
    {
        using var mode = new InitMode(inherited);
        return mode.Run(first);
    }

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    int Run(int first)
    {
        using var signals = new SignalSource(_loop, SignalSet.Handled, OnSignal);
        _loop.Fault = error => StandardError.Line("error: " + error.Message);
        if (Subreaper.Ensure() is { } warning)
        {
            StandardError.Line("warning: " + warning);
        }

        var problem = Launch(_inherited.Argv + first);
        if (problem is not null)
        {
            StandardError.Line(problem.Detail);
            return problem.Errno is Libc.ENOENT or Libc.ENOTDIR ? ExitCodes.NotFound : ExitCodes.NotExecutable;
        }

        _reaper.Own(_child, new WorkerId("command", 0), 1);
        _memory.GiveBackSoon(Clock.Now);
        while (_ended is null)
        {
            var now = Clock.Now;
            _loop.Wait(now, Reap() ? now : _memory.NextDeadline);
            _loop.Dispatch(Urgency.Signals);
            _memory.Expire(Clock.Now);
        }

        return _ended.Value.ShellCode;
    }

    bool Reap() => _reaper.Reap((_, _, _, status) => _ended = status) || _ended is not null;

    void OnSignal(Signal signal)
    {
        if (signal.IsForwardable)
        {
            // ESRCH: it has just ended, and its exit is about to be read.
            _ = Libc.kill(_child, signal.Number);
        }
    }

    SpawnProblem? Launch(byte** argv)
    {
        var name = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)argv[0]) ?? "";
        var (found, problem) = ProgramFinder.FindCommand(name, _inherited.Variable("PATH") ?? ProgramFinder.DefaultPath);
        return found is null ? problem : Spawn(found.Path, argv);
    }

    SpawnProblem? Spawn(string path, byte** argv)
    {
        var attributes = stackalloc byte[Libc.SpawnObjectSize];
        var actions = stackalloc byte[Libc.SpawnObjectSize];
        var mask = new Libc.sigset_t { bits = _inherited.Mask };
        var defaults = new Libc.sigset_t { bits = ~_inherited.Ignored & SignalState.Catchable };
        _ = Libc.posix_spawnattr_init(attributes);
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_setflags(attributes,
            Libc.POSIX_SPAWN_SETPGROUP | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK);
        _ = Libc.posix_spawnattr_setpgroup(attributes, 0);
        _ = Libc.posix_spawnattr_setsigmask(attributes, &mask);
        _ = Libc.posix_spawnattr_setsigdefault(attributes, &defaults);
        GiveTerminal(actions);
        CloseWhatWasClosed(actions);

        using var file = new Utf8z(path);
        int pid;
        var saved = stackalloc byte[2 * Libc.SigactionSize];
        IgnoreFaults(saved);
        var errno = Libc.posix_spawn(&pid, file.Pointer, actions, attributes, argv, _inherited.Environ);
        RestoreFaults(saved);
        _ = Libc.posix_spawn_file_actions_destroy(actions);
        _ = Libc.posix_spawnattr_destroy(attributes);
        _child = pid;
        return errno == 0 ? null : Spawner.ExecProblem(path, errno);
    }

    /// <summary>The child's group becomes the terminal's foreground group before it runs, or its first read would stop it.</summary>
    static void GiveTerminal(byte* actions)
    {
        if (Libc.isatty(0) == 1 && Libc.tcgetpgrp(0) == Libc.getpgrp())
        {
            _ = Libc.posix_spawn_file_actions_addtcsetpgrp_np(actions, 0);
        }
    }

    void CloseWhatWasClosed(byte* actions)
    {
        for (var fd = 0; fd <= 2; fd++)
        {
            if ((_inherited.ClosedStandardFds & (1 << fd)) != 0)
            {
                _ = Libc.posix_spawn_file_actions_addclose(actions, fd);
            }
        }
    }

    /// <summary>
    /// posix_spawn cannot set a signal ignored, only leave it so. The runtime has put handlers in place of SIGFPE and SIGSEGV; where
    /// we inherited them ignored they are so again for the moment of the spawn (no managed fault can happen in between: the thread is
    /// inside libc), and the runtime's handlers come back right after.
    /// </summary>
    void IgnoreFaults(byte* saved)
    {
        for (var i = 0; i < Faults.Length; i++)
        {
            if (IsIgnored(Faults[i]))
            {
                SignalState.Set(Faults[i], Libc.SIG_IGN, saved + (i * Libc.SigactionSize));
            }
        }
    }

    void RestoreFaults(byte* saved)
    {
        for (var i = 0; i < Faults.Length; i++)
        {
            if (IsIgnored(Faults[i]))
            {
                _ = Libc.sigaction(Faults[i], saved + (i * Libc.SigactionSize), null);
            }
        }
    }

    bool IsIgnored(int number) => (_inherited.Ignored & (1UL << (number - 1))) != 0;
}
