using System.Collections.Immutable;

namespace Init.Core.CommandLine;

/// <summary>
/// Reads `[run] WORD [options] [-- args]` and `check …`. By hand, because the memory and time of a full parser would be those of PID 1;
/// that parser (System.CommandLine) has the same table for help and completion, and a test compares the two on what they accept.
/// Options stand before or after the word; `--name value`, `--name=value`, `-i 2`, `-i2`; none twice.
/// </summary>
public static class RunLineParser
{
    /// <summary>The words of `pminit`, without the program's own name.</summary>
    public static RunLineReading Read(ReadOnlySpan<string> args)
    {
        var isCheck = args.Length > 0 && args[0] == "check";
        var isNamed = isCheck || (args.Length > 0 && args[0] == "run");
        return isNamed || NamesAFile(args)
            ? Read(isNamed ? args[1..] : args, isCheck ? RunForms.Check : RunForms.Run, isNamed ? $"pminit {args[0]} --help" : "pminit run --help")
            : RunLineReading.Other;
    }

    /// <summary>The words behind the verb.</summary>
    /// <param name="args">One word, options, `--` and arguments.</param>
    /// <param name="form">Decides which options there are.</param>
    /// <param name="help">The command that prints them.</param>
    public static RunLineReading Read(ReadOnlySpan<string> args, RunForms form, string help)
    {
        string? word = null;
        var maySayStart = form == RunForms.Pm2;
        ImmutableArray<string> appArgs = [];
        var options = ImmutableArray.CreateBuilder<GivenOption>();
        while (args.Length > 0)
        {
            var arg = args[0];
            args = args[1..];
            if (arg == "--")
            {
                appArgs = [.. args];
                break;
            }

            if (arg is "--help" or "-h" or "-?")
            {
                return RunLineReading.Other;
            }

            if (!IsOption(arg))
            {
                if (maySayStart && arg == "start")
                {
                    maySayStart = false;
                    continue;
                }

                maySayStart = false;
                if (word is not null || arg.Length == 0)
                {
                    return RunLineReading.Wrong(arg.Length == 0 ? $"one of the words is empty; see {help}"
                        : $"\"{arg}\" is one word too many after \"{word}\"; arguments of the app follow --: {word} -- {arg}");
                }

                word = arg;
                continue;
            }

            if (Find(arg, form, out var inline) is not { } option)
            {
                return RunLineReading.Wrong(Unknown(arg, form, help));
            }

            if (!TryValue(option, inline, ref args, out var value))
            {
                return RunLineReading.Wrong(option.TakesValue ? $"{option.Spelling} needs a value: {option.Spelling} {option.ValueName}"
                    : $"{option.Spelling} takes no value, found {arg}");
            }

            foreach (var given in options)
            {
                if (given.Option == option)
                {
                    return RunLineReading.Wrong($"{option.Spelling} is given twice; keep one of the two");
                }
            }

            options.Add(new GivenOption(option, value));
        }

        if (word is null)
        {
            return new RunLineReading { LacksWord = true, Problem = $"an ecosystem file, a script or a program is missing; see {help}" };
        }

        var line = new RunLine
        {
            IsCheck = form == RunForms.Check,
            IsPm2 = form == RunForms.Pm2,
            Word = word,
            Options = options.DrainToImmutable(),
            Args = appArgs,
        };
        return new RunLineReading { Line = line };
    }

    static bool IsOption(string arg) => arg.Length > 1 && arg[0] == '-';

    /// <summary>A verb has no dot and no slash; a program without them must stand after `run`.</summary>
    static bool LooksLikeFile(string word) => word == "-" || (!IsOption(word) && (word.Contains('.') || word.Contains('/')));

    /// <summary>
    /// Whether the first word that is no option and no option's value is a file. An unknown option may have a value: then any file behind it
    /// tells that a start is meant.
    /// </summary>
    static bool NamesAFile(ReadOnlySpan<string> args)
    {
        var isSure = true;
        while (args.Length > 0 && args[0] != "--")
        {
            var arg = args[0];
            args = args[1..];
            if (LooksLikeFile(arg))
            {
                return true;
            }

            if (!IsOption(arg))
            {
                if (isSure)
                {
                    return false;
                }
            }
            else if (Find(arg, RunForms.Run, out var inline) is not { } option)
            {
                isSure = false;
            }
            else
            {
                _ = TryValue(option, inline, ref args, out _);
            }
        }

        return false;
    }

    /// <summary>The option of `--name`, `--name=value`, `-n` or `-nvalue`.</summary>
    /// <param name="arg">The word.</param>
    /// <param name="form">Decides which options there are.</param>
    /// <param name="inline">The value in the same word; null when there is none.</param>
    static RunOption? Find(string arg, RunForms form, out string? inline)
    {
        inline = null;
        if (arg[1] != '-')
        {
            inline = arg.Length == 2 ? null : arg[2] is '=' or ':' ? arg[3..] : arg[2..];
            return RunOptions.Find(arg[1], form) is { } found && (inline is null || found.TakesValue) ? found : null;
        }

        // The full parser takes ':' as well.
        var mark = arg.AsSpan().IndexOfAny('=', ':');
        inline = mark < 0 ? null : arg[(mark + 1)..];
        return RunOptions.Find(arg.AsSpan(2, (mark < 0 ? arg.Length : mark) - 2), form);
    }

    static bool TryValue(RunOption option, string? inline, ref ReadOnlySpan<string> args, out string value)
    {
        value = inline ?? "";
        if (option.Kind == OptionKind.OptionalNumber)
        {
            if (inline is null && args.Length > 0 && args[0].Length > 0 && !args[0].AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                value = args[0];
                args = args[1..];
            }

            return true;
        }

        if (!option.TakesValue)
        {
            return inline is null;
        }

        if (inline is null)
        {
            if (args.Length == 0 || args[0] == "--")
            {
                return false;
            }

            value = args[0];
            args = args[1..];
        }

        return option.MayBeginWithDash || !IsOption(value);
    }

    static string Unknown(string arg, RunForms form, string help)
    {
        var mark = arg.IndexOfAny(['=', ':']);
        var name = mark < 0 ? arg : arg[..mark];
        var nearest = name.StartsWith("--", StringComparison.Ordinal) ? RunOptions.Suggest(name[2..], form) : null;
        return $"{name}: unknown option; {(nearest is null ? $"see {help}" : $"did you mean {nearest}?")}";
    }
}
