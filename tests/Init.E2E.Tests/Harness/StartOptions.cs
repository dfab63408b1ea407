namespace Init.E2E.Tests.Harness;

/// <summary>How one pminit is started. The defaults give a supervisor with a health address and a socket of its own.</summary>
sealed record StartOptions
{
    /// <summary>Text of the ecosystem file; null: no file, only <see cref="Arguments"/>.</summary>
    public string? File { get; init; }

    /// <summary>Name of that file.</summary>
    public string FileName { get; init; } = "ecosystem.json";

    /// <summary>Name that pminit is called by, through a symbolic link; null: its own.</summary>
    public string? CalledAs { get; init; }

    /// <summary>Arguments after the file and the options below.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Value of --health: "auto" is a free loopback port, null leaves the option out. Only with a file.</summary>
    public string? Health { get; init; } = "auto";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public StdoutKind Stdout { get; init; }

    /// <summary>Keep stdin open for the test to write; else it is empty.</summary>
    public bool Stdin { get; init; }

    /// <summary>A program with arguments that runs as PID 1 first and then execs what follows: spoils what pminit inherits.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
}
