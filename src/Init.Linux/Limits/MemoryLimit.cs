using System.Globalization;

namespace Init.Linux.Limits;

/// <summary>
/// The memory this container may use: the cgroup's limit, else (or where the limit is larger) that of the machine.
/// </summary>
public static class MemoryLimit
{
    /// <summary>Bytes, more than 0; null when nothing tells (no /sys and no /proc).</summary>
    public static long? Read() => Choose(MemoryCgroup.Find()?.ReadLimit(), MemTotal(MemoryCgroup.ReadText("/proc/meminfo")));

    /// <summary>The smaller of those that are known: a limit may be larger than the machine.</summary>
    public static long? Choose(long? limit, long? machine) => limit is { } a && machine is { } b ? Math.Min(a, b) : limit ?? machine;

    /// <summary>`memory.max` (cgroup v2, where "max" is no limit) or `memory.limit_in_bytes` (cgroup v1). Null: no limit.</summary>
    public static long? Bytes(string text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;

    /// <summary>`MemTotal:       16316412 kB` of /proc/meminfo (proc(5)), in bytes.</summary>
    public static long? MemTotal(string text)
    {
        const string Name = "MemTotal:";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Name, StringComparison.Ordinal) && line.EndsWith(" kB", StringComparison.Ordinal))
            {
                return Bytes(line[Name.Length..^3]) is { } kibibytes && kibibytes < long.MaxValue / 1024 ? kibibytes * 1024 : null;
            }
        }

        return null;
    }
}
