using System.Runtime.InteropServices;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Stage;

/// <summary>
/// What posix_spawn cannot set is set here: in a new process that is pminit's own binary still, between the spawn and the exec of the
/// worker's program. argv: Name, a `StageSpec`, the working directory or nothing, the program's path, the number of the status pipe, and its argv from argv[0] on. The environment is the
/// worker's already.
/// On failure the step and errno go into the status pipe and the code is a shell's; on success the exec closes it.
/// Traps: a limit may forbid us the next page (as, data, stack), so nothing is allocated once limits are set, and the end is _exit; only
/// the main thread executes, and nice is a thread's own.
/// </summary>
public static unsafe class ExecStage
{
    /// <summary>argv[0] that makes a pminit this stage.</summary>
    public const string Name = "pminit-exec";

    /// <summary>Arguments before the program's own argv.</summary>
    public const int FirstArgument = 5;

    /// <summary>Bytes of a message: step, which limit, errno.</summary>
    public const int MessageSize = 3 * sizeof(int);

    /// <summary>True when this process was spawned to be the stage.</summary>
    public static bool IsAsked(Inherited inherited) =>
        inherited.Argc > 0 && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(inherited.Argv[0]).SequenceEqual("pminit-exec"u8);

    /// <summary>Becomes the program. Returns only when it was called by hand.</summary>
    public static int Run(Inherited inherited)
    {
        if (inherited.Argc <= FirstArgument)
        {
            StandardError.Line($"{Name} is pminit's own: it has no use on a command line");
            return ExitCodes.Usage;
        }

        // Inherited by spawn, so without close-on-exec: the program must not have it.
        var argv = inherited.Argv;
        var number = argv[4];
        var statusFd = (int)Digits(ref number);
        _ = Libc.fcntl(statusFd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        var errno = CarryOut(argv[1], argv[2], out var step, out var detail);
        if (errno == 0)
        {
            SignalState.Restore(inherited);
            step = StageStep.Exec;
            _ = Libc.execve(argv[3], argv + FirstArgument, inherited.Environ);
            errno = Libc.Errno;
        }

        var message = stackalloc int[] { (int)step, detail, errno };
        _ = Libc.write(statusFd, (byte*)message, MessageSize);
        Libc._exit(errno is Libc.ENOENT or Libc.ENOTDIR ? ExitCodes.NotFound : ExitCodes.NotExecutable);
        return 0;
    }

    /// <returns>0, or the errno of the step that failed.</returns>
    static int CarryOut(byte* spec, byte* cwd, out StageStep step, out int detail)
    {
        // As ourselves first: the folder may be one that only pminit may enter. Or only the worker's user may, then later.
        detail = 0;
        var cwdErrno = EnterFolder(cwd);
        while (*spec != 0)
        {
            var letter = *spec++;
            step = StepOf(letter);
            detail = 0;
            var errno = letter switch
            {
                (byte)'o' => SetOomScore(ref spec),
                (byte)'n' => Result(Libc.setpriority(Libc.PRIO_PROCESS, 0, (int)Number(ref spec))),
                (byte)'G' => SetGroups(ref spec),
                (byte)'l' => SetLimit(ref spec, out detail),
                (byte)'g' => SetGroup((uint)Number(ref spec)),
                (byte)'u' => SetUser((uint)Number(ref spec)),
                (byte)'m' => SetUmask((uint)Number(ref spec)),
                (byte)'p' => Result(Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
                _ => Libc.EINVAL,
            };
            if (errno != 0)
            {
                return errno;
            }

            spec++; // the blank
        }

        step = StageStep.Cwd;
        detail = 0;
        return cwdErrno is Libc.EACCES or Libc.EPERM ? EnterFolder(cwd) : cwdErrno;
    }

    static StageStep StepOf(byte letter) => letter switch
    {
        (byte)'o' => StageStep.OomScoreAdj,
        (byte)'n' => StageStep.Nice,
        (byte)'G' => StageStep.Groups,
        (byte)'l' => StageStep.Limit,
        (byte)'g' => StageStep.Gid,
        (byte)'u' => StageStep.Uid,
        (byte)'m' => StageStep.Umask,
        (byte)'p' => StageStep.NoNewPrivs,
        _ => StageStep.Spec,
    };

    static int EnterFolder(byte* cwd) => *cwd == 0 ? 0 : Result(Libc.chdir(cwd));

    static int SetOomScore(ref byte* spec)
    {
        var text = spec;
        _ = Number(ref spec);
        fixed (byte* path = "/proc/self/oom_score_adj"u8)
        {
            var fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
            if (fd < 0)
            {
                return Libc.Errno;
            }

            var errno = Libc.write(fd, text, (nuint)(spec - text)) < 0 ? Libc.Errno : 0;
            _ = Libc.close(fd);
            return errno;
        }
    }

    static int SetLimit(ref byte* spec, out int resource)
    {
        resource = (int)Number(ref spec);
        Libc.rlimit limit;
        if (Libc.getrlimit(resource, &limit) != 0)
        {
            return Libc.Errno;
        }

        spec++; // '='
        limit.rlim_cur = LimitValue(ref spec, limit.rlim_cur);
        spec++; // ':'
        limit.rlim_max = LimitValue(ref spec, limit.rlim_max);
        limit.rlim_cur = Math.Min(limit.rlim_cur, limit.rlim_max);
        return Result(Libc.setrlimit(resource, &limit));
    }

    static ulong LimitValue(ref byte* spec, ulong present)
    {
        if (*spec == '-')
        {
            spec++;
            return present;
        }

        return Digits(ref spec);
    }

    static int SetGroups(ref byte* spec)
    {
        var count = 0;
        for (var at = spec; *at is not ((byte)' ' or 0); at++)
        {
            count += at == spec || *at == ',' ? 1 : 0;
        }

        var groups = (uint*)NativeMemory.Alloc((nuint)Math.Max(count, 1), sizeof(uint));
        for (var i = 0; i < count; i++)
        {
            groups[i] = (uint)Digits(ref spec);
            spec += *spec == ',' ? 1 : 0;
        }

        return Result(Libc.setgroups((nuint)count, groups));
    }

    static int SetGroup(uint gid) => Result(Libc.setresgid(gid, gid, gid));

    /// <summary>Ambient capabilities survive a change between two users that are not root, and would be the new user's over the exec.</summary>
    static int SetUser(uint uid)
    {
        _ = Libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        return Result(Libc.setresuid(uid, uid, uid));
    }

    static int SetUmask(uint mask)
    {
        _ = Libc.umask(mask);
        return 0;
    }

    static long Number(ref byte* spec)
    {
        var isNegative = *spec == '-';
        spec += isNegative ? 1 : 0;
        var value = (long)Digits(ref spec);
        return isNegative ? -value : value;
    }

    static ulong Digits(ref byte* spec)
    {
        var value = 0UL;
        for (; *spec is >= (byte)'0' and <= (byte)'9'; spec++)
        {
            value = (value * 10) + (ulong)(*spec - '0');
        }

        return value;
    }

    static int Result(int result) => result == 0 ? 0 : Libc.Errno;
}

/// <summary>What the stage was doing; a number in its message.</summary>
public enum StageStep
{
    Spec,
    OomScoreAdj,
    Nice,
    Groups,
    Limit,
    Gid,
    Uid,
    Umask,
    NoNewPrivs,
    Cwd,
    Exec,
}
