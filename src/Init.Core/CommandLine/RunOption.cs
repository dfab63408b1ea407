using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.CommandLine;

/// <summary>Which command lines take an option.</summary>
[Flags]
public enum RunForms
{
    /// <summary>`pminit run`.</summary>
    Run = 1,

    /// <summary>`pminit check`.</summary>
    Check = 2,

    /// <summary>pminit called as pm2-runtime, pm2-docker or pm2.</summary>
    Pm2 = 4,

    /// <summary>All of them.</summary>
    All = Run | Check | Pm2,
}

/// <summary>What follows an option.</summary>
public enum OptionKind
{
    /// <summary>Nothing; it sets its field to true.</summary>
    Flag,

    /// <summary>Nothing; it sets its field to false (`--no-autorestart`).</summary>
    Negation,

    /// <summary>One text, whatever it is; the field says what it may be.</summary>
    Text,

    /// <summary>One text that is split at commas and blanks into a list.</summary>
    List,

    /// <summary>A number, or nothing (`--web`).</summary>
    OptionalNumber,
}

/// <summary>One row of the option table. An option that sets a field has that field's rules, texts and errors.</summary>
public sealed record RunOption
{
    /// <summary>Long name without dashes.</summary>
    public required string Name { get; init; }

    /// <summary>Other long names, without dashes.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>One letter, or NUL for none.</summary>
    public char Short { get; init; }

    /// <summary>What follows.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>The value as help and README show it; empty for one without.</summary>
    public string ValueName { get; init; } = "";

    /// <summary>The config field that it sets in every chosen app; empty for one that sets none.</summary>
    public string Field { get; init; } = "";

    /// <summary>Where it may stand.</summary>
    public RunForms Forms { get; init; } = RunForms.All;

    /// <summary>The value may begin with '-' (`-i -1`, `--node-args --watch`). For any other option that means that its value was forgotten.</summary>
    public bool MayBeginWithDash { get; init; }

    /// <summary>It makes no sense for several apps at once.</summary>
    public bool IsForOneApp { get; init; }

    /// <summary>Why it does nothing, said in a warning; empty when it does something, or when there is nothing to say.</summary>
    public string NoEffect { get; init; } = "";

    /// <summary>One line: what it does.</summary>
    public required string Help { get; init; }

    /// <summary>It is accepted and does nothing: help does not show it.</summary>
    public bool IsIdle => Help == RunOptions.Idle;

    /// <summary>True when a value follows.</summary>
    public bool TakesValue => Kind is OptionKind.Text or OptionKind.List;

    /// <summary>"--kill-timeout".</summary>
    public string Spelling => "--" + Name;

    /// <summary>True for the long name or one of its aliases, without dashes.</summary>
    public bool IsCalled(ReadOnlySpan<char> name)
    {
        if (name.SequenceEqual(Name))
        {
            return true;
        }

        foreach (var alias in Aliases)
        {
            if (name.SequenceEqual(alias))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value as a file would hold it, at no position.</summary>
    internal DataNode NodeOf(string value) => Kind switch
    {
        OptionKind.Flag => DataNode.Of(true, default),
        OptionKind.Negation => DataNode.Of(false, default),
        OptionKind.List when value != "true" => DataNode.Of([.. Split(value).Map(static word => DataNode.Of(word, default))], default),
        OptionKind.Text or OptionKind.List or OptionKind.OptionalNumber => DataNode.Of(value, default),
    };

    /// <summary>The words between commas and blanks.</summary>
    internal static string[] Split(string list) => list.Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
