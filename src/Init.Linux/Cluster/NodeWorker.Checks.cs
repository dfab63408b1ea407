using Init.Core.Cluster;

namespace Init.Linux.Cluster;

/// <summary>
/// Connections of health checks, for this process alone. One at a time: a process that does not answer gets no second one, so that checks without end cost nothing.
/// </summary>
sealed partial class NodeWorker
{
    /// <summary>The last one; null when it has been answered, or its check is over.</summary>
    Offered? _offered;

    /// <summary>It has said that the drain preload is there, which takes such connections.</summary>
    public bool IsPreloaded { get; private set; }

    /// <summary>Offers a connection to the server at a place.</summary>
    /// <param name="offered">The answer is told by it, after this returns.</param>
    /// <returns>Why not, for people; null when it is on its way.</returns>
    public string? Offer(Offered offered)
    {
        if (channel.IsHeldUp || IsUnread() || _offered is not null)
        {
            return "it has not even taken the connection of the check before";
        }

        offered.Number = _seq++;
        if (!PostOffer(offered))
        {
            return "the connection cannot be sent to it";
        }

        _offered = offered;
        return null;
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void Withdraw(Offered offered)
    {
        offered.Connection.DisposeAtOnce();
        if (_offered == offered)
        {
            _offered = null;
        }
    }

    /// <summary>The oldest message that is not acknowledged came without its descriptor: the worker has none left.</summary>
    void OnLost()
    {
        if (!_unacknowledged.TryDequeue(out var posted))
        {
            return;
        }

        if (posted is Offered offered)
        {
            OnOfferLost(offered);
        }
        else if (posted is Passed passed)
        {
            OnLost(passed);
        }
    }

    bool IsUnread()
    {
        foreach (var posted in _unacknowledged)
        {
            if (posted is Offered)
            {
                return true;
            }
        }

        return false;
    }

    bool PostOffer(Offered offered)
    {
        Scratch.Clear();
        ClusterWriter.Check(Scratch, offered.Number, offered.Path, offered.Port);
        return Post(offered, offered.Connection.Number);
    }

    void OnOfferLost(Offered offered)
    {
        if (_offered == offered && (++offered.Repeats > MostRepeats || !PostOffer(offered)))
        {
            EndOffer(OfferAnswer.Lost);
        }
    }

    void EndOffer(OfferAnswer answer)
    {
        var offered = _offered;
        _offered = null;
        offered?.Connection.DisposeAtOnce();
        offered?.Answered(answer);
    }
}
