namespace Init.E2E.Tests.Harness;

/// <summary>What pminit finds as its standard output.</summary>
public enum StdoutKind
{
    /// <summary>A pipe that the harness reads all the time.</summary>
    Pipe,

    /// <summary>A pipe that nobody reads, until the test does.</summary>
    UnreadPipe,

    /// <summary>No descriptor 1 at all.</summary>
    Closed,

    /// <summary>Every write fails with ENOSPC.</summary>
    DevFull,

    /// <summary>A regular file, which epoll refuses.</summary>
    File,
}
