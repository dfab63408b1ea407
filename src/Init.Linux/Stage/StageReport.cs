using System.Globalization;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Stage;

/// <summary>What a failed stage says, in words: the field, the error, and what to do.</summary>
public static class StageReport
{
    /// <param name="step">What failed.</param>
    /// <param name="detail">Number of the resource, for a limit.</param>
    /// <param name="errno">errno(3).</param>
    /// <param name="spec">The app.</param>
    /// <param name="path">Its program.</param>
    public static SpawnProblem Describe(StageStep step, int detail, int errno, AppSpec spec, string path)
    {
        if (step == StageStep.Exec)
        {
            return Exec(errno, spec, path);
        }

        var (field, hint) = step switch
        {
            StageStep.OomScoreAdj => ("oom_score_adj", errno == Libc.ENOENT ? "/proc is not mounted" : "lowering it needs CAP_SYS_RESOURCE, and /proc must be writable"),
            StageStep.Nice => ("nice", "lowering it needs CAP_SYS_NICE or a higher limit \"nice\""),
            StageStep.Groups => ("groups", "pminit lacks CAP_SETGID, or its user namespace (rootless container) has setgroups denied or does not map them"),
            StageStep.Gid => ("gid", errno == Libc.EINVAL ? Unmapped : "pminit lacks CAP_SETGID"),
            StageStep.Uid => ("uid", errno == Libc.EINVAL ? Unmapped : "pminit lacks CAP_SETUID"),
            StageStep.Limit => ("limits." + LimitName(detail), "raising a hard limit needs CAP_SYS_RESOURCE, and the kernel has bounds of its own (fs.nr_open)"),
            StageStep.Cwd => ("cwd", spec.Process.Identity.Uid is { } uid
                ? string.Create(CultureInfo.InvariantCulture, $"neither pminit nor user {uid} may enter \"{spec.Cwd}\"") : $"\"{spec.Cwd}\" cannot be entered"),
            _ => (step.ToString(), "this is a fault of pminit"),
        };
        return new SpawnProblem(step == StageStep.Cwd ? SpawnStage.Cwd : SpawnStage.Settings, errno, $"{field}: {Error(errno)}: {hint}");
    }

    const string Unmapped = "the user namespace that pminit runs in (rootless container) does not map this number";

    static SpawnProblem Exec(int errno, AppSpec spec, string path)
    {
        var problem = Spawner.ExecProblem(path, errno);
        if (errno == Libc.EAGAIN)
        {
            // execve(2) after a change of user; a fork has worked by then.
            problem = problem with
            {
                Stage = SpawnStage.Exec,
                Detail = $"\"{path}\" may not be executed: its user has as many processes as `limits.nproc` allows; raise it",
            };
        }

        return spec.Process.Identity.Uid is { } uid
            ? problem with { Detail = string.Create(CultureInfo.InvariantCulture, $"{problem.Detail} (as user {uid})") }
            : problem;
    }

    static string LimitName(int number)
    {
        foreach (var kind in ResourceKind.All)
        {
            if (kind.Number == number)
            {
                return kind.Name;
            }
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }

    static string Error(int errno) => errno switch
    {
        Libc.EPERM => "EPERM",
        Libc.ENOENT => "ENOENT",
        Libc.EAGAIN => "EAGAIN",
        Libc.ENOMEM => "ENOMEM",
        Libc.EACCES => "EACCES",
        Libc.EINVAL => "EINVAL",
        Libc.EROFS => "EROFS",
        Libc.EMFILE => "EMFILE",
        _ => Libc.Describe(errno),
    };
}
