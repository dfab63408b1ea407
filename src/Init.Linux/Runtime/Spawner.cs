using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// posix_spawn(3) only: no managed code can run after fork. A worker starts clean: empty signal mask, default dispositions, its own
/// session, /dev/null as stdin, pipes as stdout and stderr, and no other descriptor.
/// What can go wrong: glibc's sigfillset leaves 32 and 33 out and posix_spawn would then set them ignored, so the set is raw bits.
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

        if (!TryPipe(out var outRead, out var outWrite))
        {
            return (null, PipeProblem());
        }

        if (!TryPipe(out var errRead, out var errWrite))
        {
            problem = PipeProblem();
            outRead.Dispose();
            outWrite.Dispose();
            return (null, problem);
        }

        using var environment = WorkerEnvironment.Build(_inherited, spec, index, pmId);
        int pid;
        var errno = Launch(found, spec.Cwd, environment.Pointer, outWrite.Number, errWrite.Number, -1, &pid);
        outWrite.Dispose();
        errWrite.Dispose();
        if (errno == 0)
        {
            return (new SpawnedProcess(pid, outRead, errRead), null);
        }

        outRead.Dispose();
        errRead.Dispose();
        return (null, ExecProblem(found.Path, errno));
    }

    /// <inheritdoc/>
    public void Dispose() => _nullInput.Dispose();

    /// <summary>As for a worker, but for the program that evaluates a configuration file: pminit's own cwd and environment.</summary>
    /// <param name="found">The program.</param>
    /// <param name="output">What becomes descriptors 1 and 2.</param>
    /// <param name="answer">What becomes descriptor 3.</param>
    /// <param name="pid">The process.</param>
    /// <returns>0, or an errno.</returns>
    internal int Launch(FoundProgram found, Fd output, Fd answer, out int pid)
    {
        int made;
        var errno = Launch(found, null, _inherited.Environ, output.Number, output.Number, answer.Number, &made);
        pid = errno == 0 ? made : 0;
        return errno;
    }

    /// <summary>Starts a program with three descriptors, or with four where `third` is not -1.</summary>
    int Launch(FoundProgram found, string? cwd, byte** environment, int output, int error, int third, int* pid)
    {
        var attributes = stackalloc byte[Libc.SpawnObjectSize];
        var actions = stackalloc byte[Libc.SpawnObjectSize];
        var noSignals = new Libc.sigset_t();
        var allSignals = new Libc.sigset_t { bits = ~0UL & ~(1UL << 8) & ~(1UL << 18) }; // all but KILL and STOP
        Check(Libc.posix_spawnattr_init(attributes));
        Check(Libc.posix_spawn_file_actions_init(actions));
        Check(Libc.posix_spawnattr_setflags(attributes,
            Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK));
        Check(Libc.posix_spawnattr_setsigmask(attributes, &noSignals));
        Check(Libc.posix_spawnattr_setsigdefault(attributes, &allSignals));
        Check(Libc.posix_spawn_file_actions_adddup2(actions, _nullInput.Number, 0));
        Check(Libc.posix_spawn_file_actions_adddup2(actions, output, 1));
        Check(Libc.posix_spawn_file_actions_adddup2(actions, error, 2));
        if (third >= 0)
        {
            Check(Libc.posix_spawn_file_actions_adddup2(actions, third, 3));
        }

        Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, third >= 0 ? 4 : 3));

        using var folder = new Utf8z(cwd ?? ".");
        if (cwd is not null)
        {
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, folder.Pointer));
        }

        using var argv = new StringBlock(found.Argv.Length);
        foreach (var argument in found.Argv)
        {
            argv.Add(argument);
        }

        using var path = new Utf8z(found.Path);
        var errno = Libc.posix_spawn(pid, path.Pointer, actions, attributes, argv.Pointer, environment);
        Check(Libc.posix_spawn_file_actions_destroy(actions));
        Check(Libc.posix_spawnattr_destroy(attributes));
        return errno;
    }

    /// <summary>These calls fail only for want of memory.</summary>
    static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new LinuxException("posix_spawn set-up", errno, "preparing a worker");
        }
    }

    internal static bool TryPipe(out Fd read, out Fd write)
    {
        var ends = stackalloc int[2];
        if (Libc.pipe2(ends, Libc.O_CLOEXEC) != 0)
        {
            read = write = new Fd(-1);
            return false;
        }

        read = new Fd(ends[0]);
        write = new Fd(ends[1]);

        // Only our end: O_NONBLOCK belongs to the open file, and the worker's end is another one.
        _ = Libc.fcntl(ends[0], Libc.F_SETFL, Libc.O_NONBLOCK);
        return true;
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
public sealed record SpawnedProcess(int Pid, Fd Output, Fd Error);
