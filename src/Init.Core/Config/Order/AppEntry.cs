using System.Collections.Immutable;

namespace Init.Core.Config;

/// <summary>One app of a file on its way to be chosen or left out.</summary>
/// <param name="built">As it would run.</param>
/// <param name="own">As it stands in the file, for its names: options may replace them.</param>
/// <param name="warnings">What is worth a word only if it runs, and is not in the report yet.</param>
sealed class AppEntry(AppBuilder.Built built, AppBuilder.Built own, ImmutableArray<ConfigError> warnings)
{
    public AppBuilder.Built Built { get; set; } = built;

    public AppBuilder.Built Own { get; } = own;

    public ImmutableArray<ConfigError> Warnings { get; } = warnings;

    /// <summary>The command line means it.</summary>
    public bool IsChosen { get; init; }

    /// <summary>A chosen app depends on it, directly or not.</summary>
    public bool IsNeeded { get; set; }

    /// <summary>What it depends on, each with the place that says so; filled by DependencyResolver.</summary>
    public List<Need> Needs { get; } = [];

    /// <summary>What messages call it.</summary>
    public string Name => Built.Name ?? "";

    /// <summary>A dependency that has been looked up.</summary>
    public sealed record Need(AppEntry Entry, AskedDependency Asked);
}
