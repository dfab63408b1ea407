using System.CommandLine;
using Init.Core.Control;
using Init.Core.Model;
using Init.Linux.Runtime;

namespace Init;

/// <summary>
/// The whole command line for System.CommandLine, made from the verb table: help, suggestions, usage errors, and every verb. The
/// supervisor's own start does not come here when <see cref="RunArguments"/> understands its words.
/// </summary>
sealed class CommandLine(Inherited inherited)
{
    readonly Option<string> _health = new("--health") { HelpName = "HOST:PORT|PORT|off", Description = "Where probes are answered (default: port 9615 on every address)." };
    readonly Option<string> _socket = new("--socket") { HelpName = "PATH|off", Description = "The control socket (default: the first writable of /run, /dev/shm, /tmp)." };

    readonly Option<string> _env = new("--env") { HelpName = "NAME", Description = "The profile: \"env_NAME\" of each app is merged over its \"env\" (also: PMINIT_ENV)." };

    /// <summary>Parses and runs.</summary>
    /// <returns>pminit's exit code.</returns>
    public int Run(string[] args)
    {
        var root = Build();
        var output = new StringWriter();
        var error = new StringWriter();
        var result = root.Parse(args.Length == 0 ? ["--help"] : args);
        var code = result.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        Verbs.Print(output.ToString());
        _ = StandardError.Write(2, error.ToString());
        return result.Errors.Count > 0 || args.Length == 0 ? ExitCodes.Usage : code;
    }

    RootCommand Build()
    {
        var root = new RootCommand(
            "A container's PID 1: supervises the apps of an ecosystem file, or runs one command.\n\n"
            + "  pminit ecosystem.json          supervise the file's apps\n"
            + "  pminit -- command [args]       run one command: reap, forward signals, return its exit code");
        foreach (var verb in Commands.All)
        {
            root.Subcommands.Add(CommandOf(verb));
        }

        return root;
    }

    Command CommandOf(Verb verb)
    {
        var command = new Command(verb.Name, verb.Help);
        foreach (var alias in verb.Aliases)
        {
            command.Aliases.Add(alias);
        }

        var words = new List<Argument<string>>();
        foreach (var argument in verb.Arguments.Where(argument => argument.IsRequired))
        {
            var word = new Argument<string>(argument.Name) { Description = argument.Help };
            command.Arguments.Add(word);
            words.Add(word);
        }

        var flags = new List<Option<bool>>();
        foreach (var option in verb.Options)
        {
            var flag = new Option<bool>("--" + option.Name) { Description = option.Help };
            command.Options.Add(flag);
            flags.Add(flag);
        }

        if (verb == Commands.Run)
        {
            command.Options.Add(_health);
            command.Options.Add(_socket);
        }

        if (verb == Commands.Run || verb == Commands.Check)
        {
            command.Options.Add(_env);
        }

        command.SetAction(parsed => Invoke(verb, parsed, words, flags));
        return command;
    }

    int Invoke(Verb verb, ParseResult parsed, List<Argument<string>> words, List<Option<bool>> flags)
    {
        if (verb == Commands.Run)
        {
            var arguments = new RunArguments
            {
                File = parsed.GetValue(words[0])!,
                Health = parsed.GetValue(_health),
                Socket = parsed.GetValue(_socket),
                Env = parsed.GetValue(_env),
            };
            return Server.Run(arguments, inherited);
        }

        if (verb == Commands.Check)
        {
            return Verbs.Check(parsed.GetValue(words[0])!, parsed.GetValue(_env), flags.Exists(flag => parsed.GetValue(flag)), inherited);
        }

        if (verb == Commands.Schema)
        {
            return Verbs.Schema();
        }

        return verb == Commands.Version
            ? Verbs.Version()
            : Verbs.Ask(verb, [.. flags.Where(flag => parsed.GetValue(flag)).Select(flag => flag.Name.TrimStart('-'))], inherited);
    }
}
