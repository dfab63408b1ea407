namespace Init.Core.Cluster;

/// <summary>`balance`: how the connections to one address are spread over the workers of an app.</summary>
public enum Balance
{
    /// <summary>Every slot has a socket of its own (SO_REUSEPORT), and new connections are steered to those that serve.</summary>
    PerWorker,

    /// <summary>All workers accept from one socket.</summary>
    Shared,

    /// <summary>We accept and pass each connection on.</summary>
    RoundRobin,

    /// <summary>As <see cref="PerWorker"/>, but the address of the client decides which slot it meets: sticky sessions.</summary>
    ClientIp,
}
