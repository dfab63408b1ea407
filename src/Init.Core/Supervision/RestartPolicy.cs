using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>What follows the end of a process that nobody asked to end.</summary>
public enum ExitVerdict
{
    /// <summary>The app is finished by its own plan: it stays down.</summary>
    Done,

    /// <summary>Start again after the delay.</summary>
    Restart,

    /// <summary>`autorestart` is off and the program failed.</summary>
    Fail,

    /// <summary>Too many unstable exits.</summary>
    GiveUp,

    /// <summary>A scheduled job's run failed: it stays down until it is due again.</summary>
    RunFailed,
}

/// <summary>A verdict and the counts that go with it.</summary>
/// <param name="Verdict">What follows.</param>
/// <param name="Delay">Before the restart; zero starts at once. Zero for every other verdict.</param>
/// <param name="UnstableExits">New value of <see cref="WorkerState.UnstableExits"/>.</param>
/// <param name="BackoffStep">New value of <see cref="WorkerState.BackoffStep"/>.</param>
public readonly record struct ExitDecision(ExitVerdict Verdict, TimeSpan Delay, int UnstableExits, int BackoffStep);

/// <summary>
/// pm2's restart fields without pm2's traps.
/// The limit is a leaky bucket over running time: an exit before `min_uptime` adds one; every whole `min_uptime` of a longer run takes
/// one out. pm2 instead compares with wall time since creation, so that an app which once ran well, or which has a `restart_delay`, is
/// never given up. Waiting does not count as running here, so no delay can make the limit unreachable.
/// A run that never served (`WorkerState.HasServed`) is unstable however long it was, or an app that is never ready would crash for ever.
/// A task has no good runs before its last one: each failure counts, however long it ran.
/// A death by signal is no exit code, so `stop_exit_codes: [0]` does not swallow a SIGKILL.
/// </summary>
public static class RestartPolicy
{
    /// <summary>A series of growing delays stops growing here (pm2).</summary>
    static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    /// <summary>A run this long makes the next delay the first of the series again (pm2: EXP_BACKOFF_RESET_TIMER).</summary>
    static readonly TimeSpan BackoffResetAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where the file asks for no delay: the wait before every restart but the first in a row of unstable exits. Without it a program that fails at once would use up
    /// its restarts in 20 ms, and whatever it waits for (a database, a migration) would get no chance to come. A run shorter than this is followed by it too where
    /// `min_uptime` calls it stable: with `min_uptime: 0` no run is unstable, and the app is started for ever, but not hundreds of times a second.
    /// </summary>
    static readonly TimeSpan UnstablePause = TimeSpan.FromMilliseconds(100);

    /// <summary>The machine has no process or memory to give: asking again at once only adds to that.</summary>
    static readonly TimeSpan ShortageDelay = TimeSpan.FromSeconds(1);

    const int Eagain = 11;
    const int Enomem = 12;

    /// <summary>The program ended by itself.</summary>
    /// <param name="state">The slot before the exit.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="uptime">How long it ran; 0 or more.</param>
    /// <param name="spec">Its app.</param>
    public static ExitDecision AfterExit(in WorkerState state, ExitStatus status, TimeSpan uptime, AppSpec spec)
    {
        var isStopCode = !status.IsSignal && spec.StopExitCodes.Contains(status.Value);
        if (isStopCode || ((!spec.AutoRestart || spec.IsTask) && status.IsSuccess))
        {
            return new ExitDecision(ExitVerdict.Done, TimeSpan.Zero, 0, 0);
        }

        var counted = AfterRemedy(state, uptime, spec);
        return spec.AutoRestart ? counted : Failed(counted, spec);
    }

    /// <summary>
    /// pminit itself stopped the program, to mend it (probe, memory). Its exit code answers our signal, so neither `stop_exit_codes` nor
    /// `autorestart` has a say: the successor was the purpose.
    /// </summary>
    /// <param name="state">The slot before the exit.</param>
    /// <param name="uptime">How long it ran; 0 or more.</param>
    /// <param name="spec">Its app.</param>
    public static ExitDecision AfterRemedy(in WorkerState state, TimeSpan uptime, AppSpec spec)
    {
        if (spec.IsJob)
        {
            return new ExitDecision(ExitVerdict.RunFailed, TimeSpan.Zero, 0, 0);
        }

        var resetAfter = spec.MinUptime > BackoffResetAfter ? spec.MinUptime : BackoffResetAfter;
        var isUseless = HasNeverServed(state, spec);
        var step = uptime >= resetAfter && !isUseless ? 1 : Increment(state.BackoffStep);
        if (uptime >= spec.MinUptime && !spec.IsTask && !isUseless)
        {
            var left = Forgive(state.UnstableExits, uptime, spec.MinUptime);
            return new ExitDecision(ExitVerdict.Restart, uptime < UnstablePause ? Paused(Delay(step, spec), step) : Delay(step, spec), left, step);
        }

        return AfterUnstable(state, step, Delay(step, spec), spec);
    }

