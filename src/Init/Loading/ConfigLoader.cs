using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Model;
using Init.Linux.Evaluation;
using Init.Linux.Limits;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Loading;

/// <summary>What came of a command line and the file it names.</summary>
/// <param name="Ecosystem">Ready to run; null when something is wrong.</param>
/// <param name="Problems">Everything that is wrong, a line each.</param>
/// <param name="Warnings">What is worth saying, a line each.</param>
/// <param name="Code">The exit code when something is wrong.</param>
sealed record Loaded(Ecosystem? Ecosystem, List<string> Problems, List<string> Warnings, int Code);

/// <summary>
/// From a command line to an ecosystem that can run: file, options, programs, users and rights, pminit's own settings. The same at
/// the start, for `check`, and when the file is read again; only where the bytes come from differs.
/// </summary>
static class ConfigLoader
{
    /// <summary>Reads from the disk, which may block.</summary>
    public static Loaded Load(RunLine line, Inherited inherited)
    {
        var problem = "";
        var bytes = line.IsConfigFile ? ConfigSource.Read(line.Word, inherited, out problem) : [];
        return bytes is null ? Refused(line, problem) : Interpret(line, inherited, bytes, ConfigFile.Read, () => TypeScriptRuntime.Find(inherited));
    }

    /// <summary>Works on what was read before.</summary>
    public static Loaded Load(RunLine line, Inherited inherited, ConfigFiles files)
        => files.Main is null ? Refused(line, files.Problem) : Interpret(line, inherited, files.Main, files.Read, () => files.TypeScriptRuntime);

    /// <summary>Everything that <see cref="Load(RunLine, Inherited, ConfigFiles)"/> will ask for. It blocks.</summary>
    public static ConfigFiles ReadAll(RunLine line, Inherited inherited)
    {
        var bytes = ConfigSource.Read(line.Word, inherited, out var problem);
        var files = new ConfigFiles { Main = bytes, Problem = problem };
        if (bytes is not null)
        {
            _ = EcosystemReader.Read(bytes, line.Word, line.Lay(Context(line, inherited, path =>
            {
                var content = ConfigFile.Read(path);
                files.Add(path, content);
                return content;
            }, () => files.TypeScriptRuntime = TypeScriptRuntime.Find(inherited))));
        }

        return files;
    }

    static Loaded Refused(RunLine line, string problem) => new(null, [problem], [.. line.Warnings()], ExitCodes.Config);

    static Loaded Interpret(RunLine line, Inherited inherited, byte[] bytes, Func<string, FileContent> readFile, Func<string> typeScript)
    {
        var context = line.Lay(Context(line, inherited, readFile, typeScript));
        var result = line.IsConfigFile ? EcosystemReader.Read(bytes, line.Word, context) : EcosystemReader.ReadApp(line.Word, context);
        List<string> warnings = [.. line.Warnings(), .. result.Warnings.Map(static warning => warning.ToString())];
        List<string> problems = [.. result.Errors.Map(static error => error.ToString())];
        var code = problems.Count > 0 && !result.Errors.Has(static error => !error.IsOption) ? ExitCodes.Usage : ExitCodes.Config;
        var ecosystem = result.Ecosystem;
        if (ecosystem is not null)
        {
            var refused = new List<ConfigError>();
            ecosystem = ProcessCheck.Settle(ecosystem, line.Word, refused);
            problems.AddRange(refused.Map(static error => error.ToString()));
            foreach (var (app, missing) in ProgramCheck.Missing(ecosystem, inherited))
            {
                problems.Add(Describe(line, app, missing));
            }
        }

        if (ecosystem is not null && problems.Count == 0)
        {
            if (Overrides.TryApply(ecosystem.Settings, line, inherited, out var settings, out var problem))
            {
                return new Loaded(ecosystem with { Settings = settings }, problems, warnings, ExitCodes.Ok);
            }

            problems.Add(problem);
            code = ExitCodes.Usage;
        }

        return new Loaded(null, problems, warnings, code);
    }

    static ConfigContext Context(RunLine line, Inherited inherited, Func<string, FileContent> readFile, Func<string> typeScript)
    {
        var variables = inherited.Variables();
        var runtime = new Lazy<string>(typeScript, isThreadSafe: false);

        // PMINIT_ENV is about files; one app has no profiles.
        var profile = line[RunOptions.Env] ?? (line.IsConfigFile ? variables.GetValueOrDefault("PMINIT_ENV") : null);
        return new ConfigContext
        {
            Cpus = CpuCount.Read(),
            MemoryLimitBytes = MemoryLimit.Read(),
            Profile = string.IsNullOrEmpty(profile) ? null : profile,
            Variables = variables,
            ReadFile = readFile,
            TypeScriptRuntime = () => runtime.Value,
            FindZone = Zones.Find,
        };
    }

    static string Describe(RunLine line, AppSpec app, SpawnProblem problem) => line.IsConfigFile
        ? $"{line.Word}{(app.ScriptAt.Line > 0 ? ":" : "")}{app.ScriptAt}: app \"{app.Name}\": {problem.Detail}"
        : $"command line: {problem.Detail}";
}
