// Four clients that ask one request after another, each on a new connection, until they are stopped. A request belongs to a gap
// when any part of it does: one that was in flight when the server was killed may fail, one that began afterwards may not.
namespace Init.E2E.Tests.Harness;

sealed class Load : IDisposable
{
    const int Clients = 4;

    readonly object gate = new();
    readonly Thread[] threads;
    readonly int port;
    readonly List<string> failures = [];
    readonly HashSet<string> pids = [];
    long answers;
    long gap; // Odd while a gap lasts: a request saw no gap when it began and ended at the same even number.
    volatile bool stopped;

    public Load(int port)
    {
        this.port = port;
        threads = [.. Enumerable.Range(0, Clients).Select(_ => new Thread(Run) { IsBackground = true })];
        Array.ForEach(threads, t => t.Start());
    }

    public IReadOnlyList<string> FailuresOutsideGaps => failures;

    public void BeginGap() => Interlocked.Increment(ref gap);

    public void EndGap() => Interlocked.Increment(ref gap);

    public void WaitAnswers(Pid1 pid1, int more)
    {
        var goal = Interlocked.Read(ref answers) + more;
        pid1.WaitUntil($"{more} more answers", () => Interlocked.Read(ref answers) >= goal);
    }

    public void WaitAnswerOf(Pid1 pid1, long pid) => pid1.WaitUntil($"an answer of {pid}", () =>
    {
        lock (gate)
        {
            return pids.Contains($"{pid}");
        }
    });

    public void Stop()
    {
        stopped = true;
        Array.ForEach(threads, t => t.Join());
    }

    public void Dispose() => Stop();

    void Run()
    {
        while (!stopped)
        {
            var before = Interlocked.Read(ref gap);
            var (code, body) = Web.Get(port, "/");
            var quiet = before % 2 == 0 && Interlocked.Read(ref gap) == before;
            lock (gate)
            {
                if (code == 200)
                {
                    pids.Add(body);
                    Interlocked.Increment(ref answers);
                }
                else if (quiet)
                {
                    failures.Add(body);
                }
            }
        }
    }
}
