namespace Init.Core.Model;

/// <summary>How the instances of an app share a listening address (`cluster`).</summary>
public enum ClusterMode
{
    /// <summary>Not at all: each instance binds its own.</summary>
    None,

    /// <summary>pminit is the primary of Node's cluster module: it owns the sockets, and the workers, unmodified, borrow them.</summary>
    Node,
}
