using System.Globalization;

namespace Init.Core.Schedules;

/// <summary>
/// The text of a pattern to its masks. Vixie's syntax with croner's additions, as pm2's users write them: seconds first, names, `?`, `L`
/// (`L` last day, `5L` last Friday), `#` (`5#2` second Friday), macros.
/// </summary>
sealed class CronParser
{
    static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    readonly string _text;
    readonly ulong[] _masks = new ulong[CronField.All.Length];
    readonly bool[] _isOpen = new bool[CronField.All.Length];
    bool _lastDay;
    ulong _lastWeekdays;
    ulong _nthWeekdays;
    CronProblem? _problem;

    CronParser(string text) => _text = text;

    public static bool TryRead(string text, out CronSchedule? schedule, out CronProblem? problem)
    {
        var parser = new CronParser(Expand(text));
        schedule = parser.Read();
        problem = parser._problem;
        return schedule is not null;
    }

    static string Expand(string text) => Macros.GetValueOrDefault(text.Trim(), text);

    CronSchedule? Read()
    {
        var words = Split(_text);
        if (words.Count > 0 && _text[words[0].Start] == '@')
        {
            var hint = _text.Contains("reboot", StringComparison.OrdinalIgnoreCase)
                ? "remove it: an app starts with the container" : "the macros are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually";
            return Fail("", words[0].Start, $"no macro {Quote(_text.Trim())} is known", hint);
        }

        if (words.Count is not (5 or 6))
        {
            return Fail("", 0, words.Count == 0 ? "the pattern is empty" : $"{words.Count} fields where 5 or 6 are expected",
                "minute hour day month weekday, with seconds before them if wanted: \"0 3 * * *\"");
        }

        var first = CronField.All.Length - words.Count;
        if (first == 1)
        {
            _masks[0] = 1;
        }

        for (var i = 0; i < words.Count; i++)
        {
            if (!ReadField(first + i, words[i].Start, words[i].End))
            {
                return null;
            }
        }

        var schedule = Make();
        return schedule.NextAfter(new DateTime(2000, 1, 1)) is null
            ? Fail(CronField.Day.Name, words[first == 1 ? 2 : 3].Start, "no month that is named has this day", "write a day that comes, or L for the last of the month")
            : schedule;
    }

    CronSchedule Make() => new()
    {
        Seconds = _masks[0],
        Minutes = _masks[1],
        Hours = _masks[2],
        Days = _masks[3],
        Months = _masks[4],
        Weekdays = _masks[5],
        LastDay = _lastDay,
        LastWeekdays = _lastWeekdays,
        NthWeekdays = _nthWeekdays,
        HasDays = !_isOpen[3],
        HasWeekdays = !_isOpen[5],
        IsEveryHour = _isOpen[2] || _masks[2] == CronField.Hour.Full,
    };

    /// <summary>A list: items between commas.</summary>
    bool ReadField(int index, int start, int end)
    {
        _isOpen[index] = _text[start] is '*' or '?';
        for (var at = start; at <= end;)
        {
            var comma = _text.IndexOf(',', at, end - at);
            var stop = comma < 0 ? end : comma;
            if (!ReadItem(CronField.All[index], index, at, stop))
            {
                return false;
            }

            at = stop + 1;
        }

        return true;
    }

    /// <summary>`*`, `5`, `1-5`, `MON-FRI`, each with `/step`; `L`, `5L`, `5#2`.</summary>
    bool ReadItem(CronField field, int index, int start, int end)
    {
        if (start == end)
        {
            return Refuse(field, start, "a value is missing", "write a number, or remove the comma");
        }

        var item = _text.AsSpan(start, end - start);
        if (item is "?")
        {
            if (field != CronField.Day && field != CronField.Weekday)
            {
                return Refuse(field, start, "? stands for any day only", "write *");
            }

            _masks[index] |= field.Full;
            return true;
        }

        var slash = item.IndexOf('/');
        var range = slash < 0 ? item : item[..slash];
        var step = 1;
        if (slash >= 0 && !ReadStep(field, start + slash + 1, item[(slash + 1)..], out step))
        {
            return false;
        }

        if (range is "*")
        {
            return Add(field, index, field.Least, field == CronField.Weekday ? 6 : field.Most, step);
        }

        if (slash < 0 && ((item[^1] is 'L' or 'l' && !item.Contains('-')) || item.Contains('#')) && field.ValueOf(item) < 0)
        {
            return ReadSpecial(field, start, item);
        }

        var dash = range.IndexOf('-');
        var low = dash < 0 ? range : range[..dash];
        if (!ReadValue(field, start, low, out var from))
        {
            return false;
        }

        if (dash < 0)
        {
            // croner, quartz and robfig agree: 5/15 counts from 5 to the end. Weekday 7 has no end to count to.
            return Add(field, index, from, slash < 0 ? from : Math.Max(from, field == CronField.Weekday ? 6 : field.Most), step);
        }

        return ReadValue(field, start + dash + 1, range[(dash + 1)..], out var to)
            && (from <= to ? Add(field, index, from, to, step) : WrapRound(field, index, start, from, to, step));
    }

