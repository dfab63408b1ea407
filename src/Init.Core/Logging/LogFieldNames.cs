namespace Init.Core.Logging;

/// <summary>The fields that pminit adds to a worker's own JSON object, as far as their names are free there.</summary>
[Flags]
enum LogFieldNames
{
    None = 0,

    /// <summary>Also taken by time, ts, @timestamp, @t: two clocks in one line would only contradict each other.</summary>
    Timestamp = 1,

    /// <summary>Also taken by severity, lvl, log.level, @l: "info" beside "severity":"ERROR" would be a lie.</summary>
    Level = 2,
    App = 4,
    Instance = 8,
    Pid = 16,
    Stream = 32,
}
