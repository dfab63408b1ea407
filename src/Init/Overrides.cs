using System.Globalization;
using System.Net;
using Init.Core.CommandLine;
using Init.Core.Model;
using Init.Linux.Runtime;

namespace Init;

/// <summary>Option over environment over file over default, for pminit's own settings.</summary>
static class Overrides
{
    const string HealthForm = "expected HOST:PORT, [IPV6]:PORT, PORT or off";

    /// <summary>Applies `--health`/`PMINIT_HEALTH`, `--socket`/`PMINIT_SOCKET`, `PMINIT_MEMORY_GUARD`, and what only pm2-runtime's command line has.</summary>
    /// <returns>False with a problem when one of them cannot be read.</returns>
    public static bool TryApply(
        GlobalSettings file, RunLine line, Inherited inherited, out GlobalSettings settings, out string problem)
    {
        settings = RunSettings.Apply(file, line, out problem) ?? file;
        if (problem.Length > 0)
        {
            return false;
        }

        var web = line[RunOptions.Web] is { Length: 0 } ? "9615" : line[RunOptions.Web];
        var option = line[RunOptions.Health] ?? web;
        var health = option ?? inherited.Variable("PMINIT_HEALTH");
        if (health is not null)
        {
            if (!TryReadHealth(health, out var read))
            {
                problem = $"{(option is null ? "PMINIT_HEALTH" : option == web ? "--web" : "--health")} {health}: {HealthForm}";
                return false;
            }

            settings = settings with { Health = read };
        }

        if (inherited.Variable("PMINIT_MEMORY_GUARD") is { Length: > 0 } guard)
        {
            if (MemoryGuardSettings.Parse(guard) is not { } read)
            {
                problem = $"PMINIT_MEMORY_GUARD {guard}: expected on, off, or a part of the memory limit from 10% to 99%";
                return false;
            }

            settings = settings with { MemoryGuard = read };
        }

        settings = settings with { TerminationLog = TerminationLog(inherited) ?? settings.TerminationLog };
        settings = settings with { Control = ApplySocket(settings.Control, inherited.Variable("PMINIT_SOCKET"), isOption: false) };
        settings = settings with { Control = ApplySocket(settings.Control, line[RunOptions.Socket], isOption: true) };
        return true;
    }

    /// <summary>`PMINIT_TERMINATION_LOG`: a path, or off (empty); null where it says nothing. It also holds where there is no valid file.</summary>
    public static string? TerminationLog(Inherited inherited) => inherited.Variable("PMINIT_TERMINATION_LOG") switch
    {
        null or "" => null,
        "off" or "false" => "",
        var path => path,
    };

    /// <summary>"8080", "127.0.0.1:8080", "[::1]:8080" or "off".</summary>
    public static bool TryReadHealth(string text, out HealthSettings settings)
    {
        settings = new HealthSettings { Enabled = false };
        if (text is "off" or "false" or "0")
        {
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? null : text[..colon].TrimStart('[').TrimEnd(']');
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535
            || (!string.IsNullOrEmpty(host) && !IPAddress.TryParse(host, out _)))
        {
            return false;
        }

        settings = new HealthSettings { Host = string.IsNullOrEmpty(host) ? null : host, Port = port, IsExplicit = true };
        return true;
    }

    /// <summary>
    /// The variable says where (clients read it too), so it does not switch on what the file switched off; the option does.
    /// </summary>
    static ControlSettings ApplySocket(ControlSettings settings, string? text, bool isOption) => text switch
    {
        null or "" => settings,
        "off" => settings with { Enabled = false },
        _ => new ControlSettings { Enabled = settings.Enabled || isOption, Socket = text },
    };
}
