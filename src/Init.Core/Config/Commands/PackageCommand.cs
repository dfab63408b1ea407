using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Ipc;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// What `npm start` and its like come to in the end, where that is node with a file: a worker of Node's cluster must be the app itself, and not the
/// package manager above it. Only where it certainly means the same: no shell syntax, no scripts before or after. In any doubt the command stays,
/// and <see cref="Problem"/> says why. What is given up are the variables that the package manager sets (npm_package_version, npm_lifecycle_event).
/// </summary>
sealed class PackageCommand
{
    const string BinFolder = "node_modules/.bin";

    /// <summary>Scripts that call scripts: more than anybody has, and a circle ends.</summary>
    const int MostScripts = 8;

    /// <summary>They start the app as a process of its own, so they are no worker either.</summary>
    static readonly string[] Launchers =
    [
        "concurrently", "cross-env", "cross-env-shell", "dotenv", "dotenvx", "env-cmd", "forever", "nest", "nodemon", "npm-run-all", "npm-run-all2",
        "pm2", "pm2-runtime", "run-p", "run-s", "ts-node-dev", "tsnd", "tsx",
    ];

    /// <summary>Node's options whose value is the next word.</summary>
    static readonly string[] ValueOptions =
    [
        "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file", "--env-file-if-exists", "--title",
        "--inspect-port", "--icu-data-dir", "--openssl-config", "--disable-warning", "--dns-result-order", "--unhandled-rejections",
        "--max-http-header-size", "--input-type", "--redirect-warnings", "--heapsnapshot-signal", "--diagnostic-dir", "--trace-event-categories",
    ];

    /// <summary>With these Node runs no file, or a process of its own does.</summary>
    static readonly string[] OtherModes =
    [
        "-", "-e", "--eval", "-p", "--print", "-pe", "-i", "--interactive", "-c", "--check", "-h", "--help", "-v", "--version", "--test", "--run", "--watch", "--watch-path",
    ];

    readonly string? _cwd;
    readonly ConfigContext _context;
    readonly List<KeyValuePair<string, string>> _variables = [];
    DataNode? _scripts;

    PackageCommand(string? cwd, ConfigContext context) => (_cwd, _context) = (cwd, context);

    /// <summary>Node with its options, the app's file and its arguments; null when there is a problem.</summary>
    public CommandSpec? Command { get; private set; }

    /// <summary>The assignments before the command, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => _variables;

    /// <summary>Why it is not simple, with the command that was found; empty when it is.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Finds out.</summary>
    /// <param name="manager">The package manager that the command is.</param>
    /// <param name="command">The app's command.</param>
    /// <param name="cwd">The app's folder.</param>
    /// <param name="context">Reads package.json, and how a program begins.</param>
    public static PackageCommand Resolve(string manager, CommandSpec command, string? cwd, ConfigContext context)
    {
        var found = new PackageCommand(cwd, context);
        if (command.IsShellLine)
        {
            found.Problem = $"a shell has to run {Words.Quote(command.Program)}";
        }
        else if (command.Interpreters.IsEmpty || NodeProgram.IsNodeItself(command))
        {
            found.Command = found.Run(manager, command.Args, 0);
            if (found.Command is { } spec && !command.InterpreterArgs.IsEmpty)
            {
                // Written for npm's own node, meant for the app's.
                found.Command = spec.Interpreters.IsEmpty ? spec with { Args = [.. command.InterpreterArgs, .. spec.Args] }
                    : spec with { InterpreterArgs = [.. spec.InterpreterArgs, .. command.InterpreterArgs] };
            }
        }
        else
        {
            found.Problem = $"\"interpreter\" is {Words.Quote(command.Interpreters[0])}";
        }

        return found;
    }

    /// <summary>The app's variables with the assignments over them, and PATH as the package manager would have it.</summary>
    /// <param name="spec">The app.</param>
    public ImmutableArray<KeyValuePair<string, string>> Environment(AppSpec spec)
    {
        var env = spec.Env.ToBuilder();
        foreach (var (name, value) in _variables)
        {
            Set(env, name, value);
        }

        // Relative it would lead somewhere else from every other folder.
        if (_cwd?.StartsWith('/') == true && PathOf(spec) is { Length: > 0 } path)
        {
            Set(env, "PATH", $"{Path.Combine(_cwd, BinFolder)}:{path}");
        }

        return env.ToImmutable();
    }

    static void Set(ImmutableArray<KeyValuePair<string, string>>.Builder env, string name, string value)
    {
        for (var i = env.Count - 1; i >= 0; i--)
        {
            if (env[i].Key == name)
            {
                env.RemoveAt(i);
            }
        }

        env.Add(new(name, value));
    }

    string? PathOf(AppSpec spec)
    {
        foreach (var pair in spec.Env)
        {
            if (pair.Key == "PATH")
            {
                return pair.Value;
            }
        }

        return spec.EnvFilter.Drops("PATH") ? null : _context.Variables.GetValueOrDefault("PATH");
    }

