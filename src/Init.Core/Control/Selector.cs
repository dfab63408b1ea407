using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Supervision;

namespace Init.Core.Control;

/// <summary>
/// The words by which a verb names workers: `all`, an app, `app/index`, or a number of the `id` column. An app's name wins over a number, as in pm2.
/// What the file has no more is not chosen: it only has to end.
/// </summary>
public static class Selector
{
    /// <summary>Between several words in one argument of a request; no name can hold it.</summary>
    public const char Separator = '\n';

    /// <summary>The workers that the words mean, each once, in the order of the words.</summary>
    /// <param name="words">One or more, separated by <see cref="Separator"/>.</param>
    /// <param name="workers">Those there are.</param>
    /// <param name="problem">Set when a word means nothing: one sentence with what there is.</param>
    public static List<WorkerStatus> Find(string words, ImmutableArray<WorkerStatus> workers, out string? problem)
    {
        problem = null;
        var found = new List<WorkerStatus>();
        var seen = new HashSet<int>();
        foreach (var word in words.Split(Separator))
        {
            var before = seen.Count;
            var isKnown = false;
            foreach (var worker in workers)
            {
                if (!worker.IsLeaving && (word == "all" || word == worker.Worker.App))
                {
                    isKnown = true;
                    Add(worker);
                }
            }

            if (!isKnown)
            {
                foreach (var worker in workers)
                {
                    if (!worker.IsLeaving && (word == worker.Worker.ToString() || word == worker.Id.ToString(CultureInfo.InvariantCulture)))
                    {
                        isKnown = true;
                        Add(worker);
                    }
                }
            }

            if (!isKnown)
            {
                problem = workers.IsEmpty ? "there are no apps" : $"there is no app, worker or id \"{Shorten(word)}\"; there are {Names(workers)}";
                return [];
            }
        }

        return found;

        void Add(WorkerStatus worker)
        {
            if (seen.Add(worker.Id))
            {
                found.Add(worker);
            }
        }
    }

    static string Names(ImmutableArray<WorkerStatus> workers)
    {
        const int Most = 20;
        var names = new List<string>();
        foreach (var worker in workers)
        {
            if (!worker.IsLeaving && !names.Contains(worker.Worker.App))
            {
                names.Add(worker.Worker.App);
            }
        }

        return names.Count <= Most ? string.Join(", ", names) : $"{string.Join(", ", names.GetRange(0, Most))} and {names.Count - Most} more";
    }

    static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
