using System.Collections.Immutable;

namespace Init.Core.Model;

/// <summary>A validated ecosystem: every app, in file order, and what belongs to no app.</summary>
public sealed record Ecosystem
{
    /// <summary>One or more apps with unique names.</summary>
    public required ImmutableArray<AppSpec> Apps { get; init; }

    /// <summary>The `pminit` section.</summary>
    public GlobalSettings Settings { get; init; } = new();

    /// <summary>How many workers the apps have together.</summary>
    public int Workers
    {
        get
        {
            var workers = 0;
            foreach (var app in Apps)
            {
                workers += app.Instances;
            }

            return workers;
        }
    }

    /// <summary>The apps by their names, in a dictionary of the caller's own.</summary>
    public Dictionary<string, AppSpec> AppsByName()
    {
        var apps = new Dictionary<string, AppSpec>(Apps.Length, StringComparer.Ordinal);
        foreach (var app in Apps)
        {
            apps.Add(app.Name, app);
        }

        return apps;
    }
}

/// <summary>Settings of pminit itself (top-level `pminit`), before options and environment override them.</summary>
public sealed record GlobalSettings
{
    /// <summary>Where probes are answered.</summary>
    public HealthSettings Health { get; init; } = new();

    /// <summary>Where verbs are answered.</summary>
    public ControlSettings Control { get; init; } = new();

    /// <summary>The log as a whole.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Kubernetes makes this file and shows what stands in it when the container has ended.</summary>
    public const string DefaultTerminationLog = "/dev/termination-log";

    /// <summary>Where the reason of a failure is written when the container ends; the default only where it exists. Empty: nowhere.</summary>
    public string TerminationLog { get; init; } = DefaultTerminationLog;

    /// <summary>The first start of all apps waits this long; 0: no wait (pm2-runtime: `--delay`).</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>The container ends when no app is left (pm2-runtime: off with `--no-auto-exit`).</summary>
    public bool ExitsWithoutApps { get; init; } = true;

    /// <summary>How long apps without a value of their own go on serving after the signal that stops the container.</summary>
    public TimeSpan ShutdownDelay { get; init; }

    /// <summary>What is done before the container's memory is used up.</summary>
    public MemoryGuardSettings MemoryGuard { get; init; } = new();

    /// <summary>Bound on the whole orderly stop; null: only each app's `kill_timeout` bounds it.</summary>
    public TimeSpan? ShutdownTimeout { get; init; }
}

/// <summary>`pminit.health`.</summary>
public sealed record HealthSettings
{
    /// <summary>False: no listener at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Numeric IPv4 or IPv6 address, or null for every address of both families.</summary>
    public string? Host { get; init; }

    /// <summary>0..65535; 0 lets the kernel choose (it is logged). pm2's port.</summary>
    public int Port { get; init; } = 9615;

    /// <summary>True when the user named the address or port: a taken port is then an error, not a warning.</summary>
    public bool IsExplicit { get; init; }
}

/// <summary>`pminit.control`.</summary>
public sealed record ControlSettings
{
    /// <summary>False: no socket.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Path of the unix socket, or null for the first writable default.</summary>
    public string? Socket { get; init; }
}
