namespace Init.Benchmarks;

/// <summary>The command line. Unknown options are errors: a mistyped --only must not run for ten minutes.</summary>
sealed record Options
{
    public const string Usage = """
        usage: dotnet run -c Release --project tests/Init.Benchmarks -- [options]
          --pminit PATH      the binary to measure (default out/pminit; `make publish` builds it)
          --install          install missing peers (apt-get, npm) before measuring
          --only A,B         figures: memory, start, restart, orphans, size, wakeups, stop, many; also cluster (minutes)
          --subjects A,B     subjects, by the names of the table's columns
          --runs N           runs of the quick figures (default 30); the others are derived from it
          --orphans N        orphans of one burst (default 10000)
          --markdown         print the table as markdown too
        or: -- --fuzz [N] [--seed S]     damaged files through the configuration readers (default a million)
        npm packages are kept in $PMINIT_BENCH_PEERS (default ~/.cache/pminit-bench).
        Needs: unshare (util-linux), gcc, /proc; root or unprivileged user namespaces.
        """;

    public string PminitPath { get; private set; } = "out/pminit";
    public bool Install { get; private set; }
    public IReadOnlyList<string> Only { get; private set; } = [];
    public IReadOnlyList<string> Subjects { get; private set; } = [];
    public int Runs { get; private set; } = 30;
    public int Orphans { get; private set; } = 10_000;
    public bool Markdown { get; private set; }

    /// <summary>Null and a reason when the arguments make no sense; null and an empty reason when help was asked for.</summary>
    public static Options? Parse(string[] args, out string reason)
    {
        var options = new Options();
        reason = "";
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--help" or "-h":
                    return null;
                case "--install":
                    options.Install = true;
                    continue;
                case "--markdown":
                    options.Markdown = true;
                    continue;
                case "--pminit" when value is not null:
                    options.PminitPath = value;
                    break;
                case "--only" when value is not null:
                    options.Only = Split(value);
                    break;
                case "--subjects" when value is not null:
                    options.Subjects = Split(value);
                    break;
                case "--runs" when int.TryParse(value, out int runs) && runs > 0:
                    options.Runs = runs;
                    break;
                case "--orphans" when int.TryParse(value, out int orphans) && orphans > 0:
                    options.Orphans = orphans;
                    break;
                default:
                    reason = $"{args[i]}: unknown option, or its value is missing or not a positive number";
                    return null;
            }
            i++;
        }
        return options;
    }

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
