using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Schedules;

namespace Init.Core.Config;

/// <summary>What the machine contributes to the meaning of a file.</summary>
public sealed record ConfigContext
{
    /// <summary>CPUs this container may use, 1 or more; counted by `instances: "max"`, 0 and negative numbers.</summary>
    public required int Cpus { get; init; }

    /// <summary>The chosen profile (`--env`): `env_NAME` of each app is merged over its `env`. Null: none; never empty.</summary>
    public string? Profile { get; init; }

    /// <summary>Memory this container may use, in bytes, more than 0; null when it cannot be told.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Reads a file that the ecosystem file names (`env_file`), by its path from pminit's own working directory; never throws.</summary>
    public Func<string, FileContent> ReadFile { get; init; } = static _ => new FileContent { Problem = "files cannot be read here" };

    /// <summary>Which runtime reads TypeScript: "bun", "node v22.18.0", or empty. Asked only when a script needs one; it may cost a process.</summary>
    public Func<string> TypeScriptRuntime { get; init; } = static () => "";

    /// <summary>Finds a time zone by its name (`Europe/Berlin`); never throws. UTC is not asked for.</summary>
    public Func<string, ZoneLookup> FindZone { get; init; } = static _ => new ZoneLookup(null, "time zones cannot be looked up here");

    /// <summary>pminit's own environment: `${NAME}`, and the base of `increment_var`.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields from options: they replace those of the file in every chosen app. Keys are names of the field table.</summary>
    public ImmutableArray<DataMember> Overrides { get; init; } = [];

    /// <summary>The option among <see cref="Overrides"/> that fits one app only; empty when there is none.</summary>
    public string OverrideForOneApp { get; init; } = "";

    /// <summary>Names of the chosen apps (`--only`); empty: all.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Called by one of pm2's names: unknown fields are warnings, and apps are stopped by SIGINT unless something else is said.</summary>
    public bool IsPm2 { get; init; }
}
