using System.Diagnostics;
using System.Globalization;
using Init.Core.Config;

namespace Init.Benchmarks.Fuzzing;

/// <summary>
/// `-- --fuzz N [--seed S]`: N damaged files through EcosystemReader.Read, JSON5 and YAML alike. A failure is an exception, a result without an
/// ecosystem and without an error, an error of more than one line, or an input that takes more than a second (thrice: the machine may be busy).
/// Each input comes from its own number, so `--seed S --fuzz 1` with the number that a failure names runs that input again.
/// </summary>
static class FuzzCommand
{
    const int MostFailures = 20;
    static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Hung = TimeSpan.FromSeconds(20);
    static readonly ConfigContext Context = new() { Cpus = 4, MemoryLimitBytes = 1 << 30, Variables = new Dictionary<string, string> { ["HOME"] = "/root" } };

    static byte[] s_current = [];
    static long s_number;
    static long s_started;

    /// <returns>0; 1 when an input failed; 64 for wrong arguments.</returns>
    public static int Run(string[] args)
    {
        var (count, seed) = (1_000_000L, 1L);
        for (int i = 0; i < args.Length; i++)
        {
            bool isNumber = i + 1 < args.Length && long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            switch (args[i])
            {
                case "--fuzz" when isNumber:
                    count = long.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--fuzz":
                    break;
                case "--seed" when isNumber:
                    seed = long.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine($"{args[i]}: usage: --fuzz [N] [--seed S]");
                    return 64;
            }
        }
        var mutator = new Mutator(Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Seeds"));
        new Thread(Watch) { IsBackground = true }.Start();
        var clock = Stopwatch.StartNew();
        long accepted = 0, bytes = 0;
        int failures = 0;
        var slowest = TimeSpan.Zero;
        for (long number = seed; number < seed + count && failures < MostFailures; number++)
        {
            var (input, name) = mutator.Make(number);
            (s_current, s_number) = (input, number);
            bytes += input.Length;
            var (problem, took, isAccepted) = Try(input, name);
            for (int again = 0; problem is null && took > TooSlow && again < 2; again++)
            {
                var (_, second, _) = Try(input, name);
                took = second < took ? second : took;
            }
            slowest = took > slowest ? took : slowest;
            accepted += isAccepted ? 1 : 0;
            problem ??= took > TooSlow ? $"took {took.TotalSeconds:0.0} s" : null;
            if (problem is not null)
            {
                failures++;
                Report(problem, number, name, input);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            fuzz: {count} inputs from seed {seed}, {bytes >> 20} MiB, {accepted} accepted, {failures} failures
            fuzz: {count / clock.Elapsed.TotalSeconds:0} inputs/s, slowest {slowest.TotalMilliseconds:0} ms
            """));
        return failures == 0 ? 0 : 1;
    }

    static (string? Problem, TimeSpan Took, bool IsAccepted) Try(byte[] input, string name)
    {
        long start = Stopwatch.GetTimestamp();
        Volatile.Write(ref s_started, start);
        string? problem = null;
        bool isAccepted = false;
        try
        {
            var result = EcosystemReader.Read(input, name, Context);
            isAccepted = result.Ecosystem is not null;
            problem = isAccepted == result.Errors.Length > 0 ? "both or neither of an ecosystem and errors"
                : result.Errors.Any(error => error.ToString().AsSpan().ContainsAny('\n', '\r')) ? "an error of more than one line" : null;
        }
        catch (Exception error) // Whatever it is, it is what we look for.
        {
            problem = error.ToString();
        }
        Volatile.Write(ref s_started, 0);
        return (problem, Stopwatch.GetElapsedTime(start), isAccepted);
    }

    static void Report(string problem, long number, string name, byte[] input)
    {
        Console.WriteLine($"FAILED --seed {number} --fuzz 1 as {name}: {problem}");
        Console.WriteLine(Convert.ToBase64String(input));
    }

    /// <summary>Ends the program when an input never ends.</summary>
    static void Watch()
    {
        while (true)
        {
            Thread.Sleep(500);
            long start = Volatile.Read(ref s_started);
            if (start != 0 && Stopwatch.GetElapsedTime(start) > Hung)
            {
                Report($"still runs after {Hung.TotalSeconds} s", s_number, "?", s_current);
                Environment.Exit(1);
            }
        }
    }
}
