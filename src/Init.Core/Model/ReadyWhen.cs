namespace Init.Core.Model;

/// <summary>What makes a process count as ready.</summary>
public enum ReadyKind
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has been up for a time.</summary>
    Uptime,

    /// <summary>It, or a process below it, listens on a socket.</summary>
    Listening,

    /// <summary>It sent "ready" over Node's IPC channel (pm2: `wait_ready`).</summary>
    Message,

    /// <summary>It sent READY=1 to NOTIFY_SOCKET (sd_notify(3)).</summary>
    Notify,

    /// <summary>It wrote a newline to a descriptor, as s6 and dinit have it.</summary>
    Descriptor,

    /// <summary>A line of its output matches.</summary>
    Log,

    /// <summary>Its health check passes.</summary>
    HealthCheck,
}

/// <summary>`ready_when`: one kind, and what belongs to it.</summary>
/// <param name="Kind">What is waited for.</param>
public sealed record ReadyWhen(ReadyKind Kind)
{
    /// <summary>As soon as the program runs.</summary>
    public static readonly ReadyWhen Running = new(ReadyKind.Running);

    /// <summary>Descriptor: its number in the worker, 3 or more. Listening: the port, 0 for any socket. Else 0.</summary>
    public int Number { get; init; }

    /// <summary>Log: a .NET regular expression.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>Uptime: how long; null is `min_uptime`.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The file does not say it: an app that has never listened is taken as ready when `listen_timeout` is over.</summary>
    public bool IsAssumed { get; init; }

    /// <summary>Somebody has to say so; else only time has to pass.</summary>
    public bool IsSaid => Kind is not (ReadyKind.Running or ReadyKind.Uptime);

    /// <summary>As it is written in a file: `notify`, `{fd: 3}`.</summary>
    public override string ToString() => Kind switch
    {
        ReadyKind.Running => "running",
        ReadyKind.Uptime => Time is { } time ? $"{{uptime: {(long)time.TotalMilliseconds}}}" : "uptime",
        ReadyKind.Listening => Number == 0 ? "listening" : $"{{listening: {Number}}}",
        ReadyKind.Message => "message",
        ReadyKind.Notify => "notify",
        ReadyKind.Descriptor => $"{{fd: {Number}}}",
        ReadyKind.Log => $"{{log: \"{Pattern}\"}}",
        ReadyKind.HealthCheck => "health_check",
    };
}
