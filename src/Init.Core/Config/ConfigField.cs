using System.Collections.Immutable;
using System.Text;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>One row of a field table: everything there is to know about a field, for reading it and for documenting it.</summary>
public abstract class ConfigField
{
    private protected ConfigField(string name, string type, string @default, string doc, ImmutableArray<string> aliases)
    {
        Name = name;
        Type = type;
        Default = @default;
        Doc = doc;
        Aliases = aliases;
    }

    /// <summary>The field's name: pm2's where pm2 has the field.</summary>
    public string Name { get; }

    /// <summary>Other names that pm2 has for it. The camelCase form of every name is understood too and is not listed.</summary>
    public ImmutableArray<string> Aliases { get; }

    /// <summary>Kind of value and unit, for people.</summary>
    public string Type { get; }

    /// <summary>What holds when the field is absent, written as in the file, or in words.</summary>
    public string Default { get; }

    /// <summary>What the field does, in one line.</summary>
    public string Doc { get; }

    /// <summary>Every spelling: name, aliases, and their camelCase forms; may repeat itself.</summary>
    internal IEnumerable<string> Spellings => Spell(Name, Aliases);

    internal static IEnumerable<string> Spell(string name, ImmutableArray<string> aliases)
    {
        foreach (var spelling in aliases.Insert(0, name))
        {
            yield return spelling;
            yield return CamelCase(spelling);
        }
    }

    /// <summary>`kill_timeout` as `killTimeout`, which is how pm2 derives it.</summary>
    static string CamelCase(string name)
    {
        var camel = new StringBuilder(name.Length);
        var isRaised = false;
        foreach (var c in name)
        {
            if (c != '_')
            {
                camel.Append(isRaised ? char.ToUpperInvariant(c) : c);
            }

            isRaised = c == '_';
        }

        return camel.ToString();
    }
}

/// <summary>A row that knows how to put its value into a draft.</summary>
sealed class ConfigField<TDraft> : ConfigField
{
    readonly Action<DataNode, ConfigScope, TDraft> _apply;

    ConfigField(string name, string type, string @default, string doc, ImmutableArray<string> aliases, Action<DataNode, ConfigScope, TDraft> apply)
        : base(name, type, @default, doc, aliases)
        => _apply = apply;

    public static ConfigField<TDraft> Of<T>(
        string name, string type, string @default, string doc, ValueReader<T> read, Action<TDraft, T> set, params ImmutableArray<string> aliases)
        => new(name, type, @default, doc, aliases, (node, scope, draft) =>
        {
            if (read(References.Resolve(node, scope, scope.Report.Context), scope, out var value))
            {
                set(draft, value);
            }
        });

    /// <summary>A field whose value is kept as it stands, to be read by tables later.</summary>
    public static ConfigField<TDraft> OfNode(string name, string type, string @default, string doc, Action<TDraft, DataNode> set, params ImmutableArray<string> aliases)
        => new(name, type, @default, doc, aliases, (node, _, draft) => set(draft, node));

    /// <summary>A field that is an object with a table of its own.</summary>
    public static ConfigField<TDraft> OfSection(string name, string doc, ConfigSection<TDraft> section)
        => new(name, "object", "", doc, [], (node, scope, draft) => section.Read(node, scope, draft));

    public void Apply(DataNode node, ConfigScope scope, TDraft draft) => _apply(node, scope, draft);
}
