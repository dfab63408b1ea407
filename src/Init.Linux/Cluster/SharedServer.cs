using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Cluster;

/// <summary>One listening socket of an app, and which of its processes take part.</summary>
sealed class SharedServer(Listener listener, int window)
{
    public Listener Listener => listener;

    public string Key => listener.Key;

    readonly List<int> _serving = [];

    /// <summary>What its workers share, as JSON: of the first one who said it, and kept as long as the socket, so that TLS sessions outlive a reload.</summary>
    public byte[] Data { get; set; } = [];

    /// <summary>Who takes connections.</summary>
    public ConnectionRota Rota { get; } = new(window);

    /// <summary>Connections that came back from workers, while nobody has room.</summary>
    public List<Passed> Waiting { get; } = [];

    /// <summary>The listener waits for room.</summary>
    public bool IsHeldUp { get; set; }

    /// <summary>Processes that hold it.</summary>
    public int Holders { get; set; }

    /// <summary>When it is closed, if nobody asks for it before.</summary>
    public Instant CloseAt { get; set; } = Instant.Never;

    /// <summary>Some process of the slot takes part, or none does.</summary>
    /// <returns>True when that is new.</returns>
    public bool SetServing(int slot, bool isServing)
    {
        if (_serving.Contains(slot) == isServing)
        {
            return false;
        }

        if (isServing)
        {
            _serving.Add(slot);
            return true;
        }

        return _serving.Remove(slot);
    }
}

/// <summary>A message with a descriptor, until the worker has it.</summary>
abstract class Posted
{
    /// <summary>Our number of the message; of a listener the number of the question.</summary>
    public long Number { get; set; }

    /// <summary>How often it was sent again, because it came without its descriptor.</summary>
    public int Repeats { get; set; }
}

/// <summary>A listener, or a connection, which is ours until the worker has said that it takes it.</summary>
sealed class Passed(SharedServer server, Fd? connection) : Posted
{
    public SharedServer Server => server;

    /// <summary>Owned; null: what was passed is the listener.</summary>
    public Fd? Connection => connection;

    /// <summary>Who did not take it.</summary>
    public List<RotaMember> RefusedBy { get; } = [];
}
