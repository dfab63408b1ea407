using System.Collections.Immutable;

namespace Init.Core.Model;

/// <summary>
/// What an app asks of its process that a spawn alone cannot set: user, groups, limits and the like. Null and empty members are left
/// as pminit has them.
/// </summary>
public sealed record ProcessSettings
{
    /// <summary>Nothing is asked.</summary>
    public static readonly ProcessSettings None = new();

    /// <summary>`uid`.</summary>
    public AskedAccount? User { get; init; }

    /// <summary>`gid`, or the part after the colon of `uid`.</summary>
    public AskedAccount? Group { get; init; }

    /// <summary>`groups`; empty when the file asks for none.</summary>
    public AskedGroups? Groups { get; init; }

    /// <summary>0..0777.</summary>
    public int? Umask { get; init; }

    /// <summary>-20..19.</summary>
    public AskedNumber? Nice { get; init; }

    /// <summary>-1000..1000.</summary>
    public AskedNumber? OomScoreAdj { get; init; }

    /// <summary>Each resource at most once.</summary>
    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>The program can gain no rights by executing another one (no_new_privs, prctl(2)).</summary>
    public bool NoNewPrivs { get; init; }

    /// <summary>User and groups as numbers that differ from pminit's own. Set when the image's accounts have been read.</summary>
    public ProcessIdentity Identity { get; init; } = ProcessIdentity.Same;

    /// <summary>True when the file names a user or a group.</summary>
    public bool AsksIdentity => User is not null || Group is not null || Groups is not null;

    /// <summary>True when a spawn alone does not do; asked once <see cref="Identity"/> is known.</summary>
    public bool NeedsStage => Identity.Changes || Umask is not null || Nice is not null || OomScoreAdj is not null || !Limits.IsEmpty || NoNewPrivs;
}

/// <summary>Where something stands in the file, for errors that only the machine can tell.</summary>
/// <param name="At">Position of the value.</param>
/// <param name="Path">Path of the field, as `apps[0].uid`.</param>
public sealed record Place(SourcePosition At, string Path);

/// <summary>A user or group as the file names it; exactly one of name and number is not null.</summary>
/// <param name="Name">To be looked up.</param>
/// <param name="Number">0 to 4294967294.</param>
/// <param name="Place">Where it stands.</param>
public sealed record AskedAccount(string? Name, uint? Number, Place Place);

/// <summary>`uid`, which may hold a group too.</summary>
public sealed record AskedUser(AskedAccount User, AskedAccount? Group);

/// <summary>`groups`.</summary>
public sealed record AskedGroups(ImmutableArray<AskedAccount> Items, Place Place);

/// <summary>A number of the file with its place.</summary>
public sealed record AskedNumber(int Value, Place Place);

/// <summary>What changes against pminit's own user and groups; null leaves the one it has.</summary>
/// <param name="Uid">Real, effective and saved user id.</param>
/// <param name="Gid">Real, effective and saved group id.</param>
/// <param name="Groups">Supplementary groups; default leaves them.</param>
public sealed record ProcessIdentity(uint? Uid, uint? Gid, ImmutableArray<uint> Groups)
{
    /// <summary>Nothing changes.</summary>
    public static readonly ProcessIdentity Same = new(null, null, default);

    /// <summary>True when anything changes.</summary>
    public bool Changes => Uid is not null || Gid is not null || !Groups.IsDefault;
}

/// <summary>One limit of setrlimit(2).</summary>
/// <param name="Kind">Which resource.</param>
/// <param name="Soft">The limit that holds; null keeps the present one. <see cref="Unlimited"/>: none.</param>
/// <param name="Hard">What the process may raise it to; null keeps the present one.</param>
/// <param name="Place">Where it stands.</param>
public sealed record ResourceLimit(ResourceKind Kind, ulong? Soft, ulong? Hard, Place Place)
{
    /// <summary>RLIM_INFINITY.</summary>
    public const ulong Unlimited = ulong.MaxValue;
}

/// <summary>How a limit's values are written.</summary>
public enum ResourceUnit
{
    /// <summary>A number.</summary>
    Count,

    /// <summary>A size.</summary>
    Bytes,

    /// <summary>A duration whose plain numbers are seconds.</summary>
    Seconds,

    /// <summary>A duration whose plain numbers are microseconds.</summary>
    Microseconds,
}

/// <summary>A resource of setrlimit(2).</summary>
/// <param name="Name">As in `limits`, docker's `--ulimit` and systemd's `Limit…`.</param>
/// <param name="Number">RLIMIT_…, the same on every architecture that pminit is built for.</param>
/// <param name="Unit">How its values are written.</param>
public sealed record ResourceKind(string Name, int Number, ResourceUnit Unit)
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public const int OpenFiles = 7;

    /// <summary>RLIMIT_NICE.</summary>
    public const int Niceness = 13;

    /// <summary>Every resource, by its number.</summary>
    public static readonly ImmutableArray<ResourceKind> All =
    [
        new("cpu", 0, ResourceUnit.Seconds), new("fsize", 1, ResourceUnit.Bytes), new("data", 2, ResourceUnit.Bytes),
        new("stack", 3, ResourceUnit.Bytes), new("core", 4, ResourceUnit.Bytes), new("rss", 5, ResourceUnit.Bytes),
        new("nproc", 6, ResourceUnit.Count), new("nofile", OpenFiles, ResourceUnit.Count), new("memlock", 8, ResourceUnit.Bytes),
        new("as", 9, ResourceUnit.Bytes), new("locks", 10, ResourceUnit.Count), new("sigpending", 11, ResourceUnit.Count),
        new("msgqueue", 12, ResourceUnit.Bytes), new("nice", Niceness, ResourceUnit.Count), new("rtprio", 14, ResourceUnit.Count),
        new("rttime", 15, ResourceUnit.Microseconds),
    ];
}
