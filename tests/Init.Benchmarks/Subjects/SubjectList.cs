namespace Init.Benchmarks.Subjects;

/// <summary>The columns of the table, in order.</summary>
static class SubjectList
{
    /// <summary>Empty, with the reason, when a wanted name does not exist.</summary>
    public static IReadOnlyList<Subject> Select(Options options, out string reason)
    {
        Subject[] all =
        [
            new PminitSubject(options.PminitPath, true), new PminitSubject(options.PminitPath, false),
            new TiniSubject(), new DumbInitSubject(), new S6Subject(), new SupervisordSubject(), new Pm2Subject(),
        ];
        string? unknown = options.Subjects.FirstOrDefault(wanted => !all.Any(one => one.Name == wanted));
        reason = unknown is null ? "" : $"--subjects: no {unknown}; there are: {string.Join(", ", all.Select(one => one.Name))}";
        return unknown is not null ? [] : options.Subjects.Count == 0 ? all : [.. all.Where(one => options.Subjects.Contains(one.Name))];
    }
}
