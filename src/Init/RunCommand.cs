using System.CommandLine;
using Init.Core.CommandLine;
using Init.Core.Control;
using Init.Core.Model;

namespace Init;

/// <summary>
/// `run`, `check` and pm2-runtime for System.CommandLine: what help and completion show. A line of words is read by
/// <see cref="RunLineParser"/>; a test holds the two to accept the same.
/// </summary>
static class RunCommand
{
    /// <summary>`@file` is no response file here, as scoped packages are called so.</summary>
    public static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    /// <summary>The command of `run` or `check`.</summary>
    public static Command Of(Verb verb)
    {
        var command = new Command(verb.Name, verb.Help);
        Fill(command, verb == Commands.Check ? RunForms.Check : RunForms.Run, verb.Arguments[0].Name, verb.Arguments[0].Help);
        return command;
    }

    /// <summary>The whole of pm2-runtime; pm2 needs its word `start`, which the other names may have.</summary>
    public static RootCommand Pm2(string name)
    {
        var start = name == "pm2" ? "start " : "[start] ";
        var command = new RootCommand($"pminit, called as {name}: {name} {start}<file or script> [options] [-- args]");
        Fill(command, RunForms.Pm2, "file or script", "An ecosystem file, or what to run.");
        return command;
    }

    static void Fill(Command command, RunForms form, string word, string help)
    {
        command.Arguments.Add(new Argument<string>(word) { Description = help });
        foreach (var option in RunOptions.All)
        {
            if ((option.Forms & form) != 0)
            {
                command.Options.Add(OptionOf(option));
            }
        }

        // Reached only by words that RunLineParser leaves to this parser although they start something: there are none.
        command.SetAction(_ => ExitCodes.Usage);
    }

    static Option OptionOf(RunOption row)
    {
        var aliases = new List<string>();
        if (row.Short != 0)
        {
            aliases.Add("-" + row.Short);
        }

        foreach (var alias in row.Aliases)
        {
            aliases.Add("--" + alias);
        }

        if (row is { TakesValue: false, Kind: not OptionKind.OptionalNumber })
        {
            return new Option<bool>(row.Spelling, [.. aliases]) { Description = row.Help, Arity = ArgumentArity.Zero, Hidden = row.IsIdle };
        }

        var option = new Option<string>(row.Spelling, [.. aliases])
        {
            Description = row.Help,
            HelpName = row.ValueName,
            Hidden = row.IsIdle,
            Arity = row.TakesValue ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        };
        if (!row.MayBeginWithDash)
        {
            option.Validators.Add(result =>
            {
                foreach (var token in result.Tokens)
                {
                    if (token.Value.Length > 1 && token.Value[0] == '-')
                    {
                        result.AddError($"{row.Spelling} needs a value");
                    }
                }
            });
        }

        return option;
    }
}
