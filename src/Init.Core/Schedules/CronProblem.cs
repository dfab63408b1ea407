namespace Init.Core.Schedules;

/// <summary>Why a text is no cron pattern.</summary>
/// <param name="Field">The field's name ("minute"), or empty when the pattern as a whole is wrong.</param>
/// <param name="Column">Where in the text, 1 or more.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record CronProblem(string Field, int Column, string Message, string Remedy)
{
    /// <summary>"minute, column 3: 61 is above 59".</summary>
    public override string ToString() => Field.Length == 0 ? $"column {Column}: {Message}" : $"{Field}, column {Column}: {Message}";
}
