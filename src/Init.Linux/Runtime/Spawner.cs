using Init.Core.Model;
using Init.Core.Processes;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Stage;

namespace Init.Linux.Runtime;

/// <summary>
/// posix_spawn(3) only: no managed code can run after fork. A worker starts clean: empty signal mask, default dispositions, its own
/// session, /dev/null as stdin, pipes as stdout and stderr, and no other descriptor.
/// An app whose process settings need more is spawned as pminit's own exec stage (<see cref="ExecStage"/>), with one more pipe as descriptor 3.
/// </summary>
public sealed unsafe class Spawner : IDisposable
{
    readonly Inherited _inherited;
    readonly Fd _nullInput;

    public Spawner(Inherited inherited)
    {
        _inherited = inherited;
        _nullInput = OpenNull();
    }

    /// <summary>Starts one process for a worker slot.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="index">Instance number.</param>
    /// <param name="pmId">Number over all workers.</param>
    /// <returns>A process with its two pipes, or a problem; exactly one is not null.</returns>
    public (SpawnedProcess? Process, SpawnProblem? Problem) Spawn(AppSpec spec, int index, int pmId)
    {
        var (found, problem) = ProgramFinder.Find(spec.Command, spec.Cwd, WorkerEnvironment.PathOf(_inherited, spec));
        if (found is null)
        {
            return (null, problem);
        }

        var isStaged = spec.Process.NeedsStage;
        var pipes = new WorkerPipe?[isStaged ? 3 : 2];
        for (var i = 0; i < pipes.Length; i++)
        {
            pipes[i] = WorkerPipe.TryMake();
            if (pipes[i] is null)
            {
                problem = PipeProblem();
                Array.ForEach(pipes, pipe => pipe?.DisposeBoth());
                return (null, problem);
            }
        }

        using var environment = WorkerEnvironment.Build(_inherited, spec, index, pmId);
        using var argv = isStaged ? StageArgv(spec, found) : Argv(found);
        int pid;
        var errno = Launch(isStaged ? StageProgram.Path : found.Path, isStaged ? null : spec.Cwd, argv, environment.Pointer, pipes!, &pid);
        if (errno != 0)
        {
            Array.ForEach(pipes, pipe => pipe!.DisposeBoth());
            return (null, isStaged ? StageProgram.Problem(errno) : ExecProblem(found.Path, errno));
        }

        Array.ForEach(pipes, pipe => pipe!.Write.Dispose());
        return (new SpawnedProcess(pid, pipes[0]!.Read, pipes[1]!.Read, isStaged ? pipes[2]!.Read : null, found.Path), null);
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
        int made;
        var errno = Launch(found.Path, null, argv, _inherited.Environ, [output, output, answer], &made);
        pid = errno == 0 ? made : 0;
        return errno;
    }

    /// <summary>Starts a program whose descriptors from 1 up are the write ends of the pipes.</summary>
    int Launch(string program, string? cwd, StringBlock argv, byte** environment, WorkerPipe[] pipes, int* pid)
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
        for (var i = 0; i < pipes.Length; i++)
        {
            Check(Libc.posix_spawn_file_actions_adddup2(actions, pipes[i].Write.Number, i + 1));
        }

        Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, pipes.Length + 1));

        using var folder = new Utf8z(cwd ?? ".");
        if (cwd is not null)
        {
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, folder.Pointer));
        }

        using var path = new Utf8z(program);
        var errno = Libc.posix_spawn(pid, path.Pointer, actions, attributes, argv.Pointer, environment);
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
    static StringBlock StageArgv(AppSpec spec, FoundProgram found)
    {
        var argv = new StringBlock(found.Argv.Length + ExecStage.FirstArgument);
        argv.Add(ExecStage.Name);
        argv.Add(StageSpec.Write(spec.Process));
        argv.Add(spec.Cwd ?? "");
        argv.Add(found.Path);
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
            $"cannot make pipes for the worker's output: {Libc.Describe(errno)}; raise the limit of open files (`ulimit -n`)");
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

/// <summary>A worker's process and our ends of its pipes.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Stage">The status pipe of the exec stage; null when the program runs already.</param>
/// <param name="Path">The program, for messages.</param>
public sealed record SpawnedProcess(int Pid, Fd Output, Fd Error, Fd? Stage = null, string Path = "");
