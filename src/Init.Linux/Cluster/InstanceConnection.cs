using System.Net;
using Init.Linux.Interop;
using Init.Linux.Net;

namespace Init.Linux.Cluster;

/// <summary>
/// A connection to one process of a cluster: both ends are made here, and one is handed to it over its channel. So no other process can answer, and what the
/// server sees is a client of this machine.
/// </summary>
public sealed unsafe class InstanceConnection : IDisposable
{
    const int MostStrangers = 8;

    const int PatienceMs = 50;

    readonly NodeWorker? _process;
    readonly Offered? _offered;

    /// <param name="problem">Why there is none.</param>
    public InstanceConnection(string problem) => Problem = problem;

    InstanceConnection(NodeWorker process, Offered offered, Fd own, bool isShared)
    {
        (_process, _offered, Own, IsShared) = (process, offered, own, isShared);
    }

    /// <summary>Why there is none, for people; null: the answer follows.</summary>
    public string? Problem { get; }

    /// <summary>Our end: non-blocking, connected, and the caller's. Null with a problem.</summary>
    public Fd? Own { get; }

    /// <summary>Another process may answer at the same address.</summary>
    public bool IsShared { get; }

    internal static InstanceConnection Offer(NodeWorker process, string? path, int port, bool isShared, Action<OfferAnswer> answered)
    {
        if (TryPair(path is not null, out var own, out var other) is { } reason)
        {
            return new InstanceConnection(reason);
        }

        var offered = new Offered(path, port, other, answered);
        if (process.Offer(offered) is not { } problem)
        {
            return new InstanceConnection(process, offered, own, isShared);
        }

        own.Dispose();
        other.Dispose();
        return new InstanceConnection(problem);
    }

    /// <summary>The answer is of no use any more.</summary>
    public void Dispose() => _process?.Withdraw(_offered!);

    /// <summary>Two ends of one connection: of TCP, so that the server finds an address of its client, as always.</summary>
    static string? TryPair(bool isUnix, out Fd own, out Fd other)
    {
        (own, other) = (new Fd(-1), new Fd(-1));
        if (isUnix)
        {
            var pair = stackalloc int[2];
            if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0, pair) != 0)
            {
                return Libc.Describe(Libc.Errno);
            }

            (own, other) = (new Fd(pair[0]), new Fd(pair[1]));
            return null;
        }

        var problem = TryPair(IPAddress.Loopback, out own, out other);
        return problem is null ? null : TryPair(IPAddress.IPv6Loopback, out own, out other);
    }

    static string? TryPair(IPAddress loopback, out Fd own, out Fd other)
    {
        (own, other) = (new Fd(-1), new Fd(-1));
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, loopback, 0);
        using var listener = new Fd(Libc.socket(address.ss_family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0));
        var first = new Fd(Libc.socket(address.ss_family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0));
        if (listener.Number < 0 || first.Number < 0 || Libc.bind(listener.Number, &address, length) != 0 || Libc.listen(listener.Number, 8) != 0)
        {
            return Fail(first);
        }

        var port = Addresses.PortOf(listener.Number);
        length = Addresses.Fill(&address, loopback, port);
        if (Libc.connect(first.Number, &address, length) != 0 && Libc.Errno != Libc.EINPROGRESS)
        {
            return Fail(first);
        }

        // On the loopback it is there by now, or, on a machine that is very busy, in a moment. Somebody else who found the port is not the one.
        var wanted = Addresses.PortOf(first.Number);
        for (var i = 0; i < MostStrangers; i++)
        {
            var ready = new Libc.pollfd { fd = listener.Number, events = Libc.POLLIN };
            _ = Libc.poll(&ready, 1, PatienceMs);
            var accepted = new Fd(Libc.accept4(listener.Number, &address, &length, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC));
            if (accepted.Number < 0)
            {
                return Fail(first);
            }

            if (Addresses.PortOfPeer(accepted.Number) == wanted)
            {
                (own, other) = (first, accepted);
                return null;
            }

            accepted.Dispose();
        }

        first.Dispose();
        return "others were connected to its port";
    }

    static string Fail(Fd first)
    {
        var problem = Libc.Describe(Libc.Errno);
        first.Dispose();
        return problem;
    }
}
