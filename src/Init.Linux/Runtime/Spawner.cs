using System.Globalization;
using System.Runtime.CompilerServices;
using Init.Core.Model;
using Init.Core.Processes;
using Init.Core.Supervision;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Limits;
using Init.Linux.Readiness;
using Init.Linux.Stage;

namespace Init.Linux.Runtime;

/// <summary>
/// posix_spawn(3) only: no managed code can run after fork. A worker starts clean: empty signal mask, default dispositions, its own
/// session, /dev/null as stdin, pipes as stdout and stderr, and no other descriptor.
/// Beyond those it gets what its readiness needs: a pipe (`{fd: n}`), a notify socket; and what Node's programs expect: an IPC channel. An app whose process settings need more is spawned as pminit's own exec
/// stage (<see cref="ExecStage"/>), with one more pipe.
/// </summary>
public sealed unsafe class Spawner : IDisposable
{
    readonly Inherited _inherited;
    readonly Fd _nullInput;
    readonly DrainFile _drain = DrainFile.InMemory();

    /// <summary>Apps of which that was said.</summary>
    readonly List<string> _undrained = [];

    /// <summary>Of each app in Node's cluster how many processes it has had.</summary>
    readonly Dictionary<string, StrongBox<int>> _forks = [];

    public Spawner(Inherited inherited)
    {
        _inherited = inherited;
        _nullInput = OpenNull();
    }

    /// <summary>Starts one process for a worker slot.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="index">Instance number.</param>
    /// <param name="pmId">Number over all workers.</param>
    /// <param name="incarnation">Which process of the slot; 0 for a program beside it.</param>
    /// <returns>A process with its two pipes, or a problem; exactly one is not null.</returns>
    public (SpawnedProcess? Process, SpawnProblem? Problem) Spawn(AppSpec spec, int index, int pmId, int incarnation = 0)
    {
        var (found, problem) = ProgramFinder.Find(spec.Command, spec.Cwd, WorkerEnvironment.PathOf(_inherited, spec));
        if (found is null)
        {
            return (null, problem);
        }

        var hasChannel = WorkerChannel.IsWanted(spec, found);
        using var fds = new ChildFds();
        var process = new SpawnedProcess { Path = found.Path };
        process.Output = Pipe(fds, 1) ?? process.Output;
        process.Error = Pipe(fds, 2) ?? process.Error;
        if (spec.ReadyWhen.Kind == ReadyKind.Descriptor)
        {
            process.Ready = Pipe(fds, spec.ReadyWhen.Number);
        }

        if (spec.Notifies)
        {
            process.Notify = NotifySocket.TryMake();
        }

        var isStaged = spec.Process.NeedsStage;
        var stageFd = fds.Free();
        if (isStaged)
        {
            process.Stage = Pipe(fds, stageFd);
        }

        var channelFd = hasChannel ? fds.Free() : 0;
        if (process.LacksPipe(spec) || (hasChannel && !MakeChannel(process, fds, channelFd)))
        {
            problem = PipeProblem();
            process.Dispose();
            return (null, problem);
        }

        using var environment = WorkerEnvironment.Build(_inherited, spec, index, pmId, process.Notify?.Name, channelFd, incarnation, UniqueId(spec), _drain,
            () => process.Warning = WarnOnce(spec));
        using var argv = isStaged ? StageArgv(spec, found, stageFd) : Argv(found);
        int pid;
        var errno = Launch(isStaged ? StageProgram.Path : found.Path, isStaged ? null : spec.Cwd, argv, environment.Pointer, fds, &pid);
        if (errno != 0)
        {
            process.Dispose();
            return (null, isStaged ? StageProgram.Problem(errno) : ExecProblem(found.Path, errno));
        }

        process.Pid = pid;
        return (process, null);
    }

    /// <summary>Once per app, not at every start.</summary>
    string? WarnOnce(AppSpec spec)
    {
        if (_undrained.Contains(spec.Name))
        {
            return null;
        }

        _undrained.Add(spec.Name);
        return "keepalive_drain is without effect, so a reload may cut kept-alive connections and skip handlers of stop signals: neither /dev/shm nor /run nor /tmp can be written, where the script for "
            + "it would be; mount a tmpfs on /tmp, or, for a .js script and Node 18.18 or newer, set NODE_VERSION (as 22.9.0) in env; keepalive_drain: false says that it is meant";
    }

    /// <summary>As Node counts: from 1, and none ever again.</summary>
    int UniqueId(AppSpec spec)
    {
        if (spec.Cluster != ClusterMode.Node)
        {
            return 0;
        }

        if (!_forks.TryGetValue(spec.Name, out var count))
        {
            _forks[spec.Name] = count = new StrongBox<int>();
        }

        return ++count.Value;
    }

    /// <summary>A pipe from the worker to us; null when there are no descriptors left.</summary>
    static Fd? Pipe(ChildFds fds, int target)
    {
        var pipe = WorkerPipe.TryMake();
        if (pipe is not null)
        {
            fds.Give(pipe.Write, target);
        }

        return pipe?.Read;
    }

