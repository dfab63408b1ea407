namespace Init.Core.Logging;

/// <summary>
/// Formats wall time as RFC 3339, UTC, milliseconds: "2026-11-21T06:47:03.123Z". Keeps the last text: within the same second only the
/// three last digits are written again.
/// </summary>
public sealed class UtcTimestamp
{
    /// <summary>Length of the text.</summary>
    public const int Length = 24;

    /// <summary>9999-12-31T23:59:59.999Z.</summary>
    const long LatestUnixMs = 253_402_300_799_999;

    readonly byte[] _text = "0000-00-00T00:00:00.000Z"u8.ToArray();
    long _second = -1;
    long _unixMs = -1;

    /// <summary>The text of a point in time; valid until the next call.</summary>
    /// <param name="unixMs">Milliseconds since 1970; clamped to the years 1970..9999.</param>
    public ReadOnlySpan<byte> Format(long unixMs)
    {
        unixMs = Math.Clamp(unixMs, 0, LatestUnixMs);
        if (unixMs == _unixMs)
        {
            return _text;
        }

        _unixMs = unixMs;
        var (second, ms) = Math.DivRem(_unixMs, 1000);
        if (second != _second)
        {
            _second = second;
            WriteSecond(DateTime.UnixEpoch.AddTicks(second * TimeSpan.TicksPerSecond));
        }

        Write(20, 3, (int)ms);
        return _text;
    }

    void WriteSecond(DateTime time)
    {
        Write(0, 4, time.Year);
        Write(5, 2, time.Month);
        Write(8, 2, time.Day);
        Write(11, 2, time.Hour);
        Write(14, 2, time.Minute);
        Write(17, 2, time.Second);
    }

    void Write(int at, int digits, int value)
    {
        for (var i = at + digits - 1; i >= at; i--)
        {
            _text[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
