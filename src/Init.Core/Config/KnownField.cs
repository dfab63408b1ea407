using System.Collections.Immutable;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>
/// A field that exists in pm2, or will in pminit, but sets nothing in this version. Where leaving it out would change what the app
/// does, it is an error with a remedy; where it makes no difference in a container, a warning says why.
/// </summary>
sealed record KnownField
{
    KnownField(string name, string why, bool isError, ImmutableArray<string> aliases)
    {
        Name = name;
        Why = why;
        IsError = isError;
        Aliases = aliases;
    }

    public string Name { get; }

    public ImmutableArray<string> Aliases { get; }

    /// <summary>The remedy of an error, or the reason of a warning.</summary>
    public string Why { get; }

    public bool IsError { get; }

    /// <summary>Values with which the field asks for nothing (`watch: false`), accepted in silence.</summary>
    ImmutableArray<string> Inert { get; init; } = [];

    public static KnownField NotYet(string name, string remedy, params ImmutableArray<string> aliases) => new(name, remedy, true, aliases);

    public static KnownField NoEffect(string name, string why, params ImmutableArray<string> aliases) => new(name, why, false, aliases);

    /// <summary>Names the values that ask for nothing, as they are written.</summary>
    public KnownField Unless(params ImmutableArray<string> inert) => this with { Inert = inert };

    public void Answer(DataMember member, ConfigScope scope)
    {
        var written = member.Value.Kind switch
        {
            DataKind.Boolean => member.Value.Boolean ? "true" : "false",
            DataKind.Number or DataKind.Text => member.Value.Text,
            DataKind.List => member.Value.Items.IsEmpty ? "[]" : null,
            _ => null,
        };
        if (member.Value.Kind == DataKind.Null || (written is not null && Inert.Contains(written)))
        {
            return;
        }

        if (IsError)
        {
            scope.Error(member.KeyPosition, "known, but not available in this version", Why);
        }
        else
        {
            scope.Warn(member.KeyPosition, "has no effect", Why);
        }
    }
}
