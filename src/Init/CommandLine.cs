using System.Collections.Immutable;
using System.CommandLine;
using Init.Core.CommandLine;
using Init.Core.Control;
using Init.Core.Model;
using Init.Linux.Runtime;

namespace Init;

/// <summary>
/// The whole command line for System.CommandLine, made from the verb table: help, suggestions, usage errors, and every verb. What
/// starts a supervisor never comes here: <see cref="RunLineParser"/> reads it, or says what is wrong with it. Its options are here for help.
/// </summary>
sealed class CommandLine(Inherited inherited)
{
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

    /// <summary>Usage of pm2-runtime, pm2-docker or pm2.</summary>
    /// <param name="name">Which of them.</param>
    /// <param name="isAsked">False when there were no words at all: then it is a usage error.</param>
    public int Help(string name, bool isAsked)
    {
        var command = RunCommand.Pm2(name);
        foreach (var verb in Commands.All)
        {
            if (verb.NeedsRunning)
            {
                command.Subcommands.Add(CommandOf(verb));
            }
        }

        var output = new StringWriter();
        _ = command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false });
        Verbs.Print(output.ToString());
        return isAsked ? ExitCodes.Ok : ExitCodes.Usage;
    }

    RootCommand Build()
    {
        var root = new RootCommand(
            "A container's PID 1: supervises the apps of an ecosystem file, or runs one command.\n\n"
            + "  pminit ecosystem.json          supervise the file's apps\n"
            + "  pminit server.js -i 2          supervise one app; see pminit run --help\n"
            + "  pminit -- command [args]       run one command: reap, forward signals, return its exit code");
        foreach (var verb in Commands.All)
        {
            root.Subcommands.Add(CommandOf(verb));
        }

        return root;
    }

    Command CommandOf(Verb verb)
    {
        if (verb == Commands.Run || verb == Commands.Check)
        {
            return RunCommand.Of(verb);
        }

        var command = new Command(verb.Name, verb.Help);
        foreach (var alias in verb.Aliases)
        {
            command.Aliases.Add(alias);
        }

        var words = new List<Argument>();
        foreach (var argument in verb.Arguments)
        {
            Argument word = argument.IsMany
                ? new Argument<string[]>(argument.Name) { Description = argument.Help, Arity = argument.IsRequired ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore }
                : new Argument<string>(argument.Name) { Description = argument.Help, Arity = argument.IsRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
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

        command.SetAction(parsed => Invoke(verb, parsed, words, flags));
        return command;
    }

    int Invoke(Verb verb, ParseResult parsed, List<Argument> words, List<Option<bool>> flags)
    {
        if (verb == Commands.Schema)
        {
            return Verbs.Schema();
        }

        if (verb == Commands.Version)
        {
            return Verbs.Version();
        }

        var args = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var word in words)
        {
            var given = word is Argument<string[]> many ? string.Join(Selector.Separator, parsed.GetValue(many) ?? []) : parsed.GetValue((Argument<string>)word);
            if (!string.IsNullOrEmpty(given))
            {
                args.Add(new(word.Name, given));
            }
        }

        var options = new List<string>();
        foreach (var flag in flags)
        {
            if (parsed.GetValue(flag))
            {
                var name = flag.Name.TrimStart('-');
                options.Add(name);
                args.Add(new(name, "true"));
            }
        }

        return Verbs.Ask(verb, options, args.DrainToImmutable(), inherited);
    }
}
