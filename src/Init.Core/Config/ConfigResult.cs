using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>What reading an ecosystem file gave: an ecosystem, or every error at once.</summary>
public sealed record ConfigResult
{
    /// <summary>The validated ecosystem; null if and only if <see cref="Errors"/> is not empty.</summary>
    public required Ecosystem? Ecosystem { get; init; }

    /// <summary>All errors, in file order.</summary>
    public required ImmutableArray<ConfigError> Errors { get; init; }

    /// <summary>What was accepted without having an effect, in file order; present with and without errors.</summary>
    public required ImmutableArray<ConfigError> Warnings { get; init; }
}
