using System.Text;
using System.Text.RegularExpressions;

namespace Init.Linux.Readiness;

/// <summary>
/// Looks at a worker's lines until one matches. What can go wrong: a pattern that takes for ever on some line would stall PID 1, so each line has a
/// time limit; one that exceeds it does not match.
/// </summary>
/// <param name="pattern">Checked when the file was read.</param>
/// <param name="onMatch">Called once.</param>
/// <param name="onTooSlow">Called once, for the first line that was given up.</param>
sealed class LineMatcher(string pattern, Action onMatch, Action onTooSlow)
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    readonly Regex _regex = new(pattern, RegexOptions.CultureInvariant, Patience);
    bool _wasSlow;

    /// <summary>A line has matched: nothing more needs to be shown.</summary>
    public bool IsDone { get; private set; }

    public void See(ReadOnlySpan<byte> line)
    {
        if (IsDone)
        {
            return;
        }

        try
        {
            IsDone = _regex.IsMatch(Encoding.UTF8.GetString(line));
        }
        catch (RegexMatchTimeoutException)
        {
            if (!_wasSlow)
            {
                _wasSlow = true;
                onTooSlow();
            }
        }

        if (IsDone)
        {
            onMatch();
        }
    }
}
