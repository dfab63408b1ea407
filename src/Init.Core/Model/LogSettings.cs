namespace Init.Core.Model;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>One JSON object a line, pminit's own shape.</summary>
    Json,

    /// <summary>As the apps print them (pm2: `--raw`).</summary>
    Raw,

    /// <summary>pm2's JSON objects (`--json`).</summary>
    Pm2Json,

    /// <summary>`timestamp=… app=… id=… type=… message=…` (pm2: `--format`).</summary>
    Pm2KeyValue,

    /// <summary>`0|app | text` for people (pm2: `--formatted`).</summary>
    Pm2Prefixed,
}

/// <summary>What belongs to the log as a whole.</summary>
public sealed record LogSettings
{
    /// <summary>The form of a line; null: JSON, or the prefixed form when standard output is a terminal.</summary>
    public LogFormat? Format { get; init; }
}
