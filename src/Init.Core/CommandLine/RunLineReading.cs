using System.Collections.Immutable;

namespace Init.Core.CommandLine;

/// <summary>
/// What the words of a command line are: a start (or a check) that is understood, one that is wrong, or (both absent) something for the full
/// parser: help, a verb, no words at all.
/// </summary>
public sealed record RunLineReading
{
    /// <summary>Something for the full parser.</summary>
    public static readonly RunLineReading Other = new();

    /// <summary>The line; null when it is wrong or none.</summary>
    public RunLine? Line { get; init; }

    /// <summary>What is wrong and what to do, one line; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>The problem is that nothing says what to run.</summary>
    public bool LacksWord { get; init; }

    /// <summary>Usage and options of the pm2 name are asked for; null when they are not.</summary>
    public string? Help { get; init; }

    /// <summary>A verb of pminit's own with its words, for the full parser; empty when it is none, or the words are that already.</summary>
    public ImmutableArray<string> Verb { get; init; } = [];

    /// <summary>A line that is wrong.</summary>
    public static RunLineReading Wrong(string problem) => new() { Problem = problem };
}
