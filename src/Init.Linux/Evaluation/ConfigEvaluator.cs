using Init.Core.Config;
using Init.Core.Config.Evaluation;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Evaluation;

/// <summary>
/// Evaluates a configuration file to its end, blocking: for `check`, and for the server's start, before its loop exists. It waits for its own
/// child's pid and no other, so that exits of processes we inherited are left for the server's reaper.
/// A signal that asks us to end is seen (and left pending, for whoever handles signals): PID 1 obeys while a file's loop never ends.
/// </summary>
public sealed unsafe class ConfigEvaluator : IDisposable
{
    /// <summary>HUP, INT, QUIT, TERM.</summary>
    const ulong EndSignals = (1UL << 0) | (1UL << 1) | (1UL << 2) | (1UL << 14);

    /// <summary>Between looks for an exit that no pipe announces (a descendant may keep both open).</summary>
    const int LookMs = 50;

    /// <summary>How long killed descendants may take to disappear; a process in an uninterruptible call is not waited for.</summary>
    static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(2);

    readonly Inherited _inherited;
    readonly Spawner _spawner;
    readonly Fd _signals;

    ConfigEvaluator(Inherited inherited)
    {
        _inherited = inherited;
        _spawner = new Spawner(inherited);
        var set = new Libc.sigset_t { bits = EndSignals };
        _signals = Fd.Take(Libc.signalfd(-1, &set, Libc.SFD_NONBLOCK | Libc.SFD_CLOEXEC), "signalfd", "watching for signals while a file is evaluated");
    }

    /// <summary>Evaluates a file by the first runtime that is there and can.</summary>
    /// <param name="file">The file, as the user gave it.</param>
    /// <param name="inherited">pminit's own environment.</param>
    /// <param name="onOutput">Takes what the file printed.</param>
    /// <returns>The exported value as JSON, or an error; exactly one is not null.</returns>
    public static (byte[]? Json, ConfigError? Error) Run(string file, Inherited inherited, Action<string> onOutput)
    {
        var (settings, wrong) = EvaluationSettings.Read(inherited.Variables());
        if (settings is null)
        {
            return (null, wrong);
        }

        using var evaluator = new ConfigEvaluator(inherited);
        return evaluator.Run(file, settings, onOutput);
    }

    /// <summary>Runs a program for what it prints.</summary>
    /// <returns>Its output; null when it failed, or took longer than the limit.</returns>
    public static string? Ask(FoundProgram program, Inherited inherited, TimeSpan limit)
    {
        using var evaluator = new ConfigEvaluator(inherited);
        var (asked, _) = ConfigEvaluation.Start(evaluator._spawner, program, Clock.Now + limit);
        if (asked is null)
        {
            return null;
        }

        using (asked)
        {
            evaluator.Finish(asked);
        }

        return asked.End!.Status == ExitStatus.Exited(0) ? asked.End.Output : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _spawner.Dispose();
    }

    (byte[]? Json, ConfigError? Error) Run(string file, EvaluationSettings settings, Action<string> onOutput)
    {
        var path = System.IO.Path.GetFullPath(file);
        var program = EvaluationProgram.For(path);
        var search = _inherited.Variable("PATH") ?? ProgramFinder.DefaultPath;
        ConfigError? unsupported = null;
        foreach (var runtime in settings.Runtimes)
        {
            var (found, _) = ProgramFinder.FindCommand(runtime, search);
            if (found is null)
            {
                continue;
            }

            found = found with { Argv = EvaluationSettings.Arguments(runtime, program) };
            var (evaluation, problem) = ConfigEvaluation.Start(_spawner, found, Clock.Now + settings.Limit);
            if (evaluation is null)
            {
                return (null, new ConfigError { File = file, Message = $"{runtime} could not be started to evaluate it", Hint = problem!.Detail });
            }

            using (evaluation)
            {
                Finish(evaluation);
            }

            onOutput(evaluation.End!.Output);
            var answer = EvaluationAnswer.Read(evaluation.End, file, path, runtime, settings.Limit);
            if (!answer.IsUnsupported)
            {
                return (answer.Json, answer.Error);
            }

            unsupported = answer.Error;
        }

        return (null, unsupported ?? EvaluationAnswer.NoRuntime(file, settings, search));
    }

    void Finish(ConfigEvaluation evaluation)
    {
        var polled = stackalloc Libc.pollfd[3];
        while (!HasEnded(evaluation.Pid))
        {
            var (answer, output) = evaluation.Descriptors;
            polled[0] = new Libc.pollfd { fd = answer, events = Libc.POLLIN };
            polled[1] = new Libc.pollfd { fd = output, events = Libc.POLLIN };
            polled[2] = new Libc.pollfd { fd = _signals.Number, events = Libc.POLLIN };
            var left = evaluation.Deadline.IsSet ? (evaluation.Deadline - Clock.Now).TotalMilliseconds + 1 : LookMs;
            var isLast = answer < 0 && output < 0;
            _ = Libc.poll(polled, 3, isLast ? 1 : (int)Math.Clamp(left, 0, LookMs));
            evaluation.Read();
            if (polled[2].revents != 0)
            {
                evaluation.Stop(EvaluationStop.Signal);
            }

            if (evaluation.Deadline <= Clock.Now)
            {
                evaluation.OnDeadline();
            }
        }

        // The child is a zombie still, so its number cannot be anybody else's while its session is swept.
        if (ProcessTree.Kill(evaluation.Pid) > 1)
        {
            for (var limit = Clock.Now + GoneLimit; !ProcessTree.IsGone(evaluation.Pid) && Clock.Now < limit;)
            {
                _ = Libc.poll(null, 0, 1);
            }
        }

        evaluation.OnExit(Reap(evaluation.Pid));
    }

    static bool HasEnded(int pid)
    {
        Libc.siginfo_t info = default;
        return Libc.waitid(Libc.P_PID, (uint)pid, &info, Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT) != 0 || info.si_pid != 0;
    }

    static ExitStatus Reap(int pid)
    {
        Libc.siginfo_t info = default;
        while (Libc.waitid(Libc.P_PID, (uint)pid, &info, Libc.WEXITED) != 0)
        {
            var errno = Libc.Errno;
            if (errno != Libc.EINTR)
            {
                throw new LinuxException("waitid", errno, "reaping what evaluated a configuration file");
            }
        }

        return Reaper.StatusOf(info);
    }
}
