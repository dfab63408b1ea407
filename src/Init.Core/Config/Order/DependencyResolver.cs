using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Looks up the names in `depends_on`, refuses what can never start, and marks what the chosen apps need. A name is an app's name, its
/// name before `append_env_to_name`, or the one that it has in the file where an option gives it another.
/// </summary>
static class DependencyResolver
{
    const int MostNames = 10;

    /// <summary>Names that are compared with a misspelt one: a file can have ten thousands, and PID 1 must not be kept busy.</summary>
    const int MostCandidates = 1000;

    /// <summary>Reported at most: one file can hold far more circles than apps.</summary>
    const int MostCircles = 10;

    /// <summary>Resolves the dependencies of all apps of a file, chosen or not.</summary>
    public static void Resolve(List<AppEntry> entries, ConfigReport report)
    {
        if (!entries.Exists(static entry => !entry.Built.DependsOn.IsEmpty))
        {
            return;
        }

        var names = Names(entries);
        var suggestion = new Suggestion(names.Keys.First(MostCandidates));
        var isWhole = entries.TrueForAll(static entry => entry.Built.Name is not null);
        foreach (var entry in entries)
        {
            LookUp(entry, names, suggestion, isWhole, report);
        }

        RefuseCircles(entries, report);
        MarkNeeded(entries);
    }

    /// <summary>Names first, then what else an app may be called: a name is never hidden by another app's second one.</summary>
    static Dictionary<string, AppEntry> Names(List<AppEntry> entries)
    {
        var names = new Dictionary<string, AppEntry>(StringComparer.Ordinal);
        Add(static entry => entry.Built.Name);
        Add(static entry => entry.Own.Name);
        Add(static entry => entry.Own.BaseName);
        return names;

        void Add(Func<AppEntry, string?> nameOf)
        {
            foreach (var entry in entries)
            {
                if (nameOf(entry) is { Length: > 0 } name)
                {
                    _ = names.TryAdd(name, entry);
                }
            }
        }
    }

    /// <summary>Unless every app's name is known, an unknown one may be that of an app whose own error is reported already.</summary>
    static void LookUp(AppEntry entry, Dictionary<string, AppEntry> names, Suggestion suggestion, bool isWhole, ConfigReport report)
    {
        var found = ImmutableArray.CreateBuilder<Dependency>(entry.Built.DependsOn.Length);
        foreach (var asked in entry.Built.DependsOn)
        {
            var path = asked.Path with { Report = report };
            if (!names.TryGetValue(asked.Name, out var other))
            {
                if (isWhole)
                {
                    path.Error(asked.At, $"no app is called {Words.Quote(asked.Name)}", Hint(asked.Name, names, suggestion, report));
                }
            }
            else if (other == entry)
            {
                path.Error(asked.At, "the app would wait for itself", "remove it");
            }
            else if (entry.Needs.Find(need => need.Entry == other) is { } first)
            {
                path.Error(asked.At, $"a second time {Words.Quote(other.Name)}, the first is {first.Asked.Path.Path}{Words.AtLine(first.Asked.At)}", "keep one of the two");
            }
            else
            {
                entry.Needs.Add(new AppEntry.Need(other, asked));
                Judge(other, asked, path, found);
            }
        }

        if (entry.Built.Spec is { } spec && found.Count > 0)
        {
            entry.Built = entry.Built with { Spec = spec with { DependsOn = found.DrainToImmutable() } };
        }
    }

    /// <summary>Settles the condition, where the other app is known well enough.</summary>
    static void Judge(AppEntry other, AskedDependency asked, ConfigScope path, ImmutableArray<Dependency>.Builder found)
    {
        if (other.Built.Spec is not { } spec)
        {
            return;
        }

        var condition = asked.Condition ?? (spec.IsTask ? DependencyCondition.Completed : DependencyCondition.Ready);
        if (condition == DependencyCondition.Completed && !spec.IsTask && spec.AutoRestart && spec.StopExitCodes.IsEmpty)
        {
            path.Error(asked.At, $"{Words.Quote(spec.Name)} is started again whenever it ends, so it is never \"completed\"",
                "write \"type\": \"task\" or \"autorestart\": false there, or wait until it is \"ready\"");
        }

        if (!spec.AutoStart)
        {
            path.Warn(asked.At, $"{Words.Quote(spec.Name)} has \"autostart\": false: this app waits until somebody starts it", "remove \"autostart\" there to start both");
        }

        found.Add(new Dependency(spec.Name, condition));
    }

    static string Hint(string name, Dictionary<string, AppEntry> names, Suggestion suggestion, ConfigReport report)
    {
        if (report.SuggestionsLeft-- > 0 && suggestion.Find(name) is { } nearest)
        {
            return $"did you mean {Words.Quote(nearest)}?";
        }

        return $"there are: {names.Keys.First(MostNames).Join(Words.Quote)}{(names.Count > MostNames ? ", …" : "")}";
    }

    /// <summary>A walk in depth without recursion, as a file may chain more apps than a stack has room for.</summary>
    static void RefuseCircles(List<AppEntry> entries, ConfigReport report)
    {
        var left = MostCircles;
        var done = new HashSet<AppEntry>();
        var path = new List<Visit>();
        var depths = new Dictionary<AppEntry, int>();
        foreach (var entry in entries)
        {
            Enter(entry);
            while (path.Count > 0 && left > 0)
            {
                var visit = path[^1];
                if (visit.Next == visit.Entry.Needs.Count)
                {
                    path.RemoveAt(path.Count - 1);
                    _ = depths.Remove(visit.Entry);
                    continue;
                }

                var need = visit.Entry.Needs[visit.Next++];
                if (depths.TryGetValue(need.Entry, out var depth))
                {
                    left--;
                    (need.Asked.Path with { Report = report }).Error(need.Asked.At, $"these apps wait for one another, so none would start: {Circle(path, depth)}", "remove one of the dependencies");
                }
                else
                {
                    Enter(need.Entry);
                }
            }
        }

        void Enter(AppEntry entry)
        {
            if (done.Add(entry))
            {
                depths.Add(entry, path.Count);
                path.Add(new Visit(entry));
            }
        }
    }

    static string Circle(List<Visit> path, int from)
    {
        var names = new List<string>();
        for (var i = from; i < path.Count; i++)
        {
            if (i - from < MostNames || i == path.Count - 1)
            {
                names.Add(Words.Cut(path[i].Entry.Name));
            }
            else if (i - from == MostNames)
            {
                names.Add("…");
            }
        }

        names.Add(names[0]);
        return string.Join(" -> ", names);
    }

    static void MarkNeeded(List<AppEntry> entries)
    {
        var open = new Stack<AppEntry>(entries.Filter(static entry => entry.IsChosen));
        while (open.TryPop(out var entry))
        {
            foreach (var need in entry.Needs)
            {
                if (!need.Entry.IsChosen && !need.Entry.IsNeeded)
                {
                    need.Entry.IsNeeded = true;
                    open.Push(need.Entry);
                }
            }
        }
    }

    /// <summary>An app on the way of the walk, and which of its dependencies comes next.</summary>
    sealed class Visit(AppEntry entry)
    {
        public AppEntry Entry { get; } = entry;

        public int Next { get; set; }
    }
}
