using System.Runtime.InteropServices;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Stage;

/// <summary>
/// Our own binary, for the exec stage. /proc/self/exe is it even when the file was replaced or removed; where /proc is not mounted, the name that the
/// kernel was given when it executed us. pminit never changes its working directory, so a relative one still holds.
/// </summary>
public static unsafe class StageProgram
{
    public static string Path { get; } = Find();

    public static SpawnProblem Problem(int errno)
    {
        var problem = Spawner.ExecProblem(Path, errno);
        return problem.Stage == SpawnStage.Fork ? problem
            : new SpawnProblem(SpawnStage.Settings, errno, $"pminit cannot execute itself (\"{Path}\"): {Libc.Describe(errno)}; leave its file where it was started from, and executable");
    }

    static string Find()
    {
        const string Self = "/proc/self/exe";
        using var path = new Utf8z(Self);
        return Libc.faccessat(Libc.AT_FDCWD, path.Pointer, Libc.X_OK, 0) == 0 ? Self
            : Marshal.PtrToStringUTF8((nint)Libc.getauxval(Libc.AT_EXECFN)) ?? Self;
    }
}