    /// <summary>SAT-SUN and FRI-MON are what people mean by them; 22-2 in the hours is a mistake as often as not.</summary>
    bool WrapRound(CronField field, int index, int start, int from, int to, int step)
    {
        if (field != CronField.Weekday)
        {
            return Refuse(field, start, $"the range {from}-{to} ends before it begins", $"write {from}-{field.Most},{field.Least}-{to}");
        }

        for (var day = from; day <= to + 7; day += step)
        {
            _masks[index] |= 1UL << (day % 7);
        }

        return true;
    }

    bool Add(CronField field, int index, int from, int to, int step)
    {
        for (var value = from; value <= to; value += step)
        {
            _masks[index] |= 1UL << (field == CronField.Weekday ? value % 7 : value);
        }

        return true;
    }

    /// <summary>`L`, `5L` and `5#2`.</summary>
    bool ReadSpecial(CronField field, int start, ReadOnlySpan<char> item)
    {
        if (field == CronField.Day)
        {
            _lastDay = item is "L" or "l";
            return _lastDay || Refuse(field, start, $"{Quote(item)} is no day", "write L for the last day of the month; 5L and 5#2 belong to the day of week");
        }

        if (field != CronField.Weekday)
        {
            return Refuse(field, start, $"{Quote(item)}: L and # belong to the day fields", "write a number, a range, or *");
        }

        if (item.Length == 1)
        {
            return Refuse(field, start, "L alone is no day of week", "write the day before it: 5L is the last Friday of the month");
        }

        var hash = item.IndexOf('#');
        if (!ReadValue(field, start, hash < 0 ? item[..^1] : item[..hash], out var weekday))
        {
            return false;
        }

        if (hash < 0)
        {
            _lastWeekdays |= 1UL << (weekday % 7);
            return true;
        }

        if (item[(hash + 1)..] is ['L' or 'l'])
        {
            _lastWeekdays |= 1UL << (weekday % 7);
            return true;
        }

        if (!int.TryParse(item[(hash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var nth) || nth is < 1 or > 5)
        {
            return Refuse(field, start + hash + 1, $"{Quote(item[(hash + 1)..])} is not 1 to 5", "5#2 is the second Friday of the month");
        }

        _nthWeekdays |= 1UL << ((7 * (nth - 1)) + (weekday % 7));
        return true;
    }

    bool ReadStep(CronField field, int at, ReadOnlySpan<char> word, out int step)
    {
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1)
        {
            return Refuse(field, at, $"{Quote(word)} is no step", "write a number above 0 after the slash");
        }

        return step <= field.Most || Refuse(field, at, $"the step {step} is above {field.Most}", $"write one value, e.g. {field.Least}");
    }

    bool ReadValue(CronField field, int at, ReadOnlySpan<char> word, out int value)
    {
        value = field.ValueOf(word);
        if (value >= 0)
        {
            return true;
        }

        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return Refuse(field, at, word.IsEmpty ? "a value is missing" : $"{Quote(word)} is no {field.Name}",
                field.Names.Length == 0 ? $"write a number from {field.Least} to {field.Most}, a range such as {field.Least}-{field.Most}, or *"
                    : $"write a number from {field.Least} to {field.Most} or a name such as {field.Names.AsSpan(3, 3)}");
        }

        return value < field.Least ? Refuse(field, at, $"{value} is below {field.Least}", $"write a number from {field.Least} to {field.Most}")
            : value <= field.Most || Refuse(field, at, $"{value} is above {field.Most}", $"write a number from {field.Least} to {field.Most}");
    }

    bool Refuse(CronField field, int at, string message, string remedy)
    {
        _ = Fail(field.Name, at, message, remedy);
        return false;
    }

    CronSchedule? Fail(string field, int at, string message, string remedy)
    {
        _problem ??= new CronProblem(field, at + 1, message, remedy);
        return null;
    }

    static string Quote(ReadOnlySpan<char> word) => $"\"{(word.Length > 20 ? string.Concat(word[..20], "…") : word.ToString())}\"";

    static List<(int Start, int End)> Split(string text)
    {
        var words = new List<(int, int)>();
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsWhiteSpace(text[at]))
            {
                var start = at;
                while (at < text.Length && !char.IsWhiteSpace(text[at]))
                {
                    at++;
                }

                words.Add((start, at));
            }
        }

        return words;
    }
}
