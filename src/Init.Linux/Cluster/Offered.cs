using Init.Linux.Interop;

namespace Init.Linux.Cluster;

/// <summary>What a process made of a connection that was for it alone.</summary>
public enum OfferAnswer
{
    /// <summary>A server of it has it.</summary>
    Taken,

    /// <summary>No server of it listens there.</summary>
    NotServed,

    /// <summary>It has no descriptor left for it, or its channel has ended.</summary>
    Lost,
}

/// <summary>A connection of a health check on its way to one process: it goes to nobody else.</summary>
sealed class Offered(string? path, int port, Fd connection, Action<OfferAnswer> answered) : Posted
{
    /// <summary>Of the unix socket; null: TCP.</summary>
    public string? Path => path;

    /// <summary>Of TCP.</summary>
    public int Port => port;

    /// <summary>The process's end. Owned.</summary>
    public Fd Connection => connection;

    /// <summary>Told once, unless the check ends before.</summary>
    public Action<OfferAnswer> Answered => answered;
}
