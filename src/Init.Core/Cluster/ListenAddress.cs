namespace Init.Core.Cluster;

/// <summary>What kind of socket an address belongs to.</summary>
public enum ListenKind
{
    /// <summary>TCP over IPv4.</summary>
    Tcp4,

    /// <summary>TCP over IPv6.</summary>
    Tcp6,

    /// <summary>A stream socket with a path.</summary>
    Unix,

    /// <summary>UDP over IPv4.</summary>
    Udp4,

    /// <summary>UDP over IPv6.</summary>
    Udp6,
}

/// <summary>An address to listen on, with the options that belong to its socket.</summary>
public sealed record ListenAddress
{
    /// <summary>The shortest queue a listening socket gets: with Python's 5, one connection in a thousand waited a second.</summary>
    public const int LeastBacklog = 511;

    /// <summary>Family and type. Of the two TCP kinds, a wildcard (an empty <see cref="Address"/>) may turn into the other one.</summary>
    public required ListenKind Kind { get; init; }

    /// <summary>A numeric address or a path; "" is every address: of both families where the kernel has IPv6, and unless the kind is Udp4 or Udp6.</summary>
    public string Address { get; init; } = "";

    /// <summary>0 asks for any free port. Unused with a path.</summary>
    public int Port { get; init; }

    /// <summary>IPv6 only: no IPv4 on the same socket.</summary>
    public bool IsIpv6Only { get; init; }

    /// <summary>UDP: SO_REUSEADDR. TCP always has it.</summary>
    public bool ReuseAddress { get; init; }

    /// <summary>The queue of accepted connections; never less than <see cref="LeastBacklog"/>.</summary>
    public int Backlog { get; init => field = Math.Max(value, LeastBacklog); } = LeastBacklog;

    /// <summary>Path: everybody may read it.</summary>
    public bool ReadableAll { get; init; }

    /// <summary>Path: everybody may write to it, which is what connecting needs.</summary>
    public bool WritableAll { get; init; }

    /// <summary>TCP: connections that can be steered.</summary>
    public bool IsTcp => Kind is ListenKind.Tcp4 or ListenKind.Tcp6;

    /// <summary>Datagrams: nothing to accept.</summary>
    public bool IsUdp => Kind is ListenKind.Udp4 or ListenKind.Udp6;

    /// <summary>For people: "127.0.0.1:3000", "[::1]:3000", "*:3000", "/run/api.sock", "udp 0.0.0.0:53".</summary>
    public override string ToString()
    {
        if (Kind == ListenKind.Unix)
        {
            return Address;
        }

        var host = Address.Length == 0 ? "*" : Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]" : Address;
        return IsUdp ? $"udp {host}:{Port}" : $"{host}:{Port}";
    }
}
