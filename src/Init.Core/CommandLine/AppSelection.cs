using Init.Core.Config;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.CommandLine;

/// <summary>
/// Builds the apps of a file as the command line wants them: those that `--only` names, with options laid over their fields, and, as they
/// stand in the file, those that they depend on. The apps that are left out are still checked, as the file is one whole. Call
/// <see cref="Finish"/> after the last.
/// </summary>
sealed class AppSelection(ConfigScope scope, ConfigContext context)
{
    const int MostNames = 10;

    readonly List<AppEntry> _entries = [];
    readonly List<string> _names = [];
    readonly HashSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Builds one app object; errors go to the report.</summary>
    public void Add(IEnumerable<DataMember> members, SourcePosition at, ConfigScope path)
    {
        var defaulted = Under(members, scope.Report.Defaults);
        AppBuilder.Built? own = null;
        if (!context.Only.IsEmpty)
        {
            // Its own name is what --only means, so it is built as it stands; once more, with the options, if it is meant.
            var trial = new ConfigReport(scope.Report.File, context) { Profiles = scope.Report.Profiles ??= new SortedSet<string>(StringComparer.Ordinal) };
            trial.SuggestionsLeft = scope.Report.SuggestionsLeft;
            trial.ShutdownTimeout = scope.Report.ShutdownTimeout;
            own = AppBuilder.Build(defaulted, at, path with { Report = trial }, context);
            scope.Report.SuggestionsLeft = trial.SuggestionsLeft;
            if (!IsChosen(own))
            {
                scope.Report.Errors.AddRange(trial.Errors);
                var whole = own with { NamePath = own.NamePath with { Report = scope.Report } };
                _entries.Add(new AppEntry(whole, own, [.. trial.Warnings]) { IsChosen = false });
                return;
            }
        }

        var built = AppBuilder.Build(Over(defaulted), at, path, context);
        _entries.Add(new AppEntry(built, own ?? built, []) { IsChosen = true });
    }

    /// <summary>The chosen apps and what they depend on, in file order; reports names that no app has, and options that do not fit several apps.</summary>
    public List<AppBuilder.Built> Finish()
    {
        foreach (var only in context.Only)
        {
            if (!_found.Contains(only))
            {
                var names = _names.First(MostNames).Join(Words.Quote) + (_names.Count > MostNames ? ", …" : "");
                new ConfigScope(scope.Report, "").Error(default, $"no app is called {Words.Quote(only)}, which --only names", names.Length == 0 ? "" : $"there are: {names}");
            }
        }

        var chosen = _entries.FindAll(static entry => entry.IsChosen);
        if (chosen.Count > 1 && context.OverrideForOneApp is { Length: > 0 } option)
        {
            var what = option == "--" ? "arguments after -- are" : "it is";
            new ConfigScope(scope.Report, "", option).Error(default, $"{what} for one app, and there are {chosen.Count}", "choose one with --only");
            return [chosen[0].Built]; // that they all have one name now is no second error
        }

        DependencyResolver.Resolve(_entries, scope.Report);
        var apps = new List<AppBuilder.Built>();
        foreach (var entry in _entries)
        {
            if (entry.IsChosen || entry.IsNeeded)
            {
                apps.Add(entry.Built);
                scope.Report.Warnings.AddRange(entry.Warnings);
            }
        }

        return apps;
    }

    /// <summary>An app whose name cannot be told is wrong anyway.</summary>
    bool IsChosen(AppBuilder.Built built)
    {
        if (built.Name is not { } name)
        {
            return false;
        }

        _names.Add(name);
        var isChosen = false;
        foreach (var only in context.Only)
        {
            if (only == name || only == built.BaseName)
            {
                _found.Add(only);
                isChosen = true;
            }
        }

        return isChosen;
    }

    /// <summary>Replaces what options set, whichever spelling the file has for it.</summary>
    List<DataMember> Over(List<DataMember> members)
    {
        if (context.Overrides.IsEmpty)
        {
            return members;
        }

        var merged = new List<DataMember>(members.Count + context.Overrides.Length);
        foreach (var member in members)
        {
            if (!Has(context.Overrides, NameOf(member)))
            {
                merged.Add(member);
            }
        }

        merged.AddRange(context.Overrides);
        return merged;
    }

    /// <summary>Adds what the app does not say itself; null says nothing.</summary>
    static List<DataMember> Under(IEnumerable<DataMember> members, IReadOnlyList<DataMember> defaults)
    {
        var merged = new List<DataMember>(members);
        var own = merged.Count;
        foreach (var field in defaults)
        {
            var isSet = false;
            for (var i = 0; i < own && !isSet; i++)
            {
                isSet = NameOf(merged[i]) == field.Key && merged[i].Value.Kind != DataKind.Null;
            }

            if (!isSet)
            {
                merged.Add(field);
            }
        }

        return merged;
    }

    static bool Has(IReadOnlyList<DataMember> members, string name)
    {
        foreach (var member in members)
        {
            if (member.Key == name)
            {
                return true;
            }
        }

        return false;
    }

    static string NameOf(DataMember member) => ConfigFields.App.NameOf(member.Key) ?? member.Key;
}
