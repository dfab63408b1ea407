using System.Text;
using System.Text.RegularExpressions;
using Init.Linux.Loop;

namespace Init.Linux.Readiness;

/// <summary>
/// Looks at a worker's lines until one matches. What can go wrong: a pattern that takes for ever would stall PID 1. So each line has a time limit, and
/// one that exceeds it does not match; and all lines together have a budget, after which no more are looked at: it is a turn's lines that hold up the loop, not one.
/// </summary>
/// <param name="pattern">Checked when the file was read.</param>
/// <param name="budget">Shared by all instances of the app.</param>
/// <param name="onMatch">Called once.</param>
/// <param name="onTooSlow">Called once, when the budget is used up.</param>
sealed class LineMatcher(string pattern, PatternBudget budget, Action onMatch, Action onTooSlow)
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>What a line that was given up costs, even if another process had the processor meanwhile: their number is bounded too.</summary>
    static readonly TimeSpan LeastOfSlow = Patience / 2;

    readonly Regex _regex = new(pattern, RegexOptions.CultureInvariant, Patience);

    /// <summary>A line has matched, or no more may be compared: nothing more needs to be shown.</summary>
    public bool IsDone { get; private set; }

    /// <summary>How many lines have been compared.</summary>
    public int Compared { get; private set; }

    public void See(ReadOnlySpan<byte> line)
    {
        if (IsDone)
        {
            return;
        }

        Compared++;
        var before = Clock.ThreadTime; // and not the time of day: a container that is out of processor time stands still for long
        var (isMatch, isSlow) = (false, false);
        try
        {
            isMatch = _regex.IsMatch(Encoding.UTF8.GetString(line));
        }
        catch (RegexMatchTimeoutException)
        {
            isSlow = true;
        }

        var spent = Clock.ThreadTime - before;
        if (isMatch)
        {
            IsDone = true;
            onMatch();
        }
        else if (!budget.Spend(line.Length, isSlow && spent < LeastOfSlow ? LeastOfSlow : spent, Clock.Now))
        {
            IsDone = true;
            onTooSlow();
        }
    }
}
