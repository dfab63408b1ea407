using System.Globalization;

namespace Init.Core.Model;

/// <summary>`pminit.memory_guard`.</summary>
public sealed record MemoryGuardSettings
{
    /// <summary>Below it a container with a cache or two would be restarted all day.</summary>
    public const int LeastPercent = 10;

    /// <summary>At 100 the kernel has killed already.</summary>
    public const int MostPercent = 99;

    /// <summary>False: the kernel's OOM killer is not forestalled.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The part of the container's memory limit at which a worker is recycled; 10 to 99.</summary>
    public int AtPercent { get; init; } = 90;

    /// <summary>A worker that was recycled is not recycled again for so long; 0 or more.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>"on", "off", "true", "false", or a part like "85%".</summary>
    /// <returns>Null for anything else.</returns>
    public static MemoryGuardSettings? Parse(string text) => text.Trim() switch
    {
        "on" or "true" => new(),
        "off" or "false" => new() { Enabled = false },
        var other => ParsePercent(other) is { } percent ? new() { AtPercent = percent } : null,
    };

    /// <summary>"85%" as 85; null when it is no whole percentage from 10 to 99.</summary>
    public static int? ParsePercent(string text)
    {
        var span = text.AsSpan().Trim();
        return span.EndsWith("%") && int.TryParse(span[..^1], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var percent)
            && percent is >= LeastPercent and <= MostPercent ? percent : null;
    }
}
