using System.Collections.Immutable;
using System.Text;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>What a field does in this version.</summary>
public enum Verdict
{
    /// <summary>It does what it says.</summary>
    Honoured,

    /// <summary>It makes no difference in a container: a warning says why.</summary>
    NoEffect,

    /// <summary>Its value is checked, and then refused with what to do until a later version has it.</summary>
    NotYet,
}

/// <summary>One row of a field table: everything there is to know about a field, for reading it and for documenting it.</summary>
public abstract class ConfigField
{
    private protected ConfigField(string name, ValueKind kind, string @default, string doc, ImmutableArray<string> aliases)
    {
        Name = name;
        Kind = kind;
        Default = @default;
        Doc = doc;
        Aliases = aliases;
    }

    /// <summary>The field's name: pm2's where pm2 has the field.</summary>
    public string Name { get; }

    /// <summary>Other names that pm2 has for it. The camelCase form of every name is understood too and is not listed.</summary>
    public ImmutableArray<string> Aliases { get; }

    /// <summary>What values it takes.</summary>
    public ValueKind Kind { get; }

    /// <summary>What holds when the field is absent, written as in the file, or in words.</summary>
    public string Default { get; }

    /// <summary>What the field does, in one line; for one without effect the reason, for one not available yet what to do instead.</summary>
    public string Doc { get; }

    /// <summary>What it does in this version.</summary>
    public Verdict Verdict { get; private protected init; }

    /// <summary>Values with which a field that is not honoured asks for nothing (`watch: false`): accepted in silence. As written in a file.</summary>
    public ImmutableArray<string> Inert { get; private protected init; } = [];

    /// <summary>The rows of the object that this field holds; empty for a plain value.</summary>
    public virtual ImmutableArray<ConfigField> Inner => [];

    /// <summary>Every spelling, once: name, aliases, and their camelCase forms.</summary>
    public List<string> Spellings
    {
        get
        {
            var spellings = new List<string>();
            foreach (var name in Aliases.Insert(0, Name))
            {
                AddNew(name);
                AddNew(CamelCase(name));
            }

            return spellings;

            void AddNew(string spelling)
            {
                if (!spellings.Contains(spelling))
                {
                    spellings.Add(spelling);
                }
            }
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
    readonly Action<DataMember, ConfigScope, TDraft> _apply;
    readonly ConfigSection<TDraft>? _section;

    ConfigField(
        string name, ValueKind kind, string @default, string doc, ImmutableArray<string> aliases, Action<DataMember, ConfigScope, TDraft> apply,
        ConfigSection<TDraft>? section = null)
        : base(name, kind, @default, doc, aliases)
    {
        _apply = apply;
        _section = section;
    }

    /// <inheritdoc/>
    public override ImmutableArray<ConfigField> Inner => _section is null ? [] : ImmutableArray<ConfigField>.CastUp(_section.Rows);

    public static ConfigField<TDraft> Of<T>(
        string name, ValueKind<T> kind, string @default, string doc, Action<TDraft, T> set, params ImmutableArray<string> aliases)
        => new(name, kind, @default, doc, aliases, (member, scope, draft) =>
        {
            if (kind.Read(References.Resolve(member.Value, scope, scope.Report.Context), scope, out var value))
            {
                set(draft, value);
            }
        });

    /// <summary>A field whose value is kept as it stands, to be read by tables later.</summary>
    public static ConfigField<TDraft> OfNode(string name, ValueKind kind, string @default, string doc, Action<TDraft, DataNode> set, params ImmutableArray<string> aliases)
        => new(name, kind, @default, doc, aliases, (member, _, draft) => set(draft, member.Value));

    /// <summary>A field that is an object with a table of its own.</summary>
    public static ConfigField<TDraft> OfSection(string name, string doc, ConfigSection<TDraft> section)
        => new(name, Kinds.Section, "", doc, [], (member, scope, draft) => section.Read(member.Value, scope, draft), section);

    /// <summary>A field of pm2 without meaning in a container, whatever its value.</summary>
    public static ConfigField<TDraft> NoEffect(string name, string why, params ImmutableArray<string> aliases)
        => new(name, Kinds.Any, "", why, aliases, (_, _, _) => { }) { Verdict = Verdict.NoEffect };

    /// <summary>A field whose effect comes in a later version. Its value is checked now, so that a file does not break then.</summary>
    public static ConfigField<TDraft> NotYet<T>(string name, ValueKind<T> kind, string remedy, params ImmutableArray<string> aliases)
        => new(name, kind, "", remedy, aliases, (member, scope, _) =>
        {
            if (kind.Read(References.Resolve(member.Value, scope, scope.Report.Context), scope, out var _))
            {
                scope.Error(member.KeyPosition, "known, but not available in this version", remedy);
            }
        })
        { Verdict = Verdict.NotYet };

    /// <summary>Names the values that ask for nothing, as they are written.</summary>
    public ConfigField<TDraft> Unless(params ImmutableArray<string> inert)
        => new(Name, Kind, Default, Doc, Aliases, _apply, _section) { Verdict = Verdict, Inert = inert };

    public void Apply(DataMember member, ConfigScope scope, TDraft draft)
    {
        if (Verdict != Verdict.Honoured && AsksForNothing(member.Value))
        {
            return;
        }

        if (Verdict == Verdict.NoEffect)
        {
            scope.Warn(member.KeyPosition, "has no effect", Doc);
        }

        _apply(member, scope, draft);
    }

    bool AsksForNothing(DataNode value)
    {
        var written = value.Kind switch
        {
            DataKind.Boolean => value.Boolean ? "true" : "false",
            DataKind.Number or DataKind.Text => value.Text,
            DataKind.List when value.Items.IsEmpty => "[]",
            _ => null,
        };
        return written is not null && Inert.Contains(written);
    }
}
