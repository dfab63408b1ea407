using System.Buffers.Text;
using System.Text;

namespace Init.Core.Supervision;

/// <summary>
/// The datagrams of sd_notify(3): lines of NAME=value, any number of them, unknown ones ignored. They come from workers, so whatever they hold must do
/// no harm: numbers that are none are ignored, texts are cut and cleaned of control characters.
/// </summary>
public static class NotifyMessage
{
    /// <summary>A datagram may be longer; nothing of what we read is.</summary>
    public const int Longest = 4096;

    /// <summary>A status is one line for people.</summary>
    const int LongestStatus = 200;

    /// <summary>Three weeks: what a time of a worker may be at most.</summary>
    const long MostMicroseconds = 21L * 24 * 3600 * 1_000_000;

    /// <summary>What a datagram says, in its order.</summary>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="incarnation">The process that it speaks of.</param>
    /// <param name="events">They are appended.</param>
    /// <param name="mainPid">MAINPID, when it says so; else 0.</param>
    public static void Read(ReadOnlySpan<byte> datagram, int incarnation, List<WorkerEvent> events, out int mainPid)
    {
        mainPid = 0;
        foreach (var range in datagram.Split((byte)'\n'))
        {
            var line = datagram[range];
            var equals = line.IndexOf((byte)'=');
            if (equals <= 0)
            {
                continue;
            }

            var name = line[..equals];
            var value = line[(equals + 1)..];
            if (name.SequenceEqual("MAINPID"u8))
            {
                mainPid = (int)Number(value, int.MaxValue);
            }
            else if (EventOf(name, value, incarnation) is { } e)
            {
                events.Add(e);
            }
        }
    }

    static WorkerEvent? EventOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int incarnation)
    {
        var isOne = value.SequenceEqual("1"u8);
        if (name.SequenceEqual("READY"u8))
        {
            return isOne ? new WorkerEvent.ReadyReceived(incarnation) : null;
        }

        if (name.SequenceEqual("STOPPING"u8))
        {
            return isOne ? new WorkerEvent.StoppingItself(incarnation) : null;
        }

        if (name.SequenceEqual("STATUS"u8))
        {
            return new WorkerEvent.Described(incarnation, Clean(value));
        }

        if (name.SequenceEqual("RELOADING"u8))
        {
            return isOne ? new WorkerEvent.ReloadingItself(incarnation) : null;
        }

        if (name.SequenceEqual("WATCHDOG"u8))
        {
            return isOne ? new WorkerEvent.WatchdogFed(incarnation) : value.SequenceEqual("trigger"u8) ? new WorkerEvent.WatchdogTriggered(incarnation) : null;
        }

        if (name.SequenceEqual("WATCHDOG_USEC"u8))
        {
            return Number(value, MostMicroseconds) is >= 0 and var every ? new WorkerEvent.WatchdogSet(incarnation, TimeSpan.FromMicroseconds(every)) : null;
        }

        return name.SequenceEqual("EXTEND_TIMEOUT_USEC"u8) && Number(value, MostMicroseconds) is > 0 and var more
            ? new WorkerEvent.Extended(incarnation, TimeSpan.FromMicroseconds(more))
            : null;
    }

    /// <returns>-1 when it is no number from 0 to <paramref name="most"/>.</returns>
    static long Number(ReadOnlySpan<byte> text, long most) =>
        Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= 0 && value <= most ? value : -1;

    static string Clean(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, LongestStatus)]).ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }

        return new string(text);
    }
}
