namespace Init.Core.Watch;

/// <summary>
/// One path pattern, made absolute. A segment (between two '/') may hold `*` (any characters), `?` (one), `[a-z]` and `[!a-z]` (one of, none of);
/// `**` as a whole segment stands for any number of segments, none included. A backslash takes the meaning off the character after it. A leading dot is
/// a character like others; `[` without its `]` too. `{a,b}` is spelled out before (<see cref="Expand"/>).
/// Matching goes back to the last star only, in segments as in paths: no pattern takes more than length x length.
/// </summary>
public sealed class Glob
{
    /// <summary>Alternatives that one text may come to; "{a,b}{a,b}…" doubles.</summary>
    public const int MostAlternatives = 64;

    const string AnyDepth = "**";

    readonly string[] _segments;

    Glob(string[] segments) => _segments = segments;

    /// <summary>The pattern, absolute.</summary>
    /// <param name="pattern">Without braces.</param>
    /// <param name="folder">Absolute: where a relative pattern starts. Its characters mean themselves. Empty: at any depth.</param>
    public static Glob Of(string pattern, string folder)
    {
        var segments = new List<string>();
        if (folder.Length == 0)
        {
            segments.Add(AnyDepth);
        }
        else if (!pattern.StartsWith('/'))
        {
            Add(segments, Escape(folder));
        }

        Add(segments, pattern);
        return new Glob([.. segments]);
    }

    /// <summary>True when some character of the text is more than itself.</summary>
    public static bool IsPattern(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] is '*' or '?' || (text[i] == '[' && text.IndexOf(']', i + 1) > 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The texts that `{a,b}` stands for, one inside another too. Braces without a comma or an end are characters.</summary>
    /// <returns>One or more; null when they are more than <see cref="MostAlternatives"/>.</returns>
    public static List<string>? Expand(string text)
    {
        var done = new List<string>();
        var open = new Stack<string>();
        open.Push(text);
        while (open.TryPop(out var one))
        {
            if (!FindBraces(one, out var start, out var end))
            {
                done.Add(one);
            }
            else
            {
                var cuts = new List<int> { start };
                Commas(one, start, end, cuts);
                cuts.Add(end);
                for (var i = cuts.Count - 1; i > 0; i--)
                {
                    open.Push(string.Concat(one.AsSpan(0, start), one.AsSpan(cuts[i - 1] + 1, cuts[i] - cuts[i - 1] - 1), one.AsSpan(end + 1)));
                }
            }

            if (done.Count + open.Count > MostAlternatives)
            {
                return null;
            }
        }

        return done;
    }

    /// <summary>The segments before the first one that is a pattern, as a path; all of them when none is.</summary>
    /// <param name="isWhole">No segment is a pattern.</param>
    public string Base(out bool isWhole)
    {
        var count = Array.FindIndex(_segments, IsPattern);
        isWhole = count < 0;
        var plain = Array.ConvertAll(isWhole ? _segments : _segments[..count], Unescape);
        return "/" + string.Join('/', plain);
    }

    /// <summary>Some segment asks for a leading dot.</summary>
    public bool NamesDots => Array.Exists(_segments, static segment => segment.StartsWith('.'));

    /// <summary>The whole path fits.</summary>
    /// <param name="path">Segments of an absolute path.</param>
    /// <param name="length">How many of them.</param>
    public bool Matches(string[] path, int length)
    {
        var (at, atPath, star, starPath) = (0, 0, -1, 0);
        while (atPath < length)
        {
            if (at < _segments.Length && _segments[at] == AnyDepth)
            {
                (star, starPath) = (at++, atPath);
            }
            else if (at < _segments.Length && MatchesName(_segments[at], path[atPath]))
            {
                at++;
                atPath++;
            }
            else if (star >= 0)
            {
                (at, atPath) = (star + 1, ++starPath);
            }
            else
            {
                return false;
            }
        }

        while (at < _segments.Length && _segments[at] == AnyDepth)
        {
            at++;
        }

        return at == _segments.Length;
    }

    /// <summary>Something in this folder, or deeper, could fit.</summary>
    /// <param name="folder">Segments of an absolute path.</param>
    public bool MayMatchBelow(string[] folder)
    {
        for (var i = 0; i < folder.Length; i++)
        {
            if (i >= _segments.Length || _segments[i] == AnyDepth)
            {
                return i < _segments.Length;
            }

            if (!MatchesName(_segments[i], folder[i]))
            {
                return false;
            }
        }

        return _segments.Length > folder.Length;
    }

    /// <summary>One name by the pattern of one segment.</summary>
    public static bool MatchesName(string pattern, string name)
    {
        var (at, atName, star, starName) = (0, 0, -1, 0);
        while (atName < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, starName) = (at++, atName);
                continue;
            }

            if (at < pattern.Length && MatchesOne(pattern, at, name[atName], out var next))
            {
                at = next;
                atName++;
            }
            else if (star >= 0)
            {
                (at, atName) = (star + 1, ++starName);
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && pattern[at] == '*')
        {
            at++;
        }

        return at == pattern.Length;
    }

