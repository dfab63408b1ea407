using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Control;

/// <summary>One row of the verb table.</summary>
public sealed record Verb
{
    /// <summary>As typed and as sent: lower case.</summary>
    public required string Name { get; init; }

    /// <summary>Other words for it, mostly pm2's.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Words after the verb, in order.</summary>
    public ImmutableArray<VerbArgument> Arguments { get; init; } = [];

    /// <summary>Options.</summary>
    public ImmutableArray<VerbOption> Options { get; init; } = [];

    /// <summary>It is answered by the running PID 1 over the control socket.</summary>
    public bool NeedsRunning { get; init; }

    /// <summary>It waits until something has come to be.</summary>
    public bool Changes => Options.Has(static option => option.Name == "no-wait");

    /// <summary>One line: what it does.</summary>
    public required string Help { get; init; }

    /// <summary>"health [--ready] [--live]".</summary>
    public string Usage => string.Join(
        ' ',
        [Name, .. Arguments.Map(static one => one.IsRequired ? $"<{one.Name}>{(one.IsMany ? "..." : "")}" : $"[{one.Name}]"), .. Options.Map(static one => $"[--{one.Name}]")]);

    /// <summary>True when an argument or option of this name (without dashes) may be sent with the verb.</summary>
    public bool Takes(string name) => Arguments.Has(a => a.Name == name) || Options.Has(o => o.Name == name);
}

/// <summary>A word after a verb.</summary>
/// <param name="Name">As usage shows it and as `args` of a request call it.</param>
/// <param name="IsRequired">The verb means nothing without it.</param>
/// <param name="Help">One line.</param>
/// <param name="IsMany">Several words are one argument, separated by `Selector.Separator` in a request.</param>
public sealed record VerbArgument(string Name, bool IsRequired, string Help, bool IsMany = false);

/// <summary>A flag of a verb.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Help">One line.</param>
public sealed record VerbOption(string Name, string Help);
