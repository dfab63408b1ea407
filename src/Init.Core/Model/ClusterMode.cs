namespace Init.Core.Model;

/// <summary>`cluster`: how the instances of an app share a listening socket.</summary>
public enum ClusterMode
{
    /// <summary>Not at all: each binds its own.</summary>
    None,

    /// <summary>pminit is the primary of Node's `cluster` module, and holds the sockets.</summary>
    Node,
}
