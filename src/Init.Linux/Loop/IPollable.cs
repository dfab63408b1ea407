namespace Init.Linux.Loop;

/// <summary>Something with a descriptor in the loop. Called on the one thread; must not block and must bound its work per call.</summary>
public interface IPollable
{
    /// <summary>The descriptor is ready (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR). Level-triggered: what is left over comes again.</summary>
    void OnReady(uint events);

    /// <summary>An exception escaped <see cref="OnReady"/>: close what you own. The descriptor has already left the loop.</summary>
    void OnFault();
}

/// <summary>Order of dispatch within one turn: what keeps the container obedient comes before what merely talks.</summary>
public enum Urgency
{
    Signals,
    Control,
    Logs,
    Health,
}
