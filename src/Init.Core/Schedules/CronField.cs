namespace Init.Core.Schedules;

/// <summary>One of the six fields of a pattern: its range and its names.</summary>
/// <param name="Name">For people: "minute".</param>
/// <param name="Least">Smallest value.</param>
/// <param name="Most">Largest value; for weekdays 7, which is Sunday again.</param>
/// <param name="Names">Three letters each, the first for <paramref name="Least"/>; empty when the field takes numbers only.</param>
sealed record CronField(string Name, int Least, int Most, string Names = "")
{
    public static readonly CronField Second = new("second", 0, 59);
    public static readonly CronField Minute = new("minute", 0, 59);
    public static readonly CronField Hour = new("hour", 0, 23);
    public static readonly CronField Day = new("day of month", 1, 31);
    public static readonly CronField Month = new("month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC");
    public static readonly CronField Weekday = new("day of week", 0, 7, "SUNMONTUEWEDTHUFRISAT");

    /// <summary>In the order of a pattern of six; one of five has no seconds.</summary>
    public static readonly CronField[] All = [Second, Minute, Hour, Day, Month, Weekday];

    /// <summary>A bit for every value; for weekdays 0 to 6.</summary>
    public ulong Full => Mask(Least, this == Weekday ? 6 : Most);

    /// <summary>A bit for each value from one to the other.</summary>
    public static ulong Mask(int from, int to) => (ulong.MaxValue >> (63 - to)) & (ulong.MaxValue << from);

    /// <summary>The value of a three-letter name in any case; -1 for anything else.</summary>
    public int ValueOf(ReadOnlySpan<char> word)
    {
        for (var i = 0; word.Length == 3 && i < Names.Length; i += 3)
        {
            if (word.Equals(Names.AsSpan(i, 3), StringComparison.OrdinalIgnoreCase))
            {
                return Least + (i / 3);
            }
        }

        return -1;
    }
}
