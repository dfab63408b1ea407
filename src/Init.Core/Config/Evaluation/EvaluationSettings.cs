using System.Collections.Immutable;
using Init.Core.Config.Data;

namespace Init.Core.Config.Evaluation;

/// <summary>Who evaluates a file and for how long, from pminit's own environment.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Names a runtime instead of the usual three.</summary>
    public const string RuntimeVariable = "PMINIT_CONFIG_RUNTIME";

    /// <summary>The time limit, a duration.</summary>
    public const string TimeoutVariable = "PMINIT_CONFIG_TIMEOUT";

    /// <summary>Most bytes of an answer: as much as a data file may have, and its first line.</summary>
    public const int MaxAnswerBytes = DataReader.MaxBytes + 64;

    /// <summary>Programs to look for, in order: names for PATH, or paths.</summary>
    public ImmutableArray<string> Runtimes { get; init; } = ["node", "bun", "deno"];

    /// <summary>Time for one runtime to answer.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The settings, or what is wrong with them.</summary>
    public static (EvaluationSettings? Settings, ConfigError? Error) Read(IReadOnlyDictionary<string, string> variables)
    {
        var settings = new EvaluationSettings();
        if (variables.TryGetValue(RuntimeVariable, out var runtime) && runtime.Length > 0)
        {
            settings = settings with { Runtimes = [runtime] };
        }

        if (variables.TryGetValue(TimeoutVariable, out var text) && text.Length > 0)
        {
            var report = new ConfigReport(TimeoutVariable, new ConfigContext { Cpus = 1 });
            if (!ConfigValues.Duration(DataNode.Of(text, default), new ConfigScope(report, ""), out var limit))
            {
                return (null, report.Errors[0]);
            }

            if (limit <= TimeSpan.Zero)
            {
                return (null, new ConfigError { File = TimeoutVariable, Message = "a time limit of 0 leaves no time", Hint = "write for example 30s" });
            }

            settings = settings with { Limit = limit };
        }

        return (settings, null);
    }

    /// <summary>The arguments of a runtime, argv[0] included, that make it run a program text.</summary>
    public static string[] Arguments(string runtime, string program)
        => Path.GetFileName(runtime).StartsWith("deno", StringComparison.Ordinal) ? [runtime, "eval", program] : [runtime, "-e", program];
}
