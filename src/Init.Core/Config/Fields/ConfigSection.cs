using System.Collections.Immutable;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>
/// Reads the members of one object by a field table: finds the row by any spelling, refuses two spellings of one field, and suggests
/// a name for what is in no row. pm2 drops unknown fields in silence; we never do.
/// </summary>
sealed class ConfigSection<TDraft>
{
    readonly Dictionary<string, ConfigField<TDraft>> _rows = new(StringComparer.Ordinal);
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
            foreach (var spelling in row.Spellings)
            {
                _rows[spelling] = row;
            }
        }

        _suggestion = new Suggestion(names);
    }

    public ImmutableArray<ConfigField<TDraft>> Rows { get; }

    /// <summary>True when the key is a field of this table, available or not.</summary>
    public bool Knows(string key) => _rows.ContainsKey(key);

    /// <summary>True when the key is a field that is read.</summary>
    public bool Reads(string key) => _rows.TryGetValue(key, out var row) && row.Verdict == Verdict.Honoured;

    /// <summary>The name of the field that has this spelling, or null.</summary>
    public string? NameOf(string key) => _rows.GetValueOrDefault(key)?.Name;

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
            if (!_rows.TryGetValue(member.Key, out var row))
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
