using System.Net;

namespace Init.Core.Model;

/// <summary>How an instance is asked whether it is well.</summary>
public enum ProbeKind
{
    /// <summary>A GET that is answered with 2xx or 3xx.</summary>
    Http,

    /// <summary>A connection, over TCP or to a unix socket.</summary>
    Tcp,

    /// <summary>A command that ends with 0.</summary>
    Exec,
}

/// <summary>What becomes of an instance whose check has failed for good.</summary>
public enum HealthAction
{
    /// <summary>It is stopped and started again.</summary>
    Restart,

    /// <summary>It lives on and counts as not ready until a check passes again.</summary>
    Unready,
}

/// <summary>`health_check` of one app.</summary>
public sealed record HealthCheck
{
    /// <summary>How it is asked.</summary>
    public ProbeKind Kind { get; init; }

    /// <summary>A numeric address; null is this machine: 127.0.0.1, and ::1 when nobody listens there.</summary>
    public string? Host { get; init; }

    /// <summary>That of the first instance; 0 for a command or a unix socket.</summary>
    public int Port { get; init; }

    /// <summary>Each instance has a port of its own, <see cref="Port"/> and up.</summary>
    public bool CountsUp { get; init; }

    /// <summary>Path of a unix socket; null: TCP.</summary>
    public string? UnixPath { get; init; }

    /// <summary>What is asked for over HTTP; begins with '/'.</summary>
    public string Path { get; init; } = "/";

    /// <summary>What is run; null unless <see cref="Kind"/> is Exec.</summary>
    public CommandSpec? Command { get; init; }

    /// <summary>From the end of one check to the next. Above 0.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A check without an answer by then has failed. Above 0.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures in a row that are one too many. 1 or more.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Failures so soon after the spawn do not count, unless a check has passed already.</summary>
    public TimeSpan StartPeriod { get; init; }

    /// <summary>What follows.</summary>
    public HealthAction Action { get; init; }

    /// <summary>It asks this machine, and not an address that may be another's.</summary>
    public bool IsLocal => Host is null || UnixPath is not null || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The port of one instance.</summary>
    public int PortOf(int index) => CountsUp ? Port + index : Port;

    /// <summary>Whether two ask the same in the same way; lists are compared by what is in them.</summary>
    public static bool AreSame(HealthCheck? one, HealthCheck? other)
    {
        if (one is null || other is null)
        {
            return one == other;
        }

        var (a, b) = (one.Command, other.Command);
        return one with { Command = null } == other with { Command = null }
            && (a is null || b is null ? a == b : a.Program == b.Program && a.IsShellLine == b.IsShellLine && a.Args.AsSpan().SequenceEqual(b.Args.AsSpan()));
    }

    /// <summary>What is asked, for people: "GET http://127.0.0.1:3000/health", "connect to /run/db.sock", "command check.sh".</summary>
    public string Describe(int index) => Kind switch
    {
        ProbeKind.Http => $"GET http://{Authority(index)}{Path}",
        ProbeKind.Tcp => "connect to " + (UnixPath ?? Authority(index)),
        ProbeKind.Exec => "command " + Command!.Program,
    };

    /// <summary>Host and port as a URL and a Host field have them.</summary>
    public string Authority(int index) => (Host is null ? "localhost" : Host.Contains(':') ? $"[{Host}]" : Host) + ":" + PortOf(index);
}
