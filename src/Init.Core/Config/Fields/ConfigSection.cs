using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Reads the members of one object by a field table: finds the row by any spelling, refuses two spellings of one field, and suggests
/// a name for what is in no row. pm2 drops unknown fields in silence; we never do.
/// </summary>
sealed class ConfigSection<TDraft>
{
    /// <summary>By name and alias.</summary>
    readonly Dictionary<string, ConfigField<TDraft>> _rows = new(StringComparer.Ordinal);

    /// <summary>By every spelling; made for the first key that needs it, since few files are written in camelCase and every start would pay.</summary>
    Dictionary<string, ConfigField<TDraft>>? _spellings;

    readonly Suggestion _suggestion;
    readonly Func<DataMember, ConfigScope, TDraft, bool>? _others;

    /// <param name="rows">The table.</param>
    /// <param name="others">Takes members that only a pattern names; answers false for one that is none of them.</param>
    public ConfigSection(ImmutableArray<ConfigField<TDraft>> rows, Func<DataMember, ConfigScope, TDraft, bool>? others = null)
    {
        _others = others;
        Rows = rows;
        var names = new List<string>();
        foreach (var row in rows)
        {
            names.Add(row.Name);
            names.AddRange(row.Aliases);
            _rows[row.Name] = row;
            foreach (var alias in row.Aliases)
            {
                _rows[alias] = row;
            }
        }

        _suggestion = new Suggestion(names);
    }

    public ImmutableArray<ConfigField<TDraft>> Rows { get; }

    /// <summary>True when the key is a field of this table, available or not.</summary>
    public bool Knows(string key) => Find(key) is not null;

    /// <summary>True when the key is a field that is read.</summary>
    public bool Reads(string key) => Find(key)?.Verdict == Verdict.Honoured;

    /// <summary>The name of the field that has this spelling, or null.</summary>
    public string? NameOf(string key) => Find(key)?.Name;

    /// <summary>The field that a misspelt key means, or null.</summary>
    public string? Nearest(string key) => _suggestion.Find(key);

    /// <summary>Reads an object; anything else is an error.</summary>
    public Dictionary<string, DataMember> Read(DataNode node, ConfigScope scope, TDraft draft)
    {
        if (node.Kind != DataKind.Map)
        {
            ConfigValues.Fail(node, scope, "an object", node.Kind == DataKind.Boolean ? "write {\"enabled\": " + (node.Boolean ? "true" : "false") + "}" : "");
            return [];
        }

        return Read(node.Members, scope, draft);
    }

    /// <returns>The members that were given (null means "not given", as in pm2), by the name of their row.</returns>
    public Dictionary<string, DataMember> Read(IEnumerable<DataMember> members, ConfigScope scope, TDraft draft)
    {
        var given = new Dictionary<string, DataMember>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var inner = scope.Child(member);
            if (Find(member.Key) is not { } row)
            {
                Answer(member, inner, draft);
            }
            else if (member.Value.Kind == DataKind.Null)
            {
                continue;
            }
            else if (!given.TryAdd(row.Name, member))
            {
                var first = given[row.Name];
                inner.Error(member.KeyPosition, $"the same field as {Words.Quote(first.Key)}{Words.AtLine(first.KeyPosition)}", "keep one of the two");
            }
            else
            {
                row.Apply(member, inner, draft);
            }
        }

        return given;
    }

    ConfigField<TDraft>? Find(string key)
    {
        if (_rows.TryGetValue(key, out var row) || !key.Has(char.IsAsciiLetterUpper))
        {
            return row;
        }

        return (_spellings ??= AllSpellings()).GetValueOrDefault(key);
    }

    /// <summary>Given away only when it is complete: tests read files side by side.</summary>
    Dictionary<string, ConfigField<TDraft>> AllSpellings()
    {
        var spellings = new Dictionary<string, ConfigField<TDraft>>(StringComparer.Ordinal);
        foreach (var one in Rows)
        {
            foreach (var spelling in one.Spellings)
            {
                spellings[spelling] = one;
            }
        }

        return spellings;
    }

    void Answer(DataMember member, ConfigScope scope, TDraft draft)
    {
        if (_others is not null && _others(member, scope, draft))
        {
            return;
        }

        var nearest = scope.Report.SuggestionsLeft-- > 0 ? _suggestion.Find(member.Key) : null;
        var hint = nearest is null ? "remove it" : $"did you mean \"{nearest}\"?";
        if (scope.Report.Context.IsPm2)
        {
            scope.Warn(member.KeyPosition, "unknown field", hint);
        }
        else
        {
            scope.Error(member.KeyPosition, "unknown field", hint);
        }
    }
}
