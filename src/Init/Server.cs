using System.Globalization;
using System.Text;
using Init.Core.CommandLine;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Termination;
using Init.Linux.Files;
using Init.Linux.Interop;
using Init.Linux.Limits;
using Init.Linux.Net;
using Init.Linux.Runtime;
using Init.Loading;

namespace Init;

/// <summary>
/// `pminit FILE`, `pminit server.js`: everything that can be wrong is found and said before anything starts; then the server runs until it has a code.
/// Order: file, programs, users and rights, overrides, open files, probe port, control socket, subreaper, workers.
/// </summary>
static class Server
{
    /// <summary>Runs an ecosystem file, or one app.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="args">Its words, to read the file again by.</param>
    /// <param name="inherited">What pminit was started with.</param>
    /// <returns>pminit's exit code.</returns>
    public static int Run(RunLine line, string[] args, Inherited inherited)
    {
        var loaded = Load(line, inherited);
        if (loaded.Ecosystem is not { } ecosystem)
        {
            TellWhy(loaded, inherited);
            return loaded.Code;
        }

        OpenFileLimit.Raise();
        var settings = ecosystem.Settings;
        var probes = Listen(settings.Health, out var port, out var healthProblem);
        if (healthProblem is not null && settings.Health.IsExplicit)
        {
            StandardError.Line(healthProblem);
            return ExitCodes.Config;
        }

        var subreaper = Subreaper.Ensure();
        using var host = new InitHost(ecosystem, inherited);
        host.Report(Started(ecosystem));
        var reload = line.IsConfigFile ? new Reload(host, line, args, inherited) : null;
        host.Reader = reload is null ? null : () => reload.Begin(null);
        Warn(host, subreaper);
        Warn(host, healthProblem);
        if (probes is not null)
        {
            Endpoints.ServeProbes(host, probes, port);
        }

        var socket = settings.Control.Enabled ? Endpoints.ServeControl(host, settings.Control, reload) : null;
        var code = host.Run();
        if (socket is not null)
        {
            ControlSocket.Remove(socket);
        }

        return code;
    }

    /// <summary>Reads and checks what a command line names; says everything that is wrong on stderr.</summary>
    public static Loaded Load(RunLine line, Inherited inherited)
    {
        var loaded = ConfigLoader.Load(line, inherited);
        foreach (var warning in loaded.Warnings)
        {
            StandardError.Line($"warning: {warning}");
        }

        foreach (var problem in loaded.Problems)
        {
            StandardError.Line(problem);
        }

        return loaded;
    }

    /// <summary>A file that is refused ends the container too. What it says of the termination log is not known.</summary>
    static void TellWhy(Loaded loaded, Inherited inherited)
    {
        var path = Overrides.TerminationLog(inherited) ?? GlobalSettings.DefaultTerminationLog;
        if (path.Length == 0)
        {
            return;
        }

        var count = loaded.Problems.Count == 1 ? "one error" : string.Create(CultureInfo.InvariantCulture, $"{loaded.Problems.Count} errors");
        var sentence = string.Create(CultureInfo.InvariantCulture, $"nothing was started, {count} found; the container ends with code {loaded.Code}");
        if (TerminationLog.Write(path, TerminationMessage.Of(sentence, "the errors:", Encoding.UTF8.GetBytes(string.Join('\n', loaded.Problems)))) is { } problem)
        {
            StandardError.Line($"warning: {problem}");
        }
    }

    static Fd? Listen(HealthSettings settings, out int port, out string? problem)
    {
        port = 0;
        problem = null;
        if (!settings.Enabled)
        {
            return null;
        }

        var fd = HealthListener.TryListen(settings, out port, out var errno);
        if (fd is null)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{settings.Host ?? "every address"} port {settings.Port}");
            problem = $"probes cannot be answered on {where}: {Libc.Describe(errno)}; choose another with --health HOST:PORT, or --health off";
        }

        return fd;
    }

    static LogEvent Started(Ecosystem ecosystem)
    {
        return new LogEvent(EventName.Started, LogLevel.Info, $"pminit {Product.Version} starts {Verbs.Count(ecosystem)}")
        {
            Pid = Libc.getpid(),
            Fields = [new LogField("version", Product.Version), new LogField("apps", ecosystem.Apps.Length), new LogField("workers", ecosystem.Workers)],
        };
    }

    static void Warn(InitHost host, string? problem)
    {
        if (problem is not null)
        {
            host.Report(new LogEvent(EventName.Warning, LogLevel.Warn, problem));
        }
    }
}
