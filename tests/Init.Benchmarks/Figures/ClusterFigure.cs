using Init.Benchmarks.Clusters;
using Init.E2E.Tests.Cluster;

namespace Init.Benchmarks.Figures;

/// <summary>
/// The same Node server as two workers on one port under pminit, Node's own primary and pm2, each in its modes. All are up at the same time and take
/// turns in a random order; the load has a CPU of its own. Then each is reloaded under the load of clients that never repeat a request, on all CPUs.
/// </summary>
sealed class ClusterFigure : Figure
{
    private const int Reloads = 20;
    private const int ReloadClients = 8;

    public override string Name => "cluster";
    public override string Title => $"one Node server, two workers: requests, CPU and {Reloads} reloads under load ({ReloadClients} clients with new connections, {ReloadClients} that keep theirs)";

    public override bool IsLong => true;

    public override IEnumerable<Row> Measure(Bench bench) => [];

    public override void AddTo(Report report, Bench bench)
    {
        var lines = new List<string[]>
        {
            new[]
            {
                "", "kept: requests/s", "p99 ms", "CPU µs in workers", "outside", "new: requests/s", "x pm2's", "p99 ms", "CPU µs in workers", "outside",
                "errors of wrk", "RSS of primary kB", "failed new", "failed kept", "hung", "ms per reload",
            },
        };
        var entries = new List<Entry>();
        try
        {
            foreach (Contender contender in Contender.All)
            {
                if (contender.Missing(bench) is { } reason)
                {
                    bench.Note(Name, contender.Name, reason);
                    continue;
                }
                _ = bench.Try(Name, contender.Name, () => entries.Add(Entry.Start(bench, contender)));
            }
            entries.ForEach(entry => Affinity.Confine(entry.Running, true));
            Throughput(bench, entries);
            entries.ForEach(entry => Affinity.Confine(entry.Running, false));
            foreach (Entry entry in entries)
            {
                _ = bench.Try(Name, entry.Contender.Name, () => entry.ReloadUnderLoad(bench));
            }
            Load? pm2 = entries.Find(entry => entry.Contender is Pm2Contender)?.Fresh;
            lines.AddRange(entries.Select(entry => entry.Line(pm2)));
        }
        finally
        {
            entries.ForEach(entry => entry.Running.Dispose());
        }
        report.AddTable(Title, lines);
    }

    private void Throughput(Bench bench, List<Entry> entries)
    {
        if (WrkResult.Program is null)
        {
            bench.Note(Name, "wrk", "missing: apt-get install wrk");
            return;
        }
        var random = new Random(5);
        for (int round = 0; round < Math.Max(2, bench.Options.Runs / 3); round++)
        {
            Entry[] order = [.. entries];
            random.Shuffle(order);
            foreach (Entry entry in order)
            {
                _ = bench.Try(Name, entry.Contender.Name, () => entry.Kept.Run(entry, isFresh: false));
                _ = bench.Try(Name, entry.Contender.Name, () => entry.Fresh.Run(entry, isFresh: true));
            }
        }
    }

    /// <summary>One kind of load, all rounds.</summary>
    private sealed class Load
    {
        private readonly List<double> _perSecond = [], _p99 = [];
        private long _requests;
        private long _inside;
        private long _outside;

        public long Errors { get; private set; }

        public void Run(Entry entry, bool isFresh)
        {
            (long insideBefore, long outsideBefore) = Cpu(entry.Running);
            WrkResult result = WrkResult.Run(entry.Port, isFresh, 1);
            (long inside, long outside) = Cpu(entry.Running);
            _inside += inside - insideBefore;
            _outside += outside - outsideBefore;
            _requests += result.Requests;
            Errors += result.Errors;
            _perSecond.Add(result.PerSecond);
            _p99.Add(result.P99Ms);
        }

        /// <summary>Median, over the rounds, of how many times the other's requests it served.</summary>
        public string Times(Load? other) => other is null || other._perSecond.Count != _perSecond.Count || _perSecond.Count == 0
            ? "missing" : $"{Spread.Of([.. _perSecond.Zip(other._perSecond, (own, others) => own / others)]).Median:0.00}";

        public string[] Cells() => _perSecond.Count == 0
            ? ["missing", "missing", "missing", "missing"]
            :
            [
                $"{Spread.Of(_perSecond).Median:0} ({_perSecond.Min():0}..{_perSecond.Max():0})", $"{Spread.Of(_p99).Median:0.0}",
                $"{_inside * 1000.0 / _requests:0.0}", $"{_outside * 1000.0 / _requests:0.0}",
            ];

        private static (long Inside, long Outside) Cpu(PidNamespace running)
        {
            List<int> pids = ProcFs.InNamespaceOf(running.InitPid);
            return (pids.Where(pid => pid != running.InitPid).Sum(ProcFs.CpuMsOf), ProcFs.CpuMsOf(running.InitPid));
        }
    }

    /// <summary>A contender that runs.</summary>
    private sealed record Entry(Contender Contender, PidNamespace Running, string Folder, int Port)
    {
        private string[] _reloads = ["failed", "failed", "failed", "failed"];

        public Load Kept { get; } = new();
        public Load Fresh { get; } = new();

        public static Entry Start(Bench bench, Contender contender)
        {
            string folder = Directory.CreateTempSubdirectory("pminit-bench-run-").FullName;
            int port = Contender.FreePort();
            var running = PidNamespace.Start(bench.Fixtures, folder, contender.Prepare(bench, folder, port));
            var seen = new HashSet<string>();
            if (!Clock.Await(() => Asked(port, seen) && seen.Count >= 2, Bench.StartLimit))
            {
                running.Dispose();
                throw new BenchmarkException($"two workers did not answer on port {port}; {seen.Count} did");
            }
            return new Entry(contender, running, folder, port);
        }

        public void ReloadUnderLoad(Bench bench)
        {
            using var fresh = new LoadClient(Target.Tcp(Protocol.Http, Port), isKeptAlive: false, ReloadClients);
            using var kept = new LoadClient(Target.Tcp(Protocol.Http, Port), isKeptAlive: true, ReloadClients);
            long began = Clock.NowNs;
            for (int nth = 1; nth <= Reloads; nth++)
            {
                Contender.Reload(bench, Running, Folder, nth);
            }
            double ms = (Clock.NowNs - began) / 1e6 / Reloads;
            LoadResult ofFresh = fresh.Stop(), ofKept = kept.Stop();
            _reloads =
            [
                $"{ofFresh.Failed.Count + ofFresh.Refused} of {ofFresh.Ok}", $"{ofKept.Failed.Count + ofKept.Refused} of {ofKept.Ok}",
                $"{ofFresh.Hung + ofKept.Hung}", $"{ms:0}",
            ];
        }

        public string[] Line(Load? pm2) =>
        [
            Contender.Name, .. Kept.Cells(), .. Fresh.Cells()[..1], Fresh.Times(pm2), .. Fresh.Cells()[1..], $"{Kept.Errors + Fresh.Errors}", $"{ProcFs.MemoryOf(Running.InitPid).RssKb}", .. _reloads,
        ];

        private static bool Asked(int port, HashSet<string> seen)
        {
            try
            {
                using Connection connection = Target.Tcp(Protocol.Http, port).Open(isKeptAlive: false);
                return seen.Add(connection.Ask()) || seen.Count > 0;
            }
            catch (Exception e) when (e is RequestException or IOException or System.Net.Sockets.SocketException)
            {
                return false; // not up yet
            }
        }
    }
}
