using System.Collections.Immutable;
using Init.Core.Config;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.CommandLine;

/// <summary>An option that was given.</summary>
/// <param name="Option">Its row.</param>
/// <param name="Value">Its text; empty for a flag, and for an optional number that was left out.</param>
public sealed record GivenOption(RunOption Option, string Value);

/// <summary>A command line that supervises, or checks what would be supervised: one word, options, and arguments of the app.</summary>
public sealed record RunLine
{
    /// <summary>`pminit check`: read and report, start nothing.</summary>
    public bool IsCheck { get; init; }

    /// <summary>Called by one of pm2's names.</summary>
    public bool IsPm2 { get; init; }

    /// <summary>The ecosystem file ("-" is standard input), or the script or program of the one app.</summary>
    public required string Word { get; init; }

    /// <summary>The options in the order given, none twice.</summary>
    public ImmutableArray<GivenOption> Options { get; init; } = [];

    /// <summary>What follows `--`: arguments of the app.</summary>
    public ImmutableArray<string> Args { get; init; } = [];

    /// <summary>True when <see cref="Word"/> is a file to read, false when it is what to run.</summary>
    public bool IsConfigFile => FileFormats.IsConfigFile(Word);

    /// <summary>The value of an option; null when it was not given.</summary>
    public string? this[RunOption option]
    {
        get
        {
            foreach (var given in Options)
            {
                if (given.Option == option)
                {
                    return given.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The text of a `--name` option without a constant of its own; null when it was not given.</summary>
    public string? ValueOf(string name) => RunOptions.Find(name, RunForms.All) is { } option ? this[option] : null;

    /// <summary>What the line adds to the meaning of a file: apps, fields, pm2's leniency.</summary>
    public ConfigContext Lay(ConfigContext context)
    {
        var fields = ImmutableArray.CreateBuilder<DataMember>();
        var single = "";
        foreach (var given in Options)
        {
            if (given.Option.Field.Length > 0)
            {
                fields.Add(new DataMember(given.Option.Field, default, given.Option.NodeOf(given.Value)) { Origin = given.Option.Spelling });
                single = given.Option.IsForOneApp ? given.Option.Spelling : single;
            }
        }

        if (!Args.IsEmpty)
        {
            var args = DataNode.Of([.. Args.Map(static word => DataNode.Of(word, default))], default);
            fields.Add(new DataMember("args", default, args) { Origin = "--" });
            single = single.Length > 0 ? single : "--";
        }

        return context with
        {
            Overrides = fields.DrainToImmutable(),
            OverrideForOneApp = single,
            Only = [.. RunOption.Split(this[RunOptions.Only] ?? "")],
            IsPm2 = IsPm2,
        };
    }

    /// <summary>Options that were given and do nothing, each with its reason.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var given in Options)
        {
            if (given.Option.NoEffect.Length > 0)
            {
                yield return $"{given.Option.Spelling}: has no effect; {given.Option.NoEffect}";
            }
        }
    }
}
