namespace Init.E2E.Tests.Harness;

/// <summary>What a test needs of the machine beyond the published pminit and permission to make a pid namespace.</summary>
[Flags]
public enum Needs
{
    None = 0,
    Node = 1,
    Python = 2,

    /// <summary>script(1): gives a program a terminal.</summary>
    Script = 4,

    /// <summary>A container engine: one that answers, or dockerd to start one of our own.</summary>
    Engine = 8,

    /// <summary>To become another user, with setpriv(1) at hand.</summary>
    Root = 16,
    Php = 32,
    Ruby = 64,
    Perl = 128,
    Bash = 256,

    /// <summary>A user namespace of its own, with limits of its own.</summary>
    UserNamespace = 512,
}