    /// <summary>It ran, and did not become ready in time. Always unstable, however long it ran: nothing was served.</summary>
    /// <param name="state">The slot before the exit.</param>
    /// <param name="spec">Its app.</param>
    public static ExitDecision AfterFailedStart(in WorkerState state, AppSpec spec)
    {
        var step = Increment(state.BackoffStep);
        var counted = AfterUnstable(state, step, Delay(step, spec), spec);
        return spec.AutoRestart && !spec.IsJob ? counted : Failed(counted, spec);
    }

    /// <summary>No process could be made. Always unstable, `min_uptime: 0` included: nothing ran.</summary>
    /// <param name="state">The slot before the failure.</param>
    /// <param name="stage">Where it failed.</param>
    /// <param name="errno">errno(3).</param>
    /// <param name="spec">Its app.</param>
    public static ExitDecision AfterSpawnFailure(in WorkerState state, SpawnStage stage, int errno, AppSpec spec)
    {
        var step = Increment(state.BackoffStep);
        var delay = Delay(step, spec);
        if (stage == SpawnStage.Fork && errno is Eagain or Enomem && delay < ShortageDelay)
        {
            delay = ShortageDelay;
        }

        var counted = AfterUnstable(state, step, delay, spec);
        return spec.AutoRestart ? counted : Failed(counted, spec);
    }

    /// <summary>
    /// It ended before it was ready, where that has to be said, or its health check never passed: a failed start, however long it ran. Where readiness is only assumed, an app
    /// that never listens may be just that.
    /// </summary>
    static bool HasNeverServed(in WorkerState state, AppSpec spec) =>
        !state.HasServed && (state.Reason == Reason.Unhealthy || spec.ReadyWhen is { IsSaid: true, IsAssumed: false });

    static ExitDecision Failed(ExitDecision counted, AppSpec spec) => spec.IsJob
        ? new ExitDecision(ExitVerdict.RunFailed, TimeSpan.Zero, 0, 0)
        : counted with { Verdict = ExitVerdict.Fail, Delay = TimeSpan.Zero };

    /// <summary>Counts before it compares: `max_restarts` unstable exits are answered with a restart, the next one is not.</summary>
    static ExitDecision AfterUnstable(in WorkerState state, int step, TimeSpan delay, AppSpec spec)
    {
        var count = Increment(state.UnstableExits);
        return count > spec.MaxRestarts
            ? new ExitDecision(ExitVerdict.GiveUp, TimeSpan.Zero, count, step)
            : new ExitDecision(ExitVerdict.Restart, Paused(delay, count), count, step);
    }

    /// <param name="delay">As the file asks for.</param>
    /// <param name="inARow">1: the first of its kind, which is answered at once.</param>
    static TimeSpan Paused(TimeSpan delay, int inARow) => inARow > 1 && delay == TimeSpan.Zero ? UnstablePause : delay;

    static int Forgive(int count, TimeSpan uptime, TimeSpan minUptime)
    {
        if (minUptime <= TimeSpan.Zero)
        {
            return 0;
        }

        var forgiven = uptime.Ticks / minUptime.Ticks;
        return forgiven >= count ? 0 : count - (int)forgiven;
    }

    /// <summary>The wait after the <paramref name="step"/>th (1-based) unexpected exit in a row. A growing delay replaces a fixed one, as in pm2.</summary>
    static TimeSpan Delay(int step, AppSpec spec)
    {
        var first = spec.ExpBackoffRestartDelay;
        if (first <= TimeSpan.Zero)
        {
            return spec.RestartDelay;
        }

        // In double: no overflow at any step, and no rounding to whole milliseconds, which keeps pm2's series for 1 ms at 1 ms forever.
        var cap = first > LongestBackoff ? first : LongestBackoff;
        var ticks = first.Ticks * Math.Pow(1.5, step - 1);
        return ticks >= cap.Ticks ? cap : TimeSpan.FromTicks((long)ticks);
    }

    static int Increment(int count) => count == int.MaxValue ? count : count + 1;
}