    CommandSpec? Run(string manager, ImmutableArray<string> words, int depth)
    {
        var call = PackageCall.Read(manager, words);
        if (call.Problem.Length > 0)
        {
            return Refuse(call.Problem);
        }

        if (!call.IsScript)
        {
            return Start([call.Name, .. call.Args], "", depth);
        }

        if (depth >= MostScripts)
        {
            return Refuse("the scripts of package.json call each other without end");
        }

        if (manager is "yarn" or "yarnpkg" && !Read(".pnp.cjs").IsMissing)
        {
            return Refuse("yarn itself finds the app's packages (Plug'n'Play, .pnp.cjs)");
        }

        if (!ReadScripts())
        {
            return null;
        }

        if (Script(call.Name) is not { } script)
        {
            return call.MayBeProgram ? Start([call.Name, .. call.Args], "", depth) : Refuse($"{Words.Quote(At("package.json"))} has no script {Words.Quote(call.Name)}");
        }

        var found = $"the script {Words.Quote(call.Name)} at {At("package.json")}:{script.Position}";
        if (Script("pre" + call.Name) is not null || Script("post" + call.Name) is not null)
        {
            return Refuse($"{found} has another one before or after it ({Words.Quote((Script("pre" + call.Name) is null ? "post" : "pre") + call.Name)})");
        }

        return script.Kind == DataKind.Text ? Interpret(script.Text, $"{found} is {Words.Quote(script.Text.Trim())}", call.Args, depth) : Refuse($"{found} is no text");
    }

    /// <summary>The line of a script.</summary>
    CommandSpec? Interpret(string line, string found, ImmutableArray<string> args, int depth)
    {
        if (CommandWords.HasSyntax(line.Trim()) || !CommandWords.TrySplit(line, out var words, out _))
        {
            return Refuse(found + ", for which it takes a shell");
        }

        var at = 0;
        for (; at < words.Length && CommandWords.IsAssignment(words[at]); at++)
        {
            var mark = words[at].IndexOf('=');
            var (name, value) = (words[at][..mark], words[at][(mark + 1)..]);
            if (name == "PATH" || value.StartsWith('~') || value.Contains(":~", StringComparison.Ordinal))
            {
                return Refuse(found + ", for which it takes a shell");
            }

            _variables.Add(new(name, value));
        }

        at += at < words.Length && words[at] is "exec" ? 1 : 0;
        return at == words.Length ? Refuse(found + ", which starts nothing") : Start([.. words[at..], .. args], found + ": ", depth);
    }

    /// <summary>A command of plain words.</summary>
    CommandSpec? Start(ImmutableArray<string> words, string found, int depth)
    {
        var command = new CommandSpec { Program = words[0], Args = words.RemoveAt(0) };
        if (NodeProgram.IsNodeItself(command))
        {
            return RunsFile(command.Args) ? command : Refuse($"{found}node runs no file of the app there, or does not run it itself");
        }

        if (NodeProgram.PackageManagerOf(command) is { Length: > 0 } manager)
        {
            return Run(manager, command.Args, depth + 1);
        }

        var program = command.Program;
        var name = program[(program.LastIndexOf('/') + 1)..];
        if (Array.IndexOf(Launchers, name) >= 0)
        {
            return Refuse($"{found}{name} starts the app as a process of its own");
        }

        if (NodeProgram.IsNode(program) || CommandWords.IsShellCommand(program) || (!program.Contains('/') && !IsPlain(program)))
        {
            return Refuse($"{found}{Words.Quote(program)} is no program that Node runs");
        }

        var path = program.Contains('/') ? program : $"{BinFolder}/{program}";
        var content = Read(path);
        if (content.Bytes is not { } bytes)
        {
            return Refuse($"{found}cannot read {Words.Quote(At(path))}: {content.Problem}");
        }

        if (NodeProgram.LineOfScript(bytes.AsSpan(0, Math.Min(bytes.Length, NodeProgram.HeadSize))) is not { } line)
        {
            return Refuse($"{found}{Words.Quote(At(path))} has no #! line of node");
        }

        _ = CommandWords.TrySplit(line, out var node, out _);
        return command with { Program = path, Interpreters = [node[0]], InterpreterIsExplicit = true, InterpreterArgs = node.RemoveAt(0) };
    }

    bool ReadScripts()
    {
        if (_scripts is not null)
        {
            return true;
        }

        var (path, content) = (At("package.json"), Read("package.json"));
        var errors = new List<ConfigError>();
        if (content.Bytes is not { } bytes)
        {
            Refuse($"cannot read {Words.Quote(path)}: {content.Problem}");
        }
        else if (bytes.Length > FileContent.MaxBytes)
        {
            Refuse($"{Words.Quote(path)} is larger than 1 MiB");
        }
        else if (DataFile.Read(bytes, path, errors) is not { } root || errors.Count > 0)
        {
            Refuse($"cannot read {errors[0]}");
        }
        else
        {
            _scripts = Member(root, "scripts") ?? DataNode.OfNull(root.Position);
        }

        return _scripts is not null;
    }

    DataNode? Script(string name) => Member(_scripts!, name);

    static DataNode? Member(DataNode map, string name)
    {
        foreach (var member in map.Members)
        {
            if (member.Key == name)
            {
                return member.Value;
            }
        }

        return null;
    }

    /// <summary>Node's own options, then a file.</summary>
    static bool RunsFile(ImmutableArray<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!word.StartsWith('-'))
            {
                return word is not ("inspect" or "");
            }

            if (word is "--")
            {
                return i + 1 < words.Length;
            }

            var mark = word.IndexOf('=');
            if (Array.IndexOf(OtherModes, mark < 0 ? word : word[..mark]) >= 0)
            {
                return false;
            }

            i += Array.IndexOf(ValueOptions, word) >= 0 ? 1 : 0;
        }

        return false;
    }

    /// <summary>The name of a program, and neither of a package with its version nor anything else.</summary>
    static bool IsPlain(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return name.Length > 0 && name[0] != '.';
    }

    FileContent Read(string path) => _context.ReadFile(At(path));

    string At(string path) => _cwd is null ? path : Path.Combine(_cwd, path);

    CommandSpec? Refuse(string problem)
    {
        Problem = problem;
        return null;
    }
}
