namespace Init.Core.Model;

/// <summary>
/// The few of LINQ's operators that this program needs, lazy as LINQ's. System.Linq itself is banned: its operators know every kind of
/// collection, and each use with a new type costs about 10 KB of the native binary. Only for classes: they share the code.
/// </summary>
public static class Sequences
{
    /// <summary>What is shown of every item, separated.</summary>
    public static string Join<T>(this IEnumerable<T> items, Func<T, string> show, string separator = ", ")
        where T : class
        => string.Join(separator, items.Map(show));

    /// <summary>What becomes of every item.</summary>
    public static IEnumerable<TResult> Map<T, TResult>(this IEnumerable<T> items, Func<T, TResult> convert)
        where T : class
        where TResult : class
    {
        foreach (var item in items)
        {
            yield return convert(item);
        }
    }

    /// <summary>The items for which the condition holds.</summary>
    public static IEnumerable<T> Filter<T>(this IEnumerable<T> items, Func<T, bool> condition)
        where T : class
    {
        foreach (var item in items)
        {
            if (condition(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The first items, at most so many.</summary>
    public static IEnumerable<T> First<T>(this IEnumerable<T> items, int most)
        where T : class
    {
        foreach (var item in items)
        {
            if (most-- <= 0)
            {
                yield break;
            }

            yield return item;
        }
    }

    /// <summary>The first item for which the condition holds, or null.</summary>
    public static T? Find<T>(this IEnumerable<T> items, Func<T, bool> condition)
        where T : class
    {
        foreach (var item in items)
        {
            if (condition(item))
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>The condition holds for an item at least.</summary>
    public static bool Has<T>(this IEnumerable<T> items, Func<T, bool> condition)
        where T : class
        => items.Find(condition) is not null;

    /// <summary>The condition holds for a character at least.</summary>
    public static bool Has(this string text, Func<char, bool> condition)
    {
        foreach (var c in text)
        {
            if (condition(c))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A sorted copy; equal items keep their order.</summary>
    public static List<T> Sorted<T>(this List<T> items, Comparison<T> compare)
        where T : class
    {
        var placed = new List<Placed<T>>(items.Count);
        foreach (var item in items)
        {
            placed.Add(new Placed<T>(item, placed.Count));
        }

        placed.Sort((a, b) => compare(a.Item, b.Item) is not 0 and var order ? order : a.Place - b.Place);
        return placed.ConvertAll(static one => one.Item);
    }

    sealed class Placed<T>(T item, int place)
        where T : class
    {
        public T Item { get; } = item;

        public int Place { get; } = place;
    }
}
