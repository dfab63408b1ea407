using System.Collections.Immutable;

namespace Init.Core.Watch;

/// <summary>Which files restart an app when they change. Paths and patterns are as in the file: relative ones start from the app's cwd.</summary>
public sealed record WatchSpec
{
    /// <summary>Nothing is watched.</summary>
    public static readonly WatchSpec None = new();

    /// <summary>Files, folders and globs (pm2: `watch`); the app's cwd is ".". Empty: nothing is watched.</summary>
    public ImmutableArray<string> Paths { get; init; } = [];

    /// <summary>Patterns of what means nothing, after <see cref="PathFilter.Defaults"/> (pm2: `ignore_watch`); the last one that fits decides, "!" takes back.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Further patterns of this kind (chokidar: `ignored`).</summary>
    public ImmutableArray<string> IgnoreMore { get; init; } = [];

    /// <summary>This long nothing must change before the restart. pm2 restarts at the first change, and again while a build still writes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Look again and again, for file systems whose changes the kernel does not tell.</summary>
    public bool UsesPolling { get; init; }

    /// <summary>From the end of one look to the next; more than 0.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Folders behind symbolic links are watched too.</summary>
    public bool FollowsLinks { get; init; } = true;

    /// <summary>Levels of folders below a watched one; null: all.</summary>
    public int? Depth { get; init; }

    /// <summary>Something is watched.</summary>
    public bool IsOn => !Paths.IsEmpty;

    /// <inheritdoc/>
    public bool Equals(WatchSpec? other) => other is not null && IsSameAs(other) && Delay == other.Delay;

    /// <inheritdoc/>
    public override int GetHashCode() => Paths.Length;

    /// <summary>Watches the same in the same way, so that a watch need not begin anew.</summary>
    public bool IsSameAs(WatchSpec other) => Paths.AsSpan().SequenceEqual(other.Paths.AsSpan()) && Ignore.AsSpan().SequenceEqual(other.Ignore.AsSpan())
        && IgnoreMore.AsSpan().SequenceEqual(other.IgnoreMore.AsSpan()) && UsesPolling == other.UsesPolling && Interval == other.Interval
        && FollowsLinks == other.FollowsLinks && Depth == other.Depth;
}