    /// <returns>False when there are no descriptors left.</returns>
    static bool MakeChannel(SpawnedProcess process, ChildFds fds, int target)
    {
        if (IpcChannel.TryMake() is not { } ends)
        {
            return false;
        }

        process.Channel = ends.Channel;
        fds.Give(ends.Worker, target);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _nullInput.Dispose();

    /// <summary>As for a worker, but for a program of our own or one that evaluates a configuration file: pminit's own cwd and environment.</summary>
    /// <param name="found">The program.</param>
    /// <param name="output">What becomes descriptors 1 and 2.</param>
    /// <param name="answer">What becomes descriptor 3.</param>
    /// <param name="pid">The process.</param>
    /// <returns>0, or an errno.</returns>
    internal int Launch(FoundProgram found, WorkerPipe output, WorkerPipe answer, out int pid)
    {
        using var argv = Argv(found);
        using var fds = new ChildFds();
        fds.Give(output.Write, 1);
        fds.Give(output.Write, 2);
        fds.Give(answer.Write, 3);
        int made;
        var errno = Launch(found.Path, null, argv, _inherited.Environ, fds, &made);
        pid = errno == 0 ? made : 0;
        return errno;
    }

    /// <summary>Starts a program with these descriptors and /dev/null as its input.</summary>
    int Launch(string program, string? cwd, StringBlock argv, byte** environment, ChildFds fds, int* pid)
    {
        var attributes = stackalloc byte[Libc.SpawnObjectSize];
        var actions = stackalloc byte[Libc.SpawnObjectSize];
        var noSignals = new Libc.sigset_t();
        var allSignals = new Libc.sigset_t { bits = SignalState.Catchable };
        Check(Libc.posix_spawnattr_init(attributes));
        Check(Libc.posix_spawn_file_actions_init(actions));
        Check(Libc.posix_spawnattr_setflags(attributes,
            Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK));
        Check(Libc.posix_spawnattr_setsigmask(attributes, &noSignals));
        Check(Libc.posix_spawnattr_setsigdefault(attributes, &allSignals));
        Check(Libc.posix_spawn_file_actions_adddup2(actions, _nullInput.Number, 0));
        var errno = fds.WriteTo(actions);
        using var folder = new Utf8z(cwd ?? ".");
        if (cwd is not null)
        {
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, folder.Pointer));
        }

        using var path = new Utf8z(program);
        Libc.rlimit limit;
        var isGivenBack = OpenFileLimit.GiveBack(&limit); // only now: libc has compared the numbers of the actions with the limit
        errno = errno != 0 ? errno : Libc.posix_spawn(pid, path.Pointer, actions, attributes, argv.Pointer, environment);
        if (isGivenBack)
        {
            OpenFileLimit.TakeBack(&limit);
        }

        Check(Libc.posix_spawn_file_actions_destroy(actions));
        Check(Libc.posix_spawnattr_destroy(attributes));
        return errno;
    }

    static StringBlock Argv(FoundProgram found)
    {
        var argv = new StringBlock(found.Argv.Length);
        Array.ForEach(found.Argv, argv.Add);
        return argv;
    }

    /// <summary>The stage enters the working directory: perhaps only the worker's user may.</summary>
    static StringBlock StageArgv(AppSpec spec, FoundProgram found, int statusFd)
    {
        var argv = new StringBlock(found.Argv.Length + ExecStage.FirstArgument);
        argv.Add(ExecStage.Name);
        argv.Add(StageSpec.Write(spec.Process));
        argv.Add(spec.Cwd ?? "");
        argv.Add(found.Path);
        argv.Add(statusFd.ToString(CultureInfo.InvariantCulture));
        Array.ForEach(found.Argv, argv.Add);
        return argv;
    }

    /// <summary>These calls fail only for want of memory.</summary>
    static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new LinuxException("posix_spawn set-up", errno, "preparing a worker");
        }
    }

    internal static SpawnProblem PipeProblem()
    {
        var errno = Libc.Errno;
        return new SpawnProblem(SpawnStage.Pipe, errno,
            $"cannot make pipes and sockets for the worker: {Libc.Describe(errno)}; raise the limit of open files (`ulimit -n`)");
    }

    /// <summary>What an error of posix_spawn means, for people.</summary>
    public static SpawnProblem ExecProblem(string path, int errno) => errno switch
    {
        Libc.EAGAIN or Libc.ENOMEM => new SpawnProblem(SpawnStage.Fork, errno,
            $"the kernel made no process for \"{path}\": {Libc.Describe(errno)}; check the container's pids and memory limits"),
        Libc.ENOENT => new SpawnProblem(SpawnStage.Exec, errno,
            $"\"{path}\" exists, but the interpreter of its #! line or its dynamic loader does not; install that or set `interpreter`"),
        Libc.ENOEXEC => new SpawnProblem(SpawnStage.Exec, errno,
            $"\"{path}\" is in no executable format (wrong architecture, or a script without a #! line); set `interpreter` or add #!"),
        Libc.EACCES => new SpawnProblem(SpawnStage.Exec, errno,
            $"\"{path}\" may not be executed: permission denied on the file, its interpreter or a folder (or a noexec mount)"),
        _ => new SpawnProblem(SpawnStage.Exec, errno, $"cannot execute \"{path}\": {Libc.Describe(errno)}"),
    };

    /// <summary>/dev/null, or, where an image has none, the read end of a pipe that nobody writes: it reads as empty just so.</summary>
    static Fd OpenNull()
    {
        using var path = new Utf8z("/dev/null");
        var fd = Libc.open(path.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd >= 0)
        {
            return new Fd(fd);
        }

        var ends = stackalloc int[2];
        var made = Libc.pipe2(ends, Libc.O_CLOEXEC);
        if (made != 0)
        {
            throw new LinuxException("pipe2", Libc.Errno, "making an empty standard input");
        }

        _ = Libc.close(ends[1]);
        return new Fd(ends[0]);
    }
}
