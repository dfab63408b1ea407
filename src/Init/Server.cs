using System.Globalization;
using Init.Core.Config;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init;

/// <summary>
/// `pminit FILE`: everything that can be wrong is found and said before anything starts; then the server runs until it has a code.
/// Order: file, programs, users and rights, overrides, probe port, control socket, subreaper, workers.
/// </summary>
static class Server
{
    /// <summary>Runs an ecosystem file.</summary>
    /// <returns>pminit's exit code.</returns>
    public static int Run(RunArguments arguments, Inherited inherited)
    {
        var ecosystem = Load(arguments.File, arguments.Env, inherited);
        if (ecosystem is null)
        {
            return ExitCodes.Config;
        }

        if (!Overrides.TryApply(ecosystem.Settings, arguments, inherited, out var settings, out var problem))
        {
            StandardError.Line(problem);
            return ExitCodes.Usage;
        }

        ecosystem = ecosystem with { Settings = settings };
        var probes = Listen(settings.Health, out var port, out var healthProblem);
        if (healthProblem is not null && settings.Health.IsExplicit)
        {
            StandardError.Line(healthProblem);
            return ExitCodes.Config;
        }

        var subreaper = Subreaper.Ensure();
        using var host = new InitHost(ecosystem, inherited);
        host.Report(Started(ecosystem));
        Warn(host, subreaper);
        Warn(host, healthProblem);
        if (probes is not null)
        {
            Endpoints.ServeProbes(host, probes, port);
        }

        var socket = settings.Control.Enabled ? Endpoints.ServeControl(host, settings.Control) : null;
        var code = host.Run();
        if (socket is not null)
        {
            ControlSocket.Remove(socket);
        }

        return code;
    }

    /// <summary>Reads and checks a file; says everything that is wrong with it on stderr.</summary>
    /// <param name="file">Its name; "-" is standard input.</param>
    /// <param name="env">`--env`; null leaves the choice to PMINIT_ENV, empty chooses no profile.</param>
    /// <param name="inherited">pminit's own environment.</param>
    /// <returns>Null when something is wrong.</returns>
    public static Ecosystem? Load(string file, string? env, Inherited inherited)
    {
        if (ConfigSource.Read(file, inherited) is not { } bytes)
        {
            return null;
        }

        var variables = inherited.Variables();
        var profile = env ?? variables.GetValueOrDefault("PMINIT_ENV");
        var context = new ConfigContext
        {
            Cpus = CpuCount.Read(),
            MemoryLimitBytes = MemoryLimit.Read(),
            Profile = string.IsNullOrEmpty(profile) ? null : profile,
            Variables = variables,
            ReadFile = ConfigFiles.Read,
        };
        var result = EcosystemReader.Read(bytes, file, context);
        foreach (var warning in result.Warnings)
        {
            StandardError.Line($"warning: {warning}");
        }

        var problems = result.Errors.Select(error => error.ToString()).ToList();
        var ecosystem = result.Ecosystem;
        if (ecosystem is not null)
        {
            var refused = new List<ConfigError>();
            ecosystem = ProcessCheck.Settle(ecosystem, file, refused);
            problems.AddRange(refused.Select(error => error.ToString()));
            problems.AddRange(ProgramCheck.Missing(ecosystem, inherited)
                .Select(missing => $"{file}{(missing.App.ScriptAt.Line > 0 ? ":" : "")}{missing.App.ScriptAt}: app \"{missing.App.Name}\": {missing.Problem.Detail}"));
        }

        foreach (var problem in problems)
        {
            StandardError.Line(problem);
        }

        return problems.Count == 0 ? ecosystem : null;
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
        var workers = ecosystem.Apps.Sum(app => app.Instances);
        return new LogEvent(EventName.Started, LogLevel.Info, $"pminit {Product.Version} starts {Verbs.Count(ecosystem)}")
        {
            Pid = Libc.getpid(),
            Fields = [new LogField("version", Product.Version), new LogField("apps", ecosystem.Apps.Length), new LogField("workers", workers)],
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
