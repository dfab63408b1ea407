using System.Globalization;

namespace Init.Core.Control;

/// <summary>Numbers as pm2 shows them in its tables.</summary>
public static class HumanUnits
{
    /// <summary>"3s", "5m", "2h", "4D": the largest whole unit.</summary>
    /// <param name="milliseconds">Negative counts as 0.</param>
    public static string Uptime(long milliseconds)
    {
        var seconds = Math.Max(milliseconds, 0) / 1000;
        var (number, unit) = seconds switch
        {
            < 60 => (seconds, 's'),
            < 60 * 60 => (seconds / 60, 'm'),
            < 24 * 60 * 60 => (seconds / (60 * 60), 'h'),
            _ => (seconds / (24 * 60 * 60), 'D'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    /// <summary>"512b", "1.5kb", "12.3mb", "2.0gb"; 1024-based.</summary>
    /// <param name="bytes">Negative counts as 0.</param>
    public static string Memory(long bytes)
    {
        double number = Math.Max(bytes, 0);
        if (number < 1024)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{number}b");
        }

        var unit = "kb";
        number /= 1024;

        // 1023.95 would be shown as 1024.0.
        foreach (var larger in (ReadOnlySpan<string>)["mb", "gb"])
        {
            if (number >= 1023.95)
            {
                number /= 1024;
                unit = larger;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{number:F1}{unit}");
    }

    /// <summary>"0%", "12.5%".</summary>
    public static string Percent(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.#}%");
}
