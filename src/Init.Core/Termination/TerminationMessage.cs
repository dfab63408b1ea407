using System.Globalization;
using System.Text;

namespace Init.Core.Termination;

/// <summary>
/// What Kubernetes shows of a container that ended (`kubectl describe pod`): one sentence, then the last lines of the worker that was to blame. Kubernetes
/// keeps 4096 bytes and wants UTF-8; workers print what they like, so it is made UTF-8 without control characters here.
/// </summary>
public static class TerminationMessage
{
    /// <summary>Bytes that Kubernetes keeps.</summary>
    public const int Longest = 4096;

    /// <summary>The sentence takes half of it at most, so that there is room for the lines.</summary>
    const int LongestHead = Longest / 2;

    const char Escape = '\u001b';

    /// <summary>Of a failure.</summary>
    /// <param name="cause">What failed.</param>
    /// <param name="code">The code that the container ends with.</param>
    /// <param name="lines">The last lines of the worker, each with a line feed; any bytes.</param>
    /// <param name="areErrors">They are of its stderr.</param>
    /// <returns>UTF-8, at most <see cref="Longest"/> bytes, with a line feed at its end.</returns>
    public static byte[] Of(TerminationCause cause, int code, ReadOnlySpan<byte> lines, bool areErrors)
    {
        var how = cause.Problem is { } problem ? $" could not be started: {problem}" : cause.Fault is { } fault ? $" was given up: {fault}" : cause.Status is { } status ? $" ended with {status}" : " never ran";
        return Of($"{cause.Reason}: {cause.Worker}{how}; the container ends with code {code.ToString(CultureInfo.InvariantCulture)}",
            $"last lines of its {(areErrors ? "stderr" : "stdout")}:", lines);
    }

    /// <summary>Of anything else: a sentence, and lines of which the oldest go first where there is no room for all.</summary>
    public static byte[] Of(string sentence, string title, ReadOnlySpan<byte> lines)
    {
        var head = Cut(Clean(sentence).Replace('\n', ' '), LongestHead, fromEnd: false) + "\n";
        var rest = Clean(Encoding.UTF8.GetString(lines)).TrimEnd('\n');
        if (rest.Length > 0)
        {
            head += title + "\n";
            head += LastLines(rest, Longest - Encoding.UTF8.GetByteCount(head) - 1) + "\n";
        }

        return Encoding.UTF8.GetBytes(head);
    }

    static string LastLines(string lines, int room)
    {
        if (Encoding.UTF8.GetByteCount(lines) <= room)
        {
            return lines;
        }

        for (var at = lines.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = lines.IndexOf('\n', at + 1))
        {
            if (Encoding.UTF8.GetByteCount(lines.AsSpan(at + 1)) <= room)
            {
                return lines[(at + 1)..];
            }
        }

        // The last one alone is too long: errors have their point at the end more often than at the beginning.
        return Cut(lines[(lines.LastIndexOf('\n') + 1)..], room, fromEnd: true);
    }

    /// <summary>Cuts between characters, with a mark where something is missing.</summary>
    static string Cut(string text, int room, bool fromEnd)
    {
        if (Encoding.UTF8.GetByteCount(text) <= room)
        {
            return text;
        }

        // A UTF-16 unit is three bytes at most, so this many of them fit whatever they are; a lone half of a pair is one bad character.
        var kept = (room - 3) / 3;
        return fromEnd ? "…" + text[^kept..] : text[..kept] + "…";
    }

    /// <summary>Without colours and other orders to a terminal; line ends stay.</summary>
    static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape && i + 1 < text.Length && text[i + 1] == '[')
            {
                i += 2;
                while (i < text.Length && text[i] is < '@' or > '~' and not '\n')
                {
                    i++;
                }
            }
            else if (text[i] is '\n' or '\t' || !char.IsControl(text[i]))
            {
                clean.Append(text[i]);
            }
        }

        return clean.ToString();
    }
}
