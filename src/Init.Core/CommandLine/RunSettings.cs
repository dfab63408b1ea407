using System.Globalization;
using Init.Core.Model;

namespace Init.Core.CommandLine;

/// <summary>Options of pm2-runtime that belong to no app.</summary>
public static class RunSettings
{
    /// <summary>Longest `--delay`.</summary>
    const int MostSeconds = 24 * 60 * 60;

    static readonly (string Option, LogFormat Format)[] Formats =
    [
        ("json", LogFormat.Pm2Json), ("format", LogFormat.Pm2KeyValue), ("formatted", LogFormat.Pm2Prefixed), ("raw", LogFormat.Raw),
    ];

    /// <summary>Lays them over the file's settings.</summary>
    /// <param name="settings">The file's.</param>
    /// <param name="line">The command line.</param>
    /// <param name="problem">What is wrong, when null is returned.</param>
    public static GlobalSettings? Apply(GlobalSettings settings, RunLine line, out string problem)
    {
        problem = "";
        foreach (var (option, format) in Formats)
        {
            if (line.ValueOf(option) is not null)
            {
                settings = settings with { Log = settings.Log with { Format = format } };
                break;
            }
        }

        if (line[RunOptions.NoAutoExit] is not null)
        {
            settings = settings with { ExitsWithoutApps = false };
        }

        if (line[RunOptions.Delay] is { } delay)
        {
            if (!decimal.TryParse(delay, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > MostSeconds)
            {
                problem = $"--delay {delay}: expected seconds, at most {MostSeconds} (a day)";
                return null;
            }

            settings = settings with { StartDelay = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) };
        }

        return settings;
    }
}
