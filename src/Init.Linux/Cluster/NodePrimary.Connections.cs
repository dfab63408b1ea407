using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Cluster;

/// <summary>
/// Connections that pminit itself accepts: passed to whose turn it is, kept until they are taken, and held back while nobody has room or the kernel has none for
/// what is on its way.
/// </summary>
sealed partial class NodePrimary
{
    /// <summary>Nobody tells when the kernel has room again.</summary>
    static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    Instant _retryAt = Instant.Never;
    bool _hasWarnedOfStuck;

    /// <inheritdoc/>
    public bool TryTake(Listener listener, Fd connection)
    {
        if (!_servers.TryGetValue(listener.Key, out var server))
        {
            return false;
        }

        // What came back is older.
        server.IsHeldUp = server.Waiting.Count > 0 || !TryPass(new Passed(server, connection));
        return !server.IsHeldUp;
    }

    /// <summary>Gives a connection that came back to another process, or lets it wait for one.</summary>
    public void Distribute(Passed connection)
    {
        if (!IsCurrent(connection.Server) || connection.Server.Rota.IsExhausted(connection.RefusedBy))
        {
            connection.Connection!.DisposeAtOnce(); // its socket is closed, or each of them has as many as it wants
        }
        else if (!TryPass(connection))
        {
            connection.Server.Waiting.Add(connection);
        }
    }

    /// <summary>Somebody has room again, or takes part from now on.</summary>
    public void OnRoom()
    {
        foreach (var server in _servers.Values)
        {
            if (server.Waiting.Count > 0)
            {
                var waiting = server.Waiting.FindAll(static _ => true);
                server.Waiting.Clear();
                waiting.ForEach(Distribute);
            }

            if (server.IsHeldUp && server.Waiting.Count == 0)
            {
                server.IsHeldUp = false;
                _table.Resume(server.Key);
            }
        }
    }

    /// <summary>The kernel has no room for a descriptor on its way to a process, or we have none left to keep.</summary>
    public void OnStuck()
    {
        _retryAt = Clock.Now + Retry;
        if (!_hasWarnedOfStuck)
        {
            _hasWarnedOfStuck = true;
            _warn("connections or sockets wait to be sent to an instance: the kernel allows no more descriptors on their way (RLIMIT_NOFILE, of all processes of pminit's user together), or pminit has none left");
        }
    }

    bool TryPass(Passed connection)
    {
        while (connection.Server.Rota.Next(connection.RefusedBy) is NodeWorker worker)
        {
            if (worker.Pass(connection))
            {
                return true;
            }

            worker.Answered();
            if (!worker.IsEnding)
            {
                OnStuck();
                return false;
            }

            connection.Server.Rota.Leave(worker);
        }

        return false;
    }

    void RetryIfDue(Instant now)
    {
        if (_retryAt <= now)
        {
            _retryAt = Instant.Never;
            _workers.ForEach(static worker => worker.Retry());
            OnRoom();
        }
    }
}
