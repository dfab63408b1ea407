using System.Collections.Immutable;

namespace Init.Core.Processes;

/// <summary>What pminit's own process is and may do, as far as the machine tells.</summary>
public sealed record OwnProcess
{
    /// <summary>CAP_SETGID (capabilities(7)).</summary>
    public const int SetGid = 6;

    /// <summary>CAP_SETUID.</summary>
    public const int SetUid = 7;

    /// <summary>CAP_SYS_NICE.</summary>
    public const int SysNice = 23;

    /// <summary>CAP_SYS_RESOURCE.</summary>
    public const int SysResource = 24;

    /// <summary>Effective user id.</summary>
    public required uint Uid { get; init; }

    /// <summary>Effective group id.</summary>
    public required uint Gid { get; init; }

    /// <summary>Supplementary groups, in any order.</summary>
    public ImmutableArray<uint> Groups { get; init; } = [];

    /// <summary>Effective capabilities, bit n for capability n; null when /proc does not tell.</summary>
    public ulong? Capabilities { get; init; }

    /// <summary>Nice value.</summary>
    public int Nice { get; init; }

    /// <summary>null when /proc does not tell.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>Soft limits by resource number.</summary>
    public required ulong[] SoftLimits { get; init; }

    /// <summary>Hard limits by resource number.</summary>
    public required ulong[] HardLimits { get; init; }

    /// <summary>Most open files that any process may be allowed (fs.nr_open); null when /proc does not tell.</summary>
    public ulong? MostOpenFiles { get; init; }

    /// <summary>True when the capability is there, or when nothing tells: the kernel then answers at the start.</summary>
    public bool MayHave(int capability) => Capabilities is not { } all || (all & (1UL << capability)) != 0;
}
