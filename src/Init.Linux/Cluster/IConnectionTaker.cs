using Init.Linux.Interop;

namespace Init.Linux.Cluster;

/// <summary>Who gives accepted connections to workers.</summary>
public interface IConnectionTaker
{
    /// <summary>Gives a connection to the best of those who serve the address.</summary>
    /// <param name="listener">Where it was accepted.</param>
    /// <param name="connection">Non-blocking, closed at exec; the taker's own when the answer is true.</param>
    /// <returns>False: nobody has room now. No more connections come until <see cref="ListenerTable.Resume"/>.</returns>
    bool TryTake(Listener listener, Fd connection);

    /// <summary>A process of the slot lives, and may hold its socket.</summary>
    bool HasProcess(int slot);
}
