using System.Globalization;
using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init;

/// <summary>
/// `pminit FILE`, `pminit server.js`: everything that can be wrong is found and said before anything starts; then the server runs until it has a code.
/// Order: file, programs, users and rights, overrides, probe port, control socket, subreaper, workers.
/// </summary>
static class Server
{
    /// <summary>Runs an ecosystem file, or one app.</summary>
    /// <returns>pminit's exit code.</returns>
    public static int Run(RunLine line, Inherited inherited)
    {
        var ecosystem = Load(line, inherited, out var failure);
        if (ecosystem is null)
        {
            return failure;
        }

        if (!Overrides.TryApply(ecosystem.Settings, line, inherited, out var settings, out var problem))
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

    /// <summary>Reads and checks what a command line names; says everything that is wrong on stderr.</summary>
    /// <param name="line">A file, or what to run; and options over it.</param>
    /// <param name="inherited">pminit's own environment.</param>
    /// <param name="code">The exit code when something is wrong.</param>
    /// <returns>Null when something is wrong.</returns>
    public static Ecosystem? Load(RunLine line, Inherited inherited, out int code)
    {
        code = ExitCodes.Config;
        foreach (var warning in line.Warnings())
        {
            StandardError.Line($"warning: {warning}");
        }

        byte[]? bytes = line.IsConfigFile ? ConfigSource.Read(line.Word, inherited) : [];
        if (bytes is null)
        {
            return null;
        }

        var context = line.Lay(Context(line, inherited));
        var result = line.IsConfigFile ? EcosystemReader.Read(bytes, line.Word, context) : EcosystemReader.ReadApp(line.Word, context);
        foreach (var warning in result.Warnings)
        {
            StandardError.Line($"warning: {warning}");
        }

        var problems = result.Errors.Select(error => error.ToString()).ToList();
        if (problems.Count > 0 && result.Errors.All(error => error.IsOption))
        {
            code = ExitCodes.Usage;
        }

        var ecosystem = result.Ecosystem;
        if (ecosystem is not null)
        {
            var refused = new List<ConfigError>();
            ecosystem = ProcessCheck.Settle(ecosystem, line.Word, refused);
            problems.AddRange(refused.Select(error => error.ToString()));
            problems.AddRange(ProgramCheck.Missing(ecosystem, inherited).Select(missing => Describe(line, missing.App, missing.Problem)));
        }

        foreach (var problem in problems)
        {
            StandardError.Line(problem);
        }

        return problems.Count == 0 ? ecosystem : null;
    }

    static ConfigContext Context(RunLine line, Inherited inherited)
    {
        var variables = inherited.Variables();

        // PMINIT_ENV is about files; one app has no profiles.
        var profile = line[RunOptions.Env] ?? (line.IsConfigFile ? variables.GetValueOrDefault("PMINIT_ENV") : null);
        return new ConfigContext
        {
            Cpus = CpuCount.Read(),
            MemoryLimitBytes = MemoryLimit.Read(),
            Profile = string.IsNullOrEmpty(profile) ? null : profile,
            Variables = variables,
            ReadFile = ConfigFiles.Read,
        };
    }

    static string Describe(RunLine line, AppSpec app, SpawnProblem problem) => line.IsConfigFile
        ? $"{line.Word}{(app.ScriptAt.Line > 0 ? ":" : "")}{app.ScriptAt}: app \"{app.Name}\": {problem.Detail}"
        : $"command line: {problem.Detail}";

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
