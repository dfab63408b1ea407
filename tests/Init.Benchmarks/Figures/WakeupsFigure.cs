using System.Diagnostics;

namespace Init.Benchmarks.Figures;

/// <summary>
/// How often a subject with one sleeping worker wakes when nothing happens: context switches of all its threads, and system calls
/// where strace is installed (in a period of its own, since tracing itself wakes; attaching may add one call per thread).
/// All subjects idle at the same time: they are counted per thread, so they do not disturb each other's counts.
/// </summary>
sealed class WakeupsFigure : Figure
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    public override string Name => "wakeups";
    public override string Title => "activity in 10 idle seconds";

    public override IEnumerable<Row> Measure(Bench bench)
    {
        Samples voluntary = new(), forced = new(), calls = new();
        Dictionary<Subject, PidNamespace> running = bench.StartAll(Name, bench.Present);
        string? strace = Tool.Find("strace");
        try
        {
            Thread.Sleep(s_settle);
            Dictionary<Subject, Switches> before = running.ToDictionary(one => one.Key, one => Count(one.Value));
            Thread.Sleep(s_period);
            foreach ((Subject subject, PidNamespace one) in running)
            {
                Switches during = Count(one) - before[subject];
                voluntary.Add(subject, during.Voluntary);
                forced.Add(subject, during.Forced);
            }
            if (strace is not null)
            {
                CountCalls(strace, running, bench.Fixtures.Folder, calls);
            }
        }
        finally
        {
            foreach (PidNamespace one in running.Values)
            {
                one.Dispose();
            }
        }
        Row[] rows = [voluntary.ToRow(bench, "wake-ups", ""), forced.ToRow(bench, "forced context switches", "")];
        return strace is null ? rows : [.. rows, calls.ToRow(bench, "system calls (strace)", "")];
    }

    private static Switches Count(PidNamespace running)
    {
        Switches sum = default;
        running.SupervisorPids().ForEach(pid => sum += ProcFs.SwitchesOf(pid));
        return sum;
    }

    private static void CountCalls(string strace, Dictionary<Subject, PidNamespace> running, string folder, Samples calls)
    {
        var tracers = new List<(Subject Subject, Process Process, string File)>();
        foreach ((Subject subject, PidNamespace one) in running)
        {
            string file = Path.Combine(folder, $"strace-{tracers.Count}");
            string[] pids = [.. one.SupervisorPids().SelectMany(pid => new[] { "-p", pid.ToString() })];
            var start = new ProcessStartInfo(strace, ["-q", "-c", "-f", "-o", file, .. pids]) { RedirectStandardError = true };
            tracers.Add((subject, Process.Start(start)!, file));
        }
        Thread.Sleep(s_period);
        foreach ((Subject subject, Process process, string file) in tracers)
        {
            using (process)
            {
                _ = Libc.kill(process.Id, Libc.SIGINT); // strace writes its summary and lets go
                if (process.WaitForExit(TimeSpan.FromSeconds(5)) && File.Exists(file))
                {
                    calls.Add(subject, TotalCalls(File.ReadAllLines(file)));
                }
                else
                {
                    process.Kill();
                }
            }
        }
    }

    /// <summary>The "total" line: % time, seconds, usecs/call, calls, maybe errors. No line: no call at all.</summary>
    private static double TotalCalls(string[] summary)
    {
        string? total = summary.LastOrDefault(line => line.EndsWith(" total", StringComparison.Ordinal));
        return total is null ? 0 : double.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]);
    }
}