    /// <param name="pattern">Of a segment.</param>
    /// <param name="at">Where the one is; no star.</param>
    /// <param name="c">A character of the name.</param>
    /// <param name="next">After the one.</param>
    static bool MatchesOne(string pattern, int at, char c, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case '?':
                return true;
            case '\\' when next < pattern.Length:
                next = at + 2;
                return pattern[at + 1] == c;
            case '[' when EndOfClass(pattern, at) is var end and > 0:
                next = end + 1;
                return IsInClass(pattern.AsSpan(at + 1, end - at - 1), c);
            default:
                return pattern[at] == c;
        }
    }

    /// <summary>A ']' right behind the beginning is one of the characters.</summary>
    static int EndOfClass(string pattern, int at)
    {
        var first = at + 1 < pattern.Length && pattern[at + 1] is '!' or '^' ? at + 2 : at + 1;
        return first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
    }

    static bool IsInClass(ReadOnlySpan<char> inside, char c)
    {
        var isNegated = inside[0] is '!' or '^' && inside.Length > 1;
        var found = false;
        for (var i = isNegated ? 1 : 0; i < inside.Length; i++)
        {
            var isRange = i + 2 < inside.Length && inside[i + 1] == '-';
            found |= isRange ? inside[i] <= c && c <= inside[i + 2] : inside[i] == c;
            i += isRange ? 2 : 0;
        }

        return found != isNegated;
    }

    static void Add(List<string> segments, string path)
    {
        foreach (var segment in path.Split('/'))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }
            }
            else if (segment.Length > 0 && segment != "." && !(segment == AnyDepth && segments.Count > 0 && segments[^1] == AnyDepth))
            {
                segments.Add(segment);
            }
        }
    }

    static string Escape(string text)
    {
        foreach (var c in (ReadOnlySpan<string>)["\\", "*", "?", "["])
        {
            text = text.Replace(c, "\\" + c, StringComparison.Ordinal);
        }

        return text;
    }

    static string Unescape(string text)
    {
        for (var i = text.IndexOf('\\'); i >= 0 && i + 1 < text.Length; i = text.IndexOf('\\', i + 1))
        {
            text = text.Remove(i, 1);
        }

        return text;
    }

    /// <summary>The first braces with a comma of their own.</summary>
    static bool FindBraces(string text, out int start, out int end)
    {
        end = -1;
        for (start = 0; start < text.Length; start++)
        {
            if (text[start] == '\\')
            {
                start++;
            }
            else if (text[start] == '{' && (end = EndOfBraces(text, start)) > 0)
            {
                var cuts = new List<int>();
                Commas(text, start, end, cuts);
                if (cuts.Count > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    static int EndOfBraces(string text, int start)
    {
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
                continue;
            }

            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    static void Commas(string text, int start, int end, List<int> cuts)
    {
        var depth = 0;
        for (var i = start + 1; i < end; i++)
        {
            if (text[i] == '\\')
            {
                i++;
                continue;
            }

            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                cuts.Add(i);
            }
        }
    }
}
