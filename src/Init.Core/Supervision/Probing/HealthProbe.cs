using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>How it stands with the checks of a process at one moment.</summary>
/// <param name="HasPassed">One has passed.</param>
/// <param name="IsUnwell">They failed too often, and none has passed since.</param>
/// <param name="Failures">Failures in a row that count.</param>
/// <param name="Problem">Why the last one failed, for people; null when it passed or none was made.</param>
public sealed record HealthStatus(bool HasPassed, bool IsUnwell, int Failures, string? Problem);

/// <summary>What an answer to a check changes.</summary>
public enum HealthChange
{
    /// <summary>Nothing that anybody has to know.</summary>
    None,

    /// <summary>It passed: the first time, or again after it counted as not well.</summary>
    Passed,

    /// <summary>It has failed for good.</summary>
    Failed,
}

/// <summary>
/// The checks of one process: when the next one is due, what came of the last ones. Counts and times only; who asks, and what follows, is
/// for others to know. One check at a time; its number tells its answer from that of an earlier one.
/// </summary>
/// <param name="first">When the first check is due.</param>
public sealed class HealthProbe(Instant first)
{
    /// <summary>The first pause of one that becomes ready by its check.</summary>
    static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(250);

    /// <summary>A check that is told to end and gives no answer is taken for failed after this.</summary>
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    /// <summary>When the next check is due; while one runs, when its time is over.</summary>
    public Instant Deadline { get; private set; } = first;

    /// <summary>The number of the check that runs; 0: none.</summary>
    public int Running { get; private set; }

    /// <summary>The running check has been told that its time is over.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Failures in a row that count.</summary>
    public int Failures { get; private set; }

    /// <summary>A check of this process has passed.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>Its checks have failed too often, and none has passed since.</summary>
    public bool IsUnwell { get; private set; }

    /// <summary>Why the last check failed, for people; null when it passed or none was made.</summary>
    public string? Problem { get; private set; }

    /// <summary>As it is now.</summary>
    public HealthStatus Status => new(HasPassed, IsUnwell, Failures, Problem);

    /// <summary>
    /// The pause before a first check: between half and a whole interval, by the number of the worker, so that instances that start together are not asked
    /// together. The golden ratio spreads any number of them.
    /// </summary>
    /// <param name="check">Of its app.</param>
    /// <param name="isStarting">It becomes ready by its check.</param>
    /// <param name="id">A number of its own.</param>
    public static TimeSpan FirstPause(HealthCheck check, bool isStarting, int id)
    {
        const double GoldenRatio = 0.6180339887498949;
        var pause = isStarting && check.Interval > StartPause ? StartPause : check.Interval;
        return pause * (0.5 + (id * GoldenRatio % 1 / 2));
    }

    /// <summary>A check begins.</summary>
    public void Begin(int number, Instant now, HealthCheck check)
    {
        Running = number;
        IsEnding = false;
        Deadline = now + check.Timeout;
    }

    /// <summary>The running check is told to end.</summary>
    public void End(Instant now)
    {
        IsEnding = true;
        Deadline = now + EndPatience;
    }

    /// <summary>The running check concerns nobody any more.</summary>
    public void Drop() => Running = 0;

    /// <summary>The next check is not due before then.</summary>
    public void Postpone(Instant until) => Deadline = until;

    /// <summary>The running check has an answer.</summary>
    /// <param name="problem">Null: it passed.</param>
    /// <param name="age">Of the process.</param>
    /// <param name="isStarting">It becomes ready by this check: then only time fails it.</param>
    /// <param name="check">Of its app.</param>
    /// <param name="now">The time of this turn.</param>
    public HealthChange Take(string? problem, TimeSpan age, bool isStarting, HealthCheck check, Instant now)
    {
        Running = 0;
        Problem = problem;
        Deadline = now + (isStarting ? StartingPause(age, check) : check.Interval);
        if (problem is null)
        {
            var isNews = IsUnwell || !HasPassed;
            (Failures, HasPassed, IsUnwell) = (0, true, false);
            return isNews ? HealthChange.Passed : HealthChange.None;
        }

        if (isStarting || (!HasPassed && age < check.StartPeriod))
        {
            return HealthChange.None;
        }

        Failures = Failures == int.MaxValue ? Failures : Failures + 1;
        if (IsUnwell || Failures < check.Retries)
        {
            return HealthChange.None;
        }

        IsUnwell = true;
        return HealthChange.Failed;
    }

    /// <summary>A quarter of its age, within bounds: a quick start is seen soon, and a slow one is not disturbed by it.</summary>
    static TimeSpan StartingPause(TimeSpan age, HealthCheck check)
    {
        var pause = age / 4 > StartPause ? age / 4 : StartPause;
        return pause < check.Interval ? pause : check.Interval;
    }
}
