using System.Diagnostics;
using System.Net.Sockets;

namespace Init.E2E.Tests.Cluster;

/// <summary>What a load has seen so far.</summary>
sealed record LoadResult(int Ok, IReadOnlyList<string> Failed, int Hung, int Refused, IReadOnlyDictionary<string, int> Pids)
{
    public override string ToString() =>
        $"{Ok} ok, {Failed.Count} failed, {Hung} hung, {Refused} refused, {Pids.Count} workers\n{string.Join('\n', Failed.Take(10))}";
}

/// <summary>Some clients, each in a thread, that ask one request after another and never repeat one, on a new connection each time or on kept-alive ones.</summary>
sealed class LoadClient : IDisposable
{
    readonly Target target;
    readonly bool isKeptAlive;
    readonly Thread[] threads;
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly object gate = new();
    readonly List<string> failed = [];
    readonly Dictionary<string, int> pids = [];
    int ok;
    int hung;
    int refused;
    volatile bool isStopped;

    public LoadClient(Target target, bool isKeptAlive, int clients = 6)
    {
        this.target = target;
        this.isKeptAlive = isKeptAlive;
        threads = [.. Enumerable.Range(0, clients).Select(_ => new Thread(Run) { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
    }

    public int Clients => threads.Length;

    public LoadResult Result
    {
        get
        {
            lock (gate)
            {
                return new LoadResult(ok, [.. failed], hung, refused, new Dictionary<string, int>(pids));
            }
        }
    }

    public LoadResult Stop()
    {
        isStopped = true;
        Array.ForEach(threads, thread => thread.Join());
        return Result;
    }

    public void Dispose() => Stop();

    /// <summary>Asks a number of requests one after another, each on a new connection.</summary>
    public static LoadResult AskOneByOne(Target target, int requests)
    {
        var pids = new Dictionary<string, int>();
        for (var i = 0; i < requests; i++)
        {
            using var connection = target.Open(isKeptAlive: false);
            var pid = connection.Ask();
            pids[pid] = pids.GetValueOrDefault(pid) + 1;
        }

        return new LoadResult(requests, [], 0, 0, pids);
    }

    void Run()
    {
        Connection? connection = null;
        while (!isStopped)
        {
            var began = clock.ElapsedMilliseconds;
            try
            {
                if (connection?.IsOpen != true)
                {
                    connection?.Dispose();
                    connection = null;
                    connection = target.Open(isKeptAlive);
                }

                var pid = connection.Ask();
                lock (gate)
                {
                    ok++;
                    pids[pid] = pids.GetValueOrDefault(pid) + 1;
                }
            }
            catch (Exception error) when (error is RequestException or IOException or SocketException or HttpRequestException or OperationCanceledException
                or System.Security.Authentication.AuthenticationException)
            {
                Count(error, began);
                connection?.Dispose();
                connection = null;
            }

            if (!isKeptAlive)
            {
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }

    void Count(Exception error, long began)
    {
        var now = clock.ElapsedMilliseconds;
        var code = (error as SocketException ?? error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException)?.SocketErrorCode;
        lock (gate)
        {
            if (code == SocketError.TimedOut || error is OperationCanceledException || now - began >= Connection.Patience.TotalMilliseconds)
            {
                hung++;
            }
            else if (code is SocketError.ConnectionRefused)
            {
                refused++;
            }
            else
            {
                failed.Add($"at {began} ms, after {now - began} ms: {error.Message} ({code?.ToString() ?? error.GetType().Name})");
            }
        }
    }
}
