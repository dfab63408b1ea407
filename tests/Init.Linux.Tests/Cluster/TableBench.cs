using System.Net;
using Init.Core.Cluster;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>A table with real sockets on loopback, and a taker that keeps what it is given.</summary>
sealed unsafe class TableBench : IConnectionTaker, IDisposable
{
    readonly List<Client> _clients = [];

    public TableBench(Balance balance, int slots) => Table = new ListenerTable(Loop, balance, slots, this, Warnings.Add);

    public EventLoop Loop { get; } = new();

    public ListenerTable Table { get; }

    public List<string> Warnings { get; } = [];

    /// <summary>What was passed on, in order.</summary>
    public List<Fd> Taken { get; } = [];

    /// <summary>How many more are taken.</summary>
    public int Room { get; set; } = int.MaxValue;

    public Action<Fd>? OnTake { get; set; }

    public static ListenAddress AnyPort { get; } = new() { Kind = ListenKind.Tcp4, Address = "127.0.0.1" };

    public bool HasProcess(int slot) => Alive.Contains(slot);

    /// <summary>Slots with a process.</summary>
    public HashSet<int> Alive { get; } = [];

    public bool TryTake(Listener listener, Fd connection)
    {
        OnTake?.Invoke(connection);
        if (Room == 0)
        {
            return false;
        }

        Room--;
        Taken.Add(connection);
        return true;
    }

    public Listener Open(ListenAddress? address = null, string key = "k")
    {
        var (listener, errno) = Table.Open(key, address ?? AnyPort);
        Assert.True(listener is not null, Libc.Describe(errno));
        Assert.Equal(0, errno);
        return listener;
    }

    public void Serve(params int[] slots)
    {
        foreach (var slot in slots)
        {
            Table.SetServing("k", slot, true);
        }
    }

    /// <summary>Connections that the kernel has accepted: on loopback the handshake is over when connect(2) returns.</summary>
    public void Connect(Listener to, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _clients.Add(Client.ConnectTcp(IPAddress.Parse(to.Address.Kind == ListenKind.Tcp6 ? "::1" : "127.0.0.1"), to.Port));
        }
    }

    /// <summary>Accepts, as a worker would, what waits at a descriptor.</summary>
    public static int Drain(int fd)
    {
        var count = 0;
        for (int connection; (connection = Libc.accept4(fd, null, null, Libc.SOCK_CLOEXEC)) >= 0; count++)
        {
            Assert.Equal(0, Libc.close(connection));
        }

        Assert.Equal(Libc.EAGAIN, Libc.Errno);
        return count;
    }

    /// <summary>How many wait for each slot; they are taken.</summary>
    public static int[] Drain(Listener listener, int slots)
    {
        var counts = new int[slots];
        for (var slot = 0; slot < slots; slot++)
        {
            counts[slot] = Drain(listener.FdFor(slot));
        }

        return counts;
    }

    /// <summary>None was refused, reset or closed.</summary>
    public void AssertAllClientsLive() => Assert.All(_clients, client => Assert.False(client.Receive().IsClosed));

    /// <summary>As above, but the worker may have closed it in order.</summary>
    public void AssertNoneReset() => Assert.All(_clients, client => Assert.Equal(0, client.Receive().Error));

    public void Turn() => Bounded.Turn(Loop);

    public void TurnUntil(Func<bool> condition) => Bounded.TurnUntil(Loop, condition);

    public static int Descriptors() => OwnDescriptors.Count();

    /// <summary>A socket of somebody else, bound and, if wanted, listening.</summary>
    public static Fd Foreign(string host, int port, bool reuses, bool listens = true)
    {
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, IPAddress.Parse(host), port);
        var fd = Fd.Take(Libc.socket(name.ss_family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0), "socket", "testing");
        int on = 1;
        Assert.Equal(0, Libc.setsockopt(fd.Number, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, &on, sizeof(int)));
        if (reuses)
        {
            Assert.Equal(0, Libc.setsockopt(fd.Number, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, &on, sizeof(int)));
        }

        Assert.Equal(0, Libc.bind(fd.Number, &name, length));
        if (listens)
        {
            Assert.Equal(0, Libc.listen(fd.Number, 16));
        }

        return fd;
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        foreach (var connection in Taken)
        {
            connection.Dispose();
        }

        Table.Dispose();
        Loop.Dispose();
    }
}
