namespace Init.Benchmarks;

/// <summary>
/// What every figure shares: the fixtures, the subjects that are there, and how a subject's failure is kept from spoiling the rest:
/// it is noted once, the subject is left out of the remaining runs of that figure, and its cells say "failed".
/// </summary>
sealed class Bench(Options options, Fixtures fixtures, IReadOnlyList<Subject> all)
{
    /// <summary>Time for a subject to bring its worker up; supervisord and pm2 need a second of it on a busy machine.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly List<string> _failures = [];

    public Options Options => options;
    public Fixtures Fixtures => fixtures;
    public IReadOnlyList<Subject> All => all;
    public IReadOnlyList<Subject> Present { get; } = [.. all.Where(subject => subject.Executable is not null)];
    public IReadOnlyList<Subject> Supervisors => [.. Present.Where(subject => subject.IsSupervisor)];
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>A B C A B C ...: what disturbs the machine for a while disturbs all of them. Slow subjects get at most three runs.</summary>
    public void Interleave(string figure, int runs, IEnumerable<Subject> subjects, Action<Subject> once)
    {
        List<Subject> left = [.. subjects];
        for (int run = 0; run < runs && left.Count > 0; run++)
        {
            left.RemoveAll(subject => (subject.IsSlow && run >= 3) || !Try(figure, subject, () => once(subject)));
        }
    }

    /// <summary>Starts all of them at once with a sleeping worker and waits until every worker runs.</summary>
    public Dictionary<Subject, PidNamespace> StartAll(string figure, IEnumerable<Subject> subjects)
    {
        var running = new Dictionary<Subject, PidNamespace>();
        foreach (Subject subject in subjects)
        {
            _ = Try(figure, subject, () => running[subject] = StartSleeping(subject));
        }
        return running;
    }

    /// <summary>A subject with one worker that has begun to sleep.</summary>
    public PidNamespace StartSleeping(Subject subject)
    {
        PidNamespace running = PidNamespace.Start(fixtures, subject, "sleep");
        try
        {
            _ = running.AwaitRecord("start", 1, StartLimit);
            return running;
        }
        catch (BenchmarkException)
        {
            running.Dispose();
            throw;
        }
    }

    /// <summary>False, with the reason noted, when the measurement did not come about.</summary>
    public bool Try(string figure, Subject subject, Action action) => Try(figure, subject.Name, action);

    public bool Try(string figure, string name, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (BenchmarkException e)
        {
            Note(figure, name, e.Message);
            return false;
        }
    }

    /// <summary>Why a number is missing.</summary>
    public void Note(string figure, string name, string reason) => _failures.Add($"{figure}, {name}: {reason}");
}
