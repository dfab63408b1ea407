using Init.Core.CommandLine;
using Init.Core.Model;
using Init.Linux.Runtime;

namespace Init;

/// <summary>Says what is wrong with a command line that starts something.</summary>
static class Usage
{
    static readonly string[] UsualNames = ["ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.json", "ecosystem.yml", "ecosystem.yaml"];

    /// <summary>Prints the problem; where a file was forgotten, the one that lies here.</summary>
    /// <returns>The exit code.</returns>
    public static int Refuse(RunLineReading reading)
    {
        StandardError.Line(reading.Problem!);
        if (reading.LacksWord && Array.Find(UsualNames, File.Exists) is { } here)
        {
            StandardError.Line($"there is a file {here} here; name it to run it");
        }

        return ExitCodes.Usage;
    }
}
